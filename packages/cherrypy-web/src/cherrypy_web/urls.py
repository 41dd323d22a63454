"""Absolute and relative urls of the application that serves the running request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

from cherrypy_serving import UnboundError, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Relative", "normalize_path", "url"]

Relative = Literal["server"] | bool | None


def normalize_path(path: str) -> str:
    """Return a path without ``.`` and ``..`` segments (RFC 3986, 5.2.4).

    A path that ends in a slash still does; one that climbs above the root stays at the root.

    Examples:
        >>> normalize_path("/a/./b/../c/")
        '/a/c/'
    """
    if not has_dots(path):
        return path
    kept: list[str] = []
    segments = path.split("/")
    top = 1 if path.startswith("/") else 0
    for segment in segments:
        if segment == "..":
            del kept[max(top, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in {".", ".."}:
        kept.append("")
    return "/".join(kept)


def resolve(here: str, path: str) -> str:
    """Return a path that may be relative to another, such as the one in a link on its page.

    Args:
        here: The path that it is relative to.
        path: The path. Without one, as ``""`` or as a query alone, it is ``here``.
    """
    if path[:1] in {"", "?", "#"}:
        return here + path
    if not path.startswith("/"):
        path = here[: here.rfind("/") + 1] + path
    return normalize_path(path)


def has_dots(path: str) -> bool:
    """Tell whether a path may have a segment ``.`` or ``..``."""
    return "./" in path or path.endswith(("/.", "/.."))


def _running_request() -> Any:
    try:
        request = serving.request
    except UnboundError:
        return None
    return request if request.app else None


def url(
    path: str = "",
    qs: str | Mapping[str, Any] | Sequence[tuple[str, Any]] = "",
    script_name: str | None = None,
    base: str | None = None,
    relative: Relative = None,
    *,
    server_base: Callable[[], str] | None = None,
) -> str:
    """Return the url of a path.

    Args:
        path: A path below the application when it begins with a slash; otherwise resolved against
            the path of the running request.
        qs: A query string, or parameters to make one of.
        script_name: The path of the application; by default, that of the running request.
        base: The scheme and authority; by default, those of the running request.
        relative: ``False`` for an absolute url, ``"server"`` for one without scheme and authority,
            ``True`` for one relative to the running request. ``None`` asks the application's
            ``relative_urls``.
        server_base: Tells the base where there is no running request.

    Raises:
        LookupError: There is neither a running request nor a base.

    Examples:
        >>> url("/page", {"tag": ["a", "b"]}, script_name="/site", base="https://example.org")
        'https://example.org/site/page?tag=a&tag=b'
    """
    if not isinstance(qs, str):
        qs = urlencode(qs, doseq=True)
    query = f"?{qs}" if qs else ""
    request = _running_request()
    if request is None:
        prefix = (_server(server_base) if base is None else base) + (script_name or "")
        found = f"{prefix}{normalize_path(path)}{query}"
    else:
        prefix = request.base if base is None else base
        prefix += request.script_name if script_name is None else script_name
        found = f"{prefix}{normalize_path(_from_root(request, path))}{query}"
        if relative is None:
            relative = request.app.relative_urls
    if relative == "server":
        return "/" + "/".join(found.split("/", 3)[3:])
    if not relative:
        return found
    here = "/" if request is None else ""
    return _relative_to(url(here, relative=False, base=base, server_base=server_base), found)


def _server(server_base: Callable[[], str] | None) -> str:
    if server_base is None:
        raise LookupError(
            "url() has no scheme and authority to begin with: give it a base, "
            "or call it while a request is running"
        )
    return server_base()


def _from_root(request: Any, path: str) -> str:
    if path.startswith("/"):
        return path
    here: str = request.path_info or "/"
    if request.is_index is True and not here.endswith("/"):
        here += "/"
    elif request.is_index is False and here != "/":
        here = here.removesuffix("/")
    return resolve(here, path)


def _relative_to(here: str, there: str) -> str:
    old, new = here.split("/")[:-1], there.split("/")
    while old and new and old[0] == new[0]:
        del old[0], new[0]
    return "/".join([".."] * len(old) + new)
