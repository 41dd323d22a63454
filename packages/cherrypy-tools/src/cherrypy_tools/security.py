"""Ask browsers for their protection: the `secure_headers` tool.

The default set breaks no page that keeps to its own origin and has no scripts or styles inline. A
field that the application sets itself always wins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy_tools.set_headers import checked_fields

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
        ValueError: A name in `headers` is no header name, a value holds a control character, or
            `hsts` is negative.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> secure_headers(Request.blank("/"), response, {"X-Frame-Options": "DENY"}, hsts=3600)
        >>> response.headers["X-Frame-Options"], response.headers["X-Content-Type-Options"]
        ('DENY', 'nosniff')
    """
    set_missing(response, secure_fields(headers, hsts))


def secure_fields(
    headers: Mapping[str, str | None] | None = None, hsts: int | None = None
) -> list[tuple[str, str]]:
    """Return the fields that `secure_headers` sets with these options, for many responses.

    Raises:
        ValueError: As `secure_headers` does.

    Examples:
        >>> fields = dict(secure_fields({"X-Frame-Options": None, "Referrer-Policy": "origin"}))
        >>> fields["Referrer-Policy"], "X-Frame-Options" in fields
        ('origin', False)
    """
    wanted: dict[str, str | None] = {**DEFAULTS, **(headers or {})}
    if hsts is not None:
        if hsts < 0:
            raise ValueError(f"hsts is {hsts}: give seconds, 0 to have browsers forget it")
        wanted.setdefault("Strict-Transport-Security", f"max-age={hsts}; includeSubDomains")
    return checked_fields([(name, value) for name, value in wanted.items() if value is not None])


def set_missing(response: ResponseMessage, fields: Iterable[tuple[str, str]]) -> None:
    """Set the fields that the response does not have.

    Examples:
        >>> from webob import Response
        >>> response = Response(headers={"Referrer-Policy": "no-referrer"})
        >>> set_missing(response, [("Referrer-Policy", "origin"), ("X-Frame-Options", "DENY")])
        >>> response.headers["Referrer-Policy"], response.headers["X-Frame-Options"]
        ('no-referrer', 'DENY')
    """
    headers = response.headers
    for name, value in fields:
        if name not in headers:
            headers[name] = value
