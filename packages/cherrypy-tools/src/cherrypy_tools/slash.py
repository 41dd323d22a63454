"""One address for each index page: redirect where the trailing slash is missing, or one too many.

The target is built from the decoded path, so it is quoted again, and leading slashes become one:
`//host/` in a Location field would name another host.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote

from cherrypy_httputil import HTTPRedirect
from cherrypy_tools.request_path import path_info_of
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

PATH_SAFE = "/!$&'()*+,;=:@~"
"""Characters that stand for themselves in a path (RFC 3986, 3.3)."""


def trailing_slash(
    request: RequestMessage,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    missing: bool = True,
    extra: bool = False,
    status: int | str | None = None,
    debug: bool = False,
    *,
    is_index: bool | None,
) -> None:
    """Redirect if the path has a trailing slash too few or too many.

    Args:
        request: The request whose path is looked at.
        response: The response; it is not touched.
        missing: Redirect index pages that were asked for without the slash.
        extra: Redirect other pages that were asked for with one.
        status: The status of the redirect; 301 by default.
        debug: Report the decision at INFO.
        is_index: Whether the handler is an index page; None (the handler does not care) never
            redirects.

    Raises:
        HTTPRedirect: To the same address, query string included, with the slash put right.
        HTTPError: 400 if the path is not in UTF-8.

    Examples:
        >>> from webob import Request, Response
        >>> trailing_slash(Request.blank("/shop?a=b"), Response(), is_index=True)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPRedirect: (['/shop/?a=b'], 301)
    """
    path = path_info_of(request)
    wanted = _corrected(path, missing, extra, is_index)
    trace(log, debug, "path_info %r, is_index %r: %r", path, is_index, wanted)
    if wanted is not None:
        raise HTTPRedirect(_target(request, wanted), status or 301)


def _corrected(path: str, missing: bool, extra: bool, is_index: bool | None) -> str | None:
    if is_index is None:
        return None
    has_slash = path.endswith("/")
    if is_index:
        return path + "/" if missing and not has_slash else None
    return path.rstrip("/") or None if extra and has_slash else None


def _target(request: RequestMessage, path: str) -> str:
    whole = "/" + (request.script_name + path).lstrip("/\\")
    query = request.query_string
    return quote(whole, PATH_SAFE) + ("?" + query if query else "")
