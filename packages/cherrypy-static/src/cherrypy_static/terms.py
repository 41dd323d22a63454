"""On which terms files are served: what the options say that `staticdir` and `staticfile` share."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from cherrypy_static.media_types import guess_type
from cherrypy_static.precompressed import negotiated
from cherrypy_static.serve import extra_headers, serve_opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_static.files import Find, Opened

READING = frozenset({"GET", "HEAD"})


class Terms:
    """What does not depend on a request, worked out once.

    Args:
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension.
        debug: Report decisions at INFO, not at DEBUG.
        etag: Send strong entity-tags.
        max_age: Seconds for `Cache-Control: max-age`.
        precompressed: Serve siblings that were compressed beforehand.

    Raises:
        ValueError: `match` is no regular expression.
    """

    def __init__(
        self,
        match: str,
        content_types: Mapping[str, str] | None,
        debug: bool,
        etag: bool,
        max_age: int | None,
        precompressed: bool,
    ) -> None:
        self._pattern = _compiled(match) if match else None
        self._content_types = content_types
        self._etag = etag
        self._headers = extra_headers(None, max_age)
        self._precompressed = precompressed
        self.level = logging.INFO if debug else logging.DEBUG

    def path(self, request: RequestMessage) -> str | None:
        """Return the path of the request, or None if a file is no answer to it."""
        if request.method not in READING:
            return None
        try:
            path = request.path_info
        except UnicodeDecodeError:  # WebOb decodes it when it is asked for
            return None
        return path if self._pattern is None or self._pattern.search(path) else None

    def serve(
        self,
        request: RequestMessage,
        response: ResponseMessage,
        opened: Opened,
        name: str,
        find: Find,
    ) -> None:
        """Serve an open file, or a compressed sibling of it.

        Args:
            request: The request.
            response: The response that is set up.
            opened: The file; it is closed.
            name: Its name, as `find` takes it.
            find: Opens a sibling.

        Raises:
            HTTPError: 400, 412 or 416 as the request asks.
        """
        try:
            headers = {"Content-Type": guess_type(name, self._content_types), **self._headers}
            if self._precompressed:
                opened = negotiated(request, opened, name, find, headers)
        except BaseException:
            opened.close()
            raise
        serve_opened(request, response, opened, headers, etag=self._etag)


def _compiled(match: str) -> re.Pattern[str]:
    try:
        return re.compile(match)
    except re.error as error:
        raise ValueError(f"`match` is {match!r}, which is no regular expression: {error}") from None
