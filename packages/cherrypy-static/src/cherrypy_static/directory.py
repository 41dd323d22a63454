"""Serve files by the path of the request: `staticdir` and `staticfile`.

They answer whether they served something. If not, the application's own handlers have their turn:
only what is forbidden is an error here.
"""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from cherrypy_httputil import HTTPRedirect
from cherrypy_static.files import open_below, open_file
from cherrypy_static.media_types import guess_type
from cherrypy_static.paths import absolute_path, clean
from cherrypy_static.precompressed import negotiated
from cherrypy_static.serve import extra_headers, serve_opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_static.files import Find, Opened

log = logging.getLogger(__name__)

READING = frozenset({"GET", "HEAD"})
PATH_SAFE = "/!$&'()*+,;=:@~"


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
        ValueError: `dir` is relative, and there is no absolute `root`.
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
        ('text/x-python', b'Serve files')
        >>> staticdir(Request.blank("/code/none.py"), response, "/code", directory)
        False
    """
    path = _wanted_path(request, match)
    below = None if path is None else _below(section, path)
    branch = None if below is None else clean(below, dotfiles=dotfiles)
    if branch is None:
        return False
    home = absolute_path(dir, root)
    find = partial(open_below, home, follow_symlinks=follow_symlinks, dotfiles=dotfiles)
    name, opened = _open_file_or_index(request, find, branch, index)
    log.log(logging.INFO if debug else logging.DEBUG, "%r in %r: %r", name, home, opened)
    if opened is None:
        return False
    sibling = find if precompressed else None
    headers = extra_headers(None, max_age)
    _serve(request, response, opened, name, headers, content_types, sibling, etag=etag)
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
        ValueError: `filename` is relative, and there is no absolute `root`.
        HTTPError: 403 if the file may not be read; 412 or 416 as the request asks.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> staticfile(Request.blank("/favicon.ico"), response, __file__, max_age=86400)
        True
        >>> response.headers["Cache-Control"]
        'max-age=86400'
    """
    if _wanted_path(request, match) is None:
        return False
    path = absolute_path(filename, root)
    opened = open_file(path)
    log.log(logging.INFO if debug else logging.DEBUG, "%r: %r", path, opened)
    if opened is None:
        return False
    sibling = open_file if precompressed else None
    headers = extra_headers(None, max_age)
    _serve(request, response, opened, path, headers, content_types, sibling, etag=etag)
    return True


def _wanted_path(request: RequestMessage, match: str) -> str | None:
    """Return the path of the request, or None if a file is no answer to it."""
    if request.method not in READING:
        return None
    try:
        path = request.path_info
    except UnicodeDecodeError:  # WebOb decodes it when it is asked for
        return None
    return path if not match or re.search(match, path) else None


def _below(section: str, path: str) -> str | None:
    """Return the part of `path` below `section`, or None if it is not below it."""
    prefix = "" if section == "global" else section.rstrip("/\\")
    if not path.startswith(prefix):
        return None
    rest = path[len(prefix) :]
    return rest if not rest or rest.startswith("/") else None


def _with_slash(request: RequestMessage) -> str:
    path = "/" + (request.script_name + request.path_info).lstrip("/\\") + "/"
    query = request.query_string
    return quote(path, PATH_SAFE) + ("?" + query if query else "")


def _open_file_or_index(
    request: RequestMessage, find: Find, branch: str, index: str
) -> tuple[str, Opened | None]:
    """Return what is served for `branch`, and the file if there is one."""
    indexed = f"{branch.rstrip('/')}/{index}" if index else None
    if request.path_info.endswith("/"):
        return (branch, None) if indexed is None else (indexed, _attempt(find, indexed))
    try:
        return branch, find(branch)
    except IsADirectoryError:
        opened = None if indexed is None else _attempt(find, indexed)
    if opened is None:
        return branch, None
    opened.close()
    raise HTTPRedirect(_with_slash(request), 301)


def _attempt(find: Find, name: str) -> Opened | None:
    try:
        return find(name)
    except IsADirectoryError:
        return None


def _serve(
    request: RequestMessage,
    response: ResponseMessage,
    opened: Opened,
    name: str,
    headers: dict[str, str],
    content_types: Mapping[str, str] | None,
    sibling: Find | None,
    *,
    etag: bool,
) -> None:
    """Serve an open file, or a compressed sibling of it."""
    try:
        headers["Content-Type"] = guess_type(name, content_types)
        if sibling is not None:
            opened = negotiated(request, opened, name, sibling, headers)
    except BaseException:
        opened.close()
        raise
    serve_opened(request, response, opened, headers, etag=etag)
