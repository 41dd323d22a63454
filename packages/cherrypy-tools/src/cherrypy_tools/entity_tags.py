"""Answer conditional requests by entity-tag: the `etags` tool.

If-Match compares strongly and If-None-Match weakly (RFC 9110, 13.1). An automatic tag is a hash of
the body, so it belongs on resources that are read and not written: after a body has been turned
into an empty one, its hash says nothing about the resource.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError, HTTPRedirect, parse_etags
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD"})


def validate_etags(
    request: RequestMessage,
    response: ResponseMessage,
    autotags: bool = False,
    debug: bool = False,
    *,
    stream: bool = False,
) -> None:
    """Check If-Match and If-None-Match of the request against the ETag of a successful response.

    Args:
        request: The request; its method and the two fields are read.
        response: The response, complete but for its entity-tag.
        autotags: Give a response with status 200 and no ETag the MD5 hash of its body as one. The
            body is read for that, unless it is a stream, or a file too large to be in memory.
        debug: Report the decisions at INFO.
        stream: Whether the body is not to be read before it is sent.

    Raises:
        HTTPRedirect: With status 304, if If-None-Match matches on GET or HEAD.
        HTTPError: 412 if If-Match does not match, or If-None-Match does on another method.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"If-None-Match": '"v1"'})
        >>> validate_etags(request, Response("text", etag="v1"))
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPRedirect: ([], 304)
        >>> response = Response("text")
        >>> validate_etags(request, response, autotags=True)
        >>> response.headers["ETag"]
        '"1cb251ec0d568de6a929b520c4aed8d1"'
    """
    wanted = request.headers
    match, none_match = wanted.get("If-Match"), wanted.get("If-None-Match")
    if match is None and none_match is None and not (autotags or debug):
        return
    status = response.status_code
    etag = response.headers.get("ETag")
    if etag is None and autotags and status == 200 and not stream:  # noqa: PLR2004 - OK
        etag = _tag_of_body(response)
    trace(log, debug, "status %d, ETag %s", status, etag)
    if 200 <= status <= 299:  # noqa: PLR2004 - the successful ones
        if match is not None:
            _check_match(match, etag)
        if none_match is not None:
            _check_none_match(none_match, etag, request.method)


def _check_match(value: str, etag: str | None) -> None:
    conditions = parse_etags(value)
    is_strong = etag is not None and not etag.startswith("W/")
    if conditions != ["*"] and not (is_strong and etag in conditions):
        raise HTTPError(412, f"If-Match failed: ETag {etag!r} did not match {conditions!r}")


def _check_none_match(value: str, etag: str | None, method: str) -> None:
    # Most clients send back the one tag that they have been given.
    if value != etag and not _matches_weakly(parse_etags(value), etag):
        return
    if method in SAFE_METHODS:
        raise HTTPRedirect([], 304)
    raise HTTPError(412, f"If-None-Match failed: ETag {etag!r} matched {parse_etags(value)!r}")


def _matches_weakly(conditions: list[str], etag: str | None) -> bool:
    opaque = None if etag is None else etag.removeprefix("W/")
    return conditions == ["*"] or opaque in [tag.removeprefix("W/") for tag in conditions]


def _tag_of_body(response: ResponseMessage) -> str | None:
    """Give the response a tag that is made of its body, and return it; None if it gets none."""
    body = response.app_iter
    if not isinstance(body, list | tuple):
        if getattr(body, "yields_bytes", False):
            return None  # a file that is served piece by piece, however long it is
        try:
            chunks = list(body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()
        body = response.app_iter = chunks
    etag = f'"{hashlib.md5(b"".join(body), usedforsecurity=False).hexdigest()}"'
    response.headers["ETag"] = etag
    return etag
