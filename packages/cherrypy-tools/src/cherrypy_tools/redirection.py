"""Send every request elsewhere: the `redirect` tool."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NoReturn

from cherrypy_httputil import HTTPRedirect, InternalRedirect
from cherrypy_tools.request_path import path_info_of
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)


def redirect(
    request: RequestMessage,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    url: str = "",
    internal: bool = True,
    debug: bool = False,
) -> NoReturn:
    """Redirect to `url`.

    Args:
        request: The request; its path is reported.
        response: The response; it is not touched.
        url: Where to; a path for an internal redirection.
        internal: Serve another path of the same application without telling the client.
        debug: Report the redirection at INFO.

    Raises:
        InternalRedirect: If `internal`.
        HTTPRedirect: If not.
        HTTPError: 400 if the path of the request is not in UTF-8.

    Examples:
        >>> from webob import Request, Response
        >>> redirect(Request.blank("/old"), Response(), "/new", internal=False)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPRedirect: (['/new'], 303)
    """
    kind = "internally" if internal else "by the client"
    trace(log, debug, "redirecting %r to %r %s", path_info_of(request), url, kind)
    if internal:
        raise InternalRedirect(url)
    raise HTTPRedirect(url)
