"""Put fixed fields on the response: the `response_headers` tool.

Every name and value is checked before any is set: a line break in one of them would end the field
and let the rest of the text speak as a header, or as a body, of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

HeaderItems = Mapping[str, str] | Iterable[tuple[str, str]]
"""Header fields as a mapping, or as pairs of name and value."""

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def response_headers(
    request: RequestMessage,  # noqa: ARG001 - every tool takes the exchange
    response: ResponseMessage,
    headers: HeaderItems | None = None,
    debug: bool = False,  # noqa: ARG001 - documented option; there is no decision to report
) -> None:
    """Set `headers` on the response, replacing fields of the same name.

    Args:
        request: The request; it is not read.
        response: The response whose headers are set.
        headers: Pairs of field name and value, or a mapping of them.
        debug: Accepted for the documented signature; nothing is decided here.

    Raises:
        ValueError: A name is not a token, or a value holds a control character (RFC 9110, 5.5).

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> response_headers(Request.blank("/"), response, {"X-Powered-By": "tea"})
        >>> response.headers["X-Powered-By"]
        'tea'
    """
    for name, value in checked_fields(headers):
        response.headers[name] = value


def checked_fields(headers: HeaderItems | None) -> list[tuple[str, str]]:
    r"""Return `headers` as pairs that are safe to write on the wire.

    Raises:
        ValueError: A name is not a token, or a value holds a control character.

    Examples:
        >>> checked_fields({"X-Powered-By": "tea"})
        [('X-Powered-By', 'tea')]
        >>> checked_fields({"X-Powered-By": "tea\r\nSet-Cookie: stolen=1"})
        Traceback (most recent call last):
        ValueError: ... for X-Powered-By holds a control character: put it on one line
    """
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers or ())
    for name, value in pairs:
        if not TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name: use letters, digits and hyphens")
        if FORBIDDEN.search(value):
            raise ValueError(f"{value!r} for {name} holds a control character: put it on one line")
    return pairs
