"""Ask browsers for their protection: the `secure_headers` tool.

The default set breaks no page that keeps to its own origin and has no scripts or styles inline. A
field that the application sets itself always wins.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_tools.set_headers import checked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

DEFAULTS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'self'; base-uri 'self'; "
    "form-action 'self'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
}
"""The fields that are set, with their values."""


def secure_headers(
    request: RequestMessage,  # noqa: ARG001 - every tool takes the exchange
    response: ResponseMessage,
    headers: Mapping[str, str | None] | None = None,
    hsts: int | None = None,
) -> None:
    """Set the fields in `DEFAULTS` that the response does not have.

    Args:
        request: The request; it is not read.
        response: The response whose headers are set.
        headers: Fields to set with another value, in addition, or, if the value is None, not.
        hsts: Seconds for which browsers use the site over TLS only, for a
            Strict-Transport-Security field (RFC 6797). Give it on TLS alone: it cannot be taken
            back sooner.

    Raises:
        ValueError: A name in `headers` is no header name, or a value holds a control character.
    """
    wanted: dict[str, str | None] = {**DEFAULTS, **(headers or {})}
    if hsts is not None:
        wanted.setdefault("Strict-Transport-Security", f"max-age={hsts}; includeSubDomains")
    for name, value in _usable(tuple(wanted.items())):
        if name not in response.headers:
            response.headers[name] = value


@lru_cache(maxsize=64)
def _usable(wanted: tuple[tuple[str, str | None], ...]) -> list[tuple[str, str]]:
    """Return the fields of `wanted` that have a value, once they are checked."""
    return checked([(name, value) for name, value in wanted if value is not None])
