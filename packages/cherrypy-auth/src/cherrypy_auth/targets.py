"""Whether the url in digest credentials is that of the request (RFC 7616, section 3.4.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from cherrypy_auth.comparison import as_bytes

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage


def names_target(uri: str, request: RequestMessage, target: str | None = None) -> bool:
    """Return whether a url names what a request asks for.

    Args:
        uri: What the client says: path and query, or an absolute url; the percent-encoding of the
            path makes no difference. It is not compared with the host.
        request: The request.
        target: Its target as it came, where that is known: the same text names it in any case.
    """
    if target and uri == target:
        return True
    path, _, query = uri.partition("?")
    _, scheme, rest = path.partition("://")
    if scheme and not path.startswith("/"):
        path = "/" + rest.partition("/")[2]
    try:
        asked = request.script_name + request.path_info or "/"
    except UnicodeDecodeError:  # WebOb's requests know paths in UTF-8 only
        return False
    return query == request.query_string and unquote_to_bytes(path or "/") in _as_sent(asked)


def _as_sent(path: str) -> list[bytes]:
    """Return the bytes that a decoded path can have been."""
    try:
        return [as_bytes(path), path.encode("latin-1")]
    except UnicodeEncodeError:
        return [as_bytes(path)]
