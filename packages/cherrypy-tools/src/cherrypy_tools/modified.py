"""Answer conditional requests by date: compare Last-Modified with what the client has.

A condition on an entity-tag outranks one on a date (RFC 9110, 13.2.2), and a date that cannot be
read counts as no condition at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_httputil.dates import parse_date

if TYPE_CHECKING:
    from datetime import datetime

    from cherrypy_httputil import RequestMessage, ResponseMessage

SAFE_METHODS = frozenset({"GET", "HEAD"})


def validate_since(request: RequestMessage, response: ResponseMessage) -> None:
    """Check If-Modified-Since and If-Unmodified-Since against Last-Modified of the response.

    Nothing is checked if the response has no Last-Modified, or is no success.

    Raises:
        HTTPRedirect: With status 304, if a GET or HEAD asks for something newer.
        HTTPError: 412 if the resource was modified since the date in If-Unmodified-Since.

    Examples:
        >>> from webob import Request, Response
        >>> date = "Sun, 06 Nov 1994 08:49:37 GMT"
        >>> request = Request.blank("/", headers={"If-Modified-Since": date})
        >>> validate_since(request, Response("text", last_modified=date))
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPRedirect: ([], 304)
    """
    modified = _date(response.headers.get("Last-Modified"))
    if modified is None or not 200 <= response.status_code <= 299:  # noqa: PLR2004 - successes
        return
    headers = request.headers
    if "If-Match" not in headers:
        since = _date(headers.get("If-Unmodified-Since"))
        if since is not None and modified > since:
            raise HTTPError(412)
    if request.method in SAFE_METHODS and "If-None-Match" not in headers:
        since = _date(headers.get("If-Modified-Since"))
        if since is not None and modified <= since:
            raise HTTPRedirect([], 304)


def _date(value: str | None) -> datetime | None:
    return None if value is None else parse_date(value)
