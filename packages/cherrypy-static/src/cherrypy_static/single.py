"""Serve one file, whatever the path of the request is.

The answer is whether it was served. If not, the application's own handlers have their turn.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from cherrypy_static.files import open_file
from cherrypy_static.paths import absolute_path
from cherrypy_static.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)


class StaticFile:
    """A file that is served.

    What does not depend on a request is worked out when it is made. Call it with each request and
    its response, as `staticfile` is called.

    Args:
        filename: The file, absolute or below `root`.
        root: An absolute directory.
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension.
        debug: Report decisions at INFO.
        etag: Send a strong entity-tag.
        max_age: Seconds for `Cache-Control: max-age`.
        precompressed: Serve a file with `.br`, `.zst` or `.gz` added to its name in place of it, to
            clients that take that coding, unless it is older.

    Raises:
        RelativePathError: `filename` is relative, and there is no absolute `root`.
        ValueError: `match` is no regular expression.

    Examples:
        >>> from webob import Request, Response
        >>> serve = StaticFile(__file__, content_types={"py": "text/plain"})
        >>> response = Response()
        >>> serve(Request.blank("/code"), response)
        True
        >>> response.headers["Content-Type"]
        'text/plain'
    """

    def __init__(
        self,
        filename: str,
        root: str | None = None,
        match: str = "",
        content_types: Mapping[str, str] | None = None,
        debug: bool = False,
        *,
        etag: bool = False,
        max_age: int | None = None,
        precompressed: bool = False,
    ) -> None:
        self.filename: str = absolute_path(filename, root)
        self._terms = Terms(match, content_types, debug, etag, max_age, precompressed)

    def __call__(self, request: RequestMessage, response: ResponseMessage) -> bool:
        """Serve the file to a request.

        Returns:
            Whether the file was served; if not, the response is as it was.

        Raises:
            HTTPError: 403 if the file may not be read; 412 or 416 as the request asks.
        """
        terms = self._terms
        if terms.path(request) is None:
            return False
        opened = open_file(self.filename)
        log.log(terms.level, "%r: %r", self.filename, opened)
        if opened is None:
            return False
        terms.serve(request, response, opened, self.filename, open_file)
        return True


def staticfile(
    request: RequestMessage,
    response: ResponseMessage,
    filename: str,
    root: str | None = None,
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    debug: bool = False,
    *,
    etag: bool = False,
    max_age: int | None = None,
    precompressed: bool = False,
) -> bool:
    """Serve one file, whatever the path of the request is.

    It is `StaticFile` for one request, whose options and errors it has.

    Args:
        request: The request; only GET and HEAD are served.
        response: The response that is set up.
        filename: The file, absolute or below `root`.
        root: An absolute directory.
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension.
        debug: Report decisions at INFO.
        etag: Send a strong entity-tag.
        max_age: Seconds for `Cache-Control: max-age`.
        precompressed: Serve a file with `.br`, `.zst` or `.gz` added to its name in place of it, to
            clients that take that coding, unless it is older.

    Returns:
        Whether the file was served; if not, the response is as it was.

    Raises:
        RelativePathError: `filename` is relative, and there is no absolute `root`.
        ValueError: `match` is no regular expression.
        HTTPError: 403 if the file may not be read; 412 or 416 as the request asks.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> staticfile(Request.blank("/favicon.ico"), response, __file__, max_age=86400)
        True
        >>> response.headers["Cache-Control"]
        'max-age=86400'
    """
    file = StaticFile(
        filename,
        root,
        match,
        content_types,
        debug,
        etag=etag,
        max_age=max_age,
        precompressed=precompressed,
    )
    return file(request, response)
