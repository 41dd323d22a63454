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

from cherrypy_httputil import HTTPRedirect, NotFound
from cherrypy_static.media_types import guess_type
from cherrypy_static.paths import absolute_directory, locate, look_at
from cherrypy_static.precompressed import compressed_sibling
from cherrypy_static.serve import extra_headers, serve_opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_static.paths import Found

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
    """
    path = request.path_info
    branch = _below(section, path)
    if branch is None or not _is_wanted(request, match):
        return False
    home = absolute_directory(dir, root)
    find = partial(locate, home, follow_symlinks=follow_symlinks, dotfiles=dotfiles)
    found = find(branch)
    if found is not None and found.is_directory and index:
        branch = f"{branch}/{index}"
        found = find(branch)
        if found is not None and found.is_file and not path.endswith("/"):
            raise HTTPRedirect(_with_slash(request), 301)
    elif path.endswith("/"):
        found = None
    log.log(logging.INFO if debug else logging.DEBUG, "%r in %r: %r", branch, home, found)
    if found is None or not found.is_file:
        return False
    headers = {"Content-Type": guess_type(branch, content_types)} | extra_headers(None, max_age)
    if precompressed:
        found = _negotiate(request, found, lambda suffix: find(branch + suffix), headers)
    return _serve(request, response, found.path, headers, etag=etag, is_checked=True)


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
    """
    if not _is_wanted(request, match):
        return False
    path = absolute_directory(filename, root)
    log.log(logging.INFO if debug else logging.DEBUG, "serving %r", path)
    headers = {"Content-Type": guess_type(path, content_types)} | extra_headers(None, max_age)
    original = look_at(path) if precompressed else None
    if original is not None:
        found = _negotiate(request, original, lambda suffix: look_at(path + suffix), headers)
        path = found.path
    return _serve(request, response, path, headers, etag=etag)


def _is_wanted(request: RequestMessage, match: str) -> bool:
    if request.method not in READING:
        return False
    return not match or re.search(match, request.path_info) is not None


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


def _negotiate(
    request: RequestMessage,
    original: Found,
    find: Callable[[str], Found | None],
    headers: dict[str, str],
) -> Found:
    """Return the original or a compressed sibling of it, and say in `headers` which."""
    headers["Vary"] = "Accept-Encoding"
    chosen = compressed_sibling(request.headers.get("Accept-Encoding", ""), original, find)
    if chosen is None:
        return original
    found, headers["Content-Encoding"] = chosen
    return found


def _serve(
    request: RequestMessage,
    response: ResponseMessage,
    path: str,
    headers: dict[str, str],
    *,
    etag: bool,
    is_checked: bool = False,
) -> bool:
    try:
        serve_opened(request, response, path, headers, etag=etag, is_checked=is_checked)
    except NotFound:
        return False
    return True
