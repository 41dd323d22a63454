"""The environ of a request that comes from no network (PEP 3333)."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote, unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy_testing.bodies import Body
    from cherrypy_testing.call import Environ

PORTS = {"http": 80, "https": 443}

# The two fields that are not among the HTTP_ variables.
OWN_NAMES = {"HTTP_CONTENT_TYPE": "CONTENT_TYPE", "HTTP_CONTENT_LENGTH": "CONTENT_LENGTH"}


def make_environ(
    method: str,
    url: str,
    headers: Iterable[tuple[str, str]],
    body: Body,
    errors: TextIO,
) -> Environ:
    """Return the environ for a request.

    Args:
        method: The method.
        url: The whole URL; its path may have characters that have to be escaped.
        headers: The header fields; the values of equal ones are joined.
        body: The body; its media type counts where the fields have none.
        errors: Where the application writes about errors.
    """
    parts = urlsplit(url)
    path = unquote_to_bytes(parts.path or "/").decode("latin-1")
    environ: Environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": _ascii(parts.query),
        "REQUEST_URI": _ascii(parts.path or "/")
        + (f"?{_ascii(parts.query)}" if parts.query else ""),
        "SERVER_NAME": parts.hostname or "",
        "SERVER_PORT": str(parts.port or PORTS[parts.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "REMOTE_PORT": "0",
        "HTTP_HOST": parts.netloc.rpartition("@")[2],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": io.BytesIO(body.content),
        "wsgi.errors": errors,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body.content or method in {"POST", "PUT", "PATCH"}:
        environ["CONTENT_LENGTH"] = str(len(body.content))
    if body.content_type is not None:
        environ["CONTENT_TYPE"] = body.content_type
    environ.update(_variables(headers))
    return environ


def _variables(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, value in headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        key = OWN_NAMES.get(key, key)
        separator = "; " if key == "HTTP_COOKIE" else ", "
        variables[key] = f"{variables[key]}{separator}{value}" if key in variables else value
    return variables


def _ascii(text: str) -> str:
    return "".join(character if character.isascii() else quote(character) for character in text)
