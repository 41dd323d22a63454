"""Say how long a response stays fresh: the `expires` tool.

It leaves a response alone that says something about its freshness itself, unless it is forced.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPDate
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

INDICATORS = ("ETag", "Last-Modified", "Age", "Expires")
PREVENTION = {"Pragma": "no-cache", "Cache-Control": "no-cache, must-revalidate"}
ONE_YEAR = 365 * 24 * 60 * 60


def expires(
    request: RequestMessage,  # noqa: ARG001 - every tool takes the exchange
    response: ResponseMessage,
    secs: float | timedelta = 0,
    force: bool = False,
    debug: bool = False,
    *,
    now: float | None = None,
) -> None:
    """Set the Expires field, and forbid caching if the response expires at once.

    Args:
        request: The request; it is not read.
        response: The response whose headers are set.
        secs: Seconds from `now` until the response expires. 0 sets Expires one year into the
            past, and adds `Pragma: no-cache` and `Cache-Control: no-cache, must-revalidate`.
        force: Set the fields even if ETag, Last-Modified, Age or Expires is there already.
        debug: Report the decision at INFO.
        now: The time of the response, in seconds of the epoch; the present by default.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> expires(Request.blank("/"), response, secs=60, now=0)
        >>> response.headers["Expires"]
        'Thu, 01 Jan 1970 00:01:00 GMT'
    """
    headers = response.headers
    if not force:
        present = [name for name in INDICATORS if name in headers]
        if present:
            trace(log, debug, "left alone: %s is there", present[0])
            return
    seconds = secs.total_seconds() if isinstance(secs, timedelta) else secs
    if seconds == 0:
        seconds = -ONE_YEAR
        _prevent_caching(response, force)
    headers["Expires"] = HTTPDate((time.time() if now is None else now) + seconds)
    trace(log, debug, "Expires: %s", headers["Expires"])


def _prevent_caching(response: ResponseMessage, force: bool) -> None:
    for name, value in PREVENTION.items():
        if force or name not in response.headers:
            response.headers[name] = value
