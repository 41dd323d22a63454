"""Serve the files of a directory by the path of the request.

The answer is whether something was served. If not, the application's own handlers have their turn:
only what is forbidden is an error here.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from cherrypy_httputil import HTTPRedirect
from cherrypy_static.files import open_below
from cherrypy_static.paths import absolute_path, clean
from cherrypy_static.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_static.files import Find, Opened

log: logging.Logger = logging.getLogger(__name__)

PATH_SAFE = "/!$&'()*+,;=:@~"


class StaticDirectory:
    """A directory whose files are served below a path.

    What does not depend on a request is worked out when it is made. Call it with each request and
    its response, as `staticdir` is called.

    Args:
        section: The path, below the application, that stands for the directory; `/` or `global`
            for all of it.
        dir: The directory, absolute or below `root`.
        root: An absolute directory.
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension, such as `{"gif": "image/gif"}`.
        index: The name of a file to serve for a directory. A directory that was asked for without
            its trailing slash is redirected first, so that relative links in the file work.
        debug: Report decisions at INFO.
        follow_symlinks: Follow links that lead out of the directory.
        dotfiles: Serve names that begin with a dot.
        etag: Send strong entity-tags.
        max_age: Seconds for `Cache-Control: max-age`.
        precompressed: Serve a file with `.br`, `.zst` or `.gz` added to its name in place of it, to
            clients that take that coding, unless it is older.

    Raises:
        RelativePathError: `dir` is relative, and there is no absolute `root`.
        ValueError: `match` is no regular expression.

    Examples:
        >>> from pathlib import Path
        >>> from webob import Request, Response
        >>> serve = StaticDirectory("/code", str(Path(__file__).parent))
        >>> response = Response()
        >>> serve(Request.blank("/code/directory.py"), response)
        True
        >>> response.headers["Content-Type"], response.body[3:14]
        ('text/x-python', b'Serve the f')
    """

    def __init__(
        self,
        section: str,
        dir: str,  # noqa: A002 - the documented name
        root: str = "",
        match: str = "",
        content_types: Mapping[str, str] | None = None,
        index: str = "",
        debug: bool = False,
        *,
        follow_symlinks: bool = False,
        dotfiles: bool = False,
        etag: bool = False,
        max_age: int | None = None,
        precompressed: bool = False,
    ) -> None:
        self.home: str = absolute_path(dir, root)
        self._prefix = "" if section == "global" else section.rstrip("/\\")
        self._index = index
        self._dotfiles = dotfiles
        self._find: Find = partial(
            open_below, self.home, follow_symlinks=follow_symlinks, dotfiles=dotfiles
        )
        self._terms = Terms(match, content_types, debug, etag, max_age, precompressed)

    def __call__(self, request: RequestMessage, response: ResponseMessage) -> bool:
        """Serve the file that the path of a request names.

        Returns:
            Whether a file was served; if not, the response is as it was.

        Raises:
            HTTPError: 403 for a path with `..` or a file that may not be read; 412 or 416 as the
                request asks.
            HTTPRedirect: 301, to a directory's path with its slash.
        """
        terms = self._terms
        path = terms.path(request)
        branch = None if path is None else self._branch(path)
        if path is None or branch is None:
            return False
        name, opened = self._open(request, path, branch)
        log.log(terms.level, "%r in %r: %r", name, self.home, opened)
        if opened is None:
            return False
        terms.serve(request, response, opened, name, self._find)
        return True

    def _branch(self, path: str) -> str | None:
        """Return what comes below the section, or None if nothing of that may be served."""
        prefix = self._prefix
        if not path.startswith(prefix):
            return None
        rest = path[len(prefix) :]
        return clean(rest, dotfiles=self._dotfiles) if not rest or rest[0] == "/" else None

    def _open(self, request: RequestMessage, path: str, branch: str) -> tuple[str, Opened | None]:
        """Return what is served for `branch`, and the file if there is one."""
        indexed = f"{branch.rstrip('/')}/{self._index}" if self._index else None
        if path.endswith("/"):
            return (branch, None) if indexed is None else (indexed, self._attempt(indexed))
        try:
            return branch, self._find(branch)
        except IsADirectoryError:
            opened = None if indexed is None else self._attempt(indexed)
        if opened is None:
            return branch, None
        opened.close()
        raise HTTPRedirect(_with_slash(request), 301)

    def _attempt(self, name: str) -> Opened | None:
        try:
            return self._find(name)
        except IsADirectoryError:
            return None


def _with_slash(request: RequestMessage) -> str:
    path = "/" + (request.script_name + request.path_info).lstrip("/\\") + "/"
    query = request.query_string
    return quote(path, PATH_SAFE) + ("?" + query if query else "")


def staticdir(
    request: RequestMessage,
    response: ResponseMessage,
    section: str,
    dir: str,  # noqa: A002 - the documented name
    root: str = "",
    match: str = "",
    content_types: Mapping[str, str] | None = None,
    index: str = "",
    debug: bool = False,
    *,
    follow_symlinks: bool = False,
    dotfiles: bool = False,
    etag: bool = False,
    max_age: int | None = None,
    precompressed: bool = False,
) -> bool:
    """Serve the file below `dir` that the rest of the path after `section` names.

    It is `StaticDirectory` for one request, whose options and errors it has.

    Args:
        request: The request; only GET and HEAD are served.
        response: The response that is set up.
        section: The path, below the application, that stands for the directory; `/` or `global`
            for all of it.
        dir: The directory, absolute or below `root`.
        root: An absolute directory.
        match: A regular expression; paths in which it is not found are not served.
        content_types: Media types by extension, such as `{"gif": "image/gif"}`.
        index: The name of a file to serve for a directory. A directory that was asked for without
            its trailing slash is redirected first, so that relative links in the file work.
        debug: Report decisions at INFO.
        follow_symlinks: Follow links that lead out of the directory.
        dotfiles: Serve names that begin with a dot.
        etag: Send strong entity-tags.
        max_age: Seconds for `Cache-Control: max-age`.
        precompressed: Serve a file with `.br`, `.zst` or `.gz` added to its name in place of it, to
            clients that take that coding, unless it is older.

    Returns:
        Whether a file was served; if not, the response is as it was.

    Raises:
        RelativePathError: `dir` is relative, and there is no absolute `root`.
        ValueError: `match` is no regular expression.
        HTTPError: 403 for a path with `..` or a file that may not be read; 412 or 416 as the
            request asks.
        HTTPRedirect: 301, to a directory's path with its slash.

    Examples:
        >>> from pathlib import Path
        >>> from webob import Request, Response
        >>> directory = str(Path(__file__).parent)
        >>> response = Response()
        >>> request = Request.blank("/code/directory.py", headers={"Range": "bytes=3-13"})
        >>> staticdir(request, response, "/code", directory)
        True
        >>> response.headers["Content-Type"], response.body
        ('text/x-python', b'Serve the f')
        >>> staticdir(Request.blank("/code/none.py"), response, "/code", directory)
        False
    """
    directory = StaticDirectory(
        section,
        dir,
        root,
        match,
        content_types,
        index,
        debug,
        follow_symlinks=follow_symlinks,
        dotfiles=dotfiles,
        etag=etag,
        max_age=max_age,
        precompressed=precompressed,
    )
    return directory(request, response)
