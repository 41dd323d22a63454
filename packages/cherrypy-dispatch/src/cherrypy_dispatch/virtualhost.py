"""A dispatcher in front of another: the host decides below which prefix the path is looked for.

The host is what the client says it is. It may choose among the given prefixes and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, overload

from cherrypy_dispatch.dispatcher import Dispatcher
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Dispatch: TypeAlias = "Callable[[str], Any]"

_SECTION = "tools.staticdir.section"


# Hosts are seldom identifiers, so they come as **{"host": "/prefix"}: four forms allow for it.
@overload
def VirtualHost(**domains: str) -> Dispatch: ...
@overload
def VirtualHost(next_dispatcher: Dispatch, /, **domains: str) -> Dispatch: ...
@overload
def VirtualHost(*, use_x_forwarded_host: bool, **domains: str) -> Dispatch: ...
@overload
def VirtualHost(
    next_dispatcher: Dispatch, /, use_x_forwarded_host: bool, **domains: str
) -> Dispatch: ...
@overload
def VirtualHost(
    next_dispatcher: Dispatch = ..., use_x_forwarded_host: bool = ..., **domains: str
) -> Dispatch: ...
def VirtualHost(  # type: ignore[misc]  # noqa: N802 - a host is never named like an option
    next_dispatcher: Dispatch = Dispatcher(),  # noqa: B008 - it keeps no state
    use_x_forwarded_host: bool = True,
    **domains: str,
) -> Dispatch:
    """Return a dispatcher that puts a prefix before the path, which depends on the requested host.

    Args:
        next_dispatcher: Called with the path below the prefix.
        use_x_forwarded_host: Whether the host is taken from `X-Forwarded-Host` where that is there,
            as a proxy in front sends it: its first element. Turn it off if clients reach this
            server directly, for they may send it too.
        **domains: Prefixes by host: `**{"example.com:8080": "/shop"}`. Case does not count.

    Examples:
        >>> from cherrypy_serving import serving
        >>> from types import SimpleNamespace
        >>> request = SimpleNamespace(headers={"Host": "shop.example.org"}, config=None)
        >>> _ = serving.load(request, None)
        >>> VirtualHost(print, **{"shop.example.org": "/shop"})("/cart")  # in place of a dispatcher
        /shop/cart
        >>> serving.clear()
    """
    prefixes = {host.lower(): f"/{prefix.strip('/')}" for host, prefix in domains.items()}

    def dispatch(path_info: str) -> Any:
        request = serving.request
        prefix = prefixes.get(_host(request.headers, use_x_forwarded_host), "")
        result = next_dispatcher(f"{prefix}/{path_info.lstrip('/')}" if prefix else path_info)
        # The section is a path as the client sees it: the directory tool takes it off the url.
        if section := (request.config or {}).get(_SECTION):
            request.config[_SECTION] = section.removeprefix(prefix) or "/"
        return result

    return dispatch


def _host(headers: Mapping[str, str], use_x_forwarded_host: bool) -> str:
    host = headers.get("Host", "")
    if use_x_forwarded_host:
        host = headers.get("X-Forwarded-Host", host)
    return host.split(",")[0].strip().lower()
