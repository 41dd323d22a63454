"""Take requests only from pages one knows: the `referer` tool.

A client may send any Referer it likes, or none. This keeps other sites from embedding a resource;
it is no protection against forged requests.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)


def referer(
    request: RequestMessage,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    pattern: str | re.Pattern[str],
    accept: bool = True,
    accept_missing: bool = False,
    error: int | str = 403,
    message: str = "Forbidden Referer header.",
    debug: bool = False,
) -> None:
    """Refuse the request if its Referer does not match, or does.

    Args:
        request: The request; Referer is read.
        response: The response; it is not touched.
        pattern: A regular expression that is matched from the beginning of the field. Let one for
            a host end in a slash: `https://site.example` matches `https://site.example.org` too.
        accept: Take requests that match; if false, those that do not.
        accept_missing: Take requests without the field.
        error: The status of the refusal.
        message: What the refusal says.
        debug: Report the decision at INFO.

    Raises:
        HTTPError: `error`, if the request is refused.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Referer": "https://other.example/"})
        >>> referer(request, Response(), "https://site.example/", error=404, message="Not for you.")
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPError: (404, 'Not for you.')
    """
    value = request.headers.get("Referer")
    is_taken = accept_missing if value is None else bool(re.match(pattern, value)) is accept
    trace(log, debug, "Referer %r is %s", value, "taken" if is_taken else "refused")
    if not is_taken:
        raise HTTPError(error, message)
