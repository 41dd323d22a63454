"""Decide what a shared cache may keep, and for how long: RFC 9111 as functions of header fields.

Where a field cannot be read, the answer is the careful one: not kept, not fresh.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cherrypy_httputil import parse_date

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

DIRECTIVE = re.compile(r"""([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:=(?:"([^"]*)"|([^\s,"]*)))?""")
MAX_FIELD = 4096
"""Characters of a Cache-Control field that are looked at."""

MAX_SECONDS = 2**31
"""What a longer time counts as (RFC 9111, 1.2.2)."""

MAX_DIGITS = 10

BY_DEFAULT = frozenset({200, 203, 204, 300, 301, 308, 410})
"""Statuses kept without being told for how long. RFC 9111, 4.2.2 would allow more of them."""

NEVER = frozenset({206, 304})
"""Statuses that are a part of another response."""

NOT_FOR_CACHES = frozenset({"no-cache", "no-store", "private"})
"""Directives of responses that are not kept: `no-cache` ones could not be used unasked."""

FOR_ALL = frozenset({"public", "s-maxage", "must-revalidate"})
"""Directives that open a response to a request with credentials to others (RFC 9111, 3.5)."""


def cache_directives(value: str | None) -> dict[str, str | None]:
    """Return the directives of a Cache-Control field, names in lower case (RFC 9111, 5.2).

    A directive without an argument has None. Of a directive that is repeated the first counts.

    Examples:
        >>> cache_directives('max-age=60, private="Set-Cookie", no-cache')
        {'max-age': '60', 'private': 'Set-Cookie', 'no-cache': None}
    """
    directives: dict[str, str | None] = {}
    if not value:
        return directives
    for found in DIRECTIVE.finditer(value[:MAX_FIELD]):
        name, quoted, token = found.groups()
        directives.setdefault(name.lower(), token if quoted is None else quoted)
    return directives


def seconds(text: str | None) -> int | None:
    """Return a number of seconds, or None if `text` is none (RFC 9111, 1.2.2)."""
    if not text or not text.isascii() or not text.isdigit():
        return None
    return MAX_SECONDS if len(text) > MAX_DIGITS else min(int(text), MAX_SECONDS)


def may_store(
    request: RequestMessage,
    response: ResponseMessage,
    *,
    authorized: bool = False,
    cookies: bool = False,
    for_user: bool = False,
) -> bool:
    """Tell whether a cache for many clients may keep the response (RFC 9111, 3).

    Args:
        request: The request; its method, Cache-Control and Authorization are read.
        response: The response, with its status and all its fields.
        authorized: Keep responses to requests with credentials, too, although nothing in them says
            that they are for everybody.
        cookies: Keep responses that set a cookie, too: everybody will get that cookie.
        for_user: The server knows the user without Authorization, as by a certificate: the request
            counts as one with credentials.

    Examples:
        >>> from webob import Request, Response
        >>> may_store(Request.blank("/"), Response("text"))
        True
        >>> may_store(Request.blank("/", headers={"Authorization": "Basic eDp5"}), Response("text"))
        False
    """
    headers = response.headers
    directives = cache_directives(headers.get("Cache-Control")).keys()
    demands = cache_directives(request.headers.get("Cache-Control"))
    if request.method != "GET" or response.status_code in NEVER:
        return False
    if "no-store" in demands or directives & NOT_FOR_CACHES or "*" in headers.get("Vary", ""):
        return False
    if "Set-Cookie" in headers and not cookies:
        return False
    has_credentials = for_user or "Authorization" in request.headers
    if has_credentials and not (authorized or directives & FOR_ALL):
        return False
    return response.status_code in BY_DEFAULT or explicit_lifetime(headers, 0) is not None


def explicit_lifetime(headers: Mapping[str, str], made: float) -> float | None:
    """Return for how many seconds a response says to be fresh (RFC 9111, 4.2.1), or None.

    Args:
        headers: The fields of the response.
        made: When it was made, in seconds since the epoch, if it has no Date.
    """
    if control := headers.get("Cache-Control"):
        directives = cache_directives(control)
        for name in ("s-maxage", "max-age"):
            if name in directives:
                return seconds(directives[name]) or 0
    if "Expires" not in headers:
        return None
    expires, date = parse_date(headers["Expires"]), parse_date(headers.get("Date"))
    if expires is None:
        return 0
    return max(0, expires.timestamp() - (made if date is None else date.timestamp()))


def lifetime(headers: Mapping[str, str], made: float, delay: float) -> float:
    """Return for how many seconds a response is kept: what it says itself, at most `delay`."""
    explicit = explicit_lifetime(headers, made)
    return delay if explicit is None else min(delay, explicit)


def current_age(headers: Mapping[str, str], made: float, now: float) -> float:
    """Return how many seconds ago the response was made at its origin (RFC 9111, 4.2.3)."""
    return (seconds(headers.get("Age")) or 0) + max(0, now - made)


def wants(request: RequestMessage) -> dict[str, str | None]:
    """Return what a client demands of caches (RFC 9111, 5.2.1), Pragma for old ones."""
    headers = request.headers
    value = headers.get("Cache-Control")
    if value is None:
        pragma = headers.get("Pragma")
        return {"no-cache": None} if pragma and "no-cache" in pragma.lower() else {}
    return cache_directives(value)


def satisfies(wanted: Mapping[str, str | None], age: float, fresh_for: float) -> bool:
    """Tell whether a kept response is what a client wants.

    Args:
        wanted: The result of `wants`.
        age: The age of the response in seconds.
        fresh_for: Its lifetime in seconds. What is older is never sent, whatever the client says.
    """
    if not wanted:
        return age < fresh_for
    if "no-cache" in wanted or age >= fresh_for:
        return False
    if "max-age" in wanted and age > _or(seconds(wanted["max-age"]), -1):
        return False
    return "min-fresh" not in wanted or fresh_for - age >= _or(
        seconds(wanted["min-fresh"]), MAX_SECONDS
    )


def vary_names(value: str | None) -> tuple[str, ...]:
    """Return the names in a Vary field, in lower case and in order."""
    if not value:
        return ()
    return tuple(sorted({name.strip().lower() for name in value.split(",") if name.strip()}))


def _or(number: int | None, otherwise: int) -> int:
    return otherwise if number is None else number
