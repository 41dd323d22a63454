"""Serve one file: `serve_file`, `serve_fileobj`, `serve_download`.

They trust the path that they get. Who makes it from what a client sent has to check it first;
`staticdir` does that.
"""

from __future__ import annotations

import io
import logging
import os
import stat
from typing import IO, TYPE_CHECKING

from cherrypy_httputil import NotFound
from cherrypy_static.bodies import SMALL
from cherrypy_static.conditions import Validators, validators
from cherrypy_static.disposition import content_disposition
from cherrypy_static.files import open_file
from cherrypy_static.media_types import guess_type
from cherrypy_static.sending import Body, Source, send

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_static.files import Opened

log: logging.Logger = logging.getLogger(__name__)

DOWNLOAD = "application/x-download"


def serve_file(
    request: RequestMessage,
    response: ResponseMessage,
    path: str | os.PathLike[str],
    content_type: str | None = None,
    disposition: str | None = None,
    name: str | None = None,
    debug: bool = False,
    *,
    etag: bool = False,
    max_age: int | None = None,
) -> Body:
    """Make the response serve the file at `path`, and return the body.

    Conditions, ranges and HEAD of the request are honoured.

    Args:
        request: The request.
        response: The response that is set up.
        path: An absolute path. Anything that this process may read is served.
        content_type: The media type; guessed by the extension if None.
        disposition: `attachment` or `inline`, for a Content-Disposition field; None for none.
        name: The file name in that field; the last segment of `path` if None.
        debug: Report the decision at INFO.
        etag: Send a strong entity-tag, made of time of modification, size and inode.
        max_age: Seconds for `Cache-Control: max-age`; None leaves the field alone.

    Raises:
        ValueError: `path` is relative, or `disposition` is not one word.
        NotFound: There is no regular file.
        HTTPError: 403 if it may not be read, 412 or 416 as the request's conditions and ranges ask.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Range": "bytes=3-17"})
        >>> response = Response()
        >>> body = serve_file(request, response, __file__, disposition="attachment")
        >>> response.status, response.body
        ('206 Partial Content', b'Serve one file:')
        >>> response.headers["Content-Disposition"]
        'attachment; filename="serve.py"'
    """
    location = os.fspath(path)
    if not os.path.isabs(location):  # noqa: PTH117 - a string stays one
        raise ValueError(f"{location!r} is not an absolute path.")
    log.log(logging.INFO if debug else logging.DEBUG, "serving %r", location)
    if disposition is not None:
        name = name or os.path.basename(location)  # noqa: PTH119 - a string stays one
        disposition = content_disposition(disposition, name)
    headers = {"Content-Type": content_type or guess_type(location)}
    headers |= extra_headers(disposition, max_age)
    opened = open_file(location)
    if opened is None:
        raise NotFound(_path_of(request))
    return serve_opened(request, response, opened, headers, etag=etag)


def _path_of(request: RequestMessage) -> str | None:
    try:
        return request.script_name + request.path_info
    except UnicodeDecodeError:  # WebOb decodes it when it is asked for
        return None


def extra_headers(disposition: str | None, max_age: int | None) -> dict[str, str]:
    """Return the fields for a Content-Disposition value and an age in seconds, if given."""
    headers = {}
    if disposition is not None:
        headers["Content-Disposition"] = disposition
    if max_age is not None:
        headers["Cache-Control"] = f"max-age={max_age}"
    return headers


def serve_opened(
    request: RequestMessage,
    response: ResponseMessage,
    opened: Opened,
    headers: dict[str, str],
    *,
    etag: bool = False,
) -> Body:
    """Send an open file with `headers`, and close it.

    Args:
        request: The request.
        response: The response that is set up.
        opened: The file.
        headers: Fields that describe it.
        etag: Send a strong entity-tag.

    Raises:
        HTTPError: 412 or 416 as the request asks.
        ShortFileError: It is a small file, and became shorter since it was opened.
    """
    info = opened.info
    size = info.st_size
    # What is small is read at once: nothing of it can change then, and nothing stays open.
    file = io.BytesIO(opened.read()) if size <= SMALL else opened.as_file()
    try:
        source = Source(file, 0, size, _validators(info, etag=etag), is_whole=size > SMALL)
        return send(request, response, source, headers)
    except BaseException:
        file.close()
        raise


def serve_fileobj(
    request: RequestMessage,
    response: ResponseMessage,
    fileobj: IO[bytes],
    content_type: str | None = None,
    disposition: str | None = None,
    name: str | None = None,
    debug: bool = False,
) -> Body:
    """Make the response serve an open file from where it stands, and return the body.

    Its length, and so ranges, are known if it can be sought; its time of modification if it is a
    regular file.

    Args:
        request: The request.
        response: The response that is set up.
        fileobj: A file of bytes. It is closed when it has been sent, or is not needed.
        content_type: The media type; None leaves the one of the response.
        disposition: `attachment` or `inline`, for a Content-Disposition field; None for none.
        name: The file name in that field; none if None.
        debug: Report the decision at INFO.

    Raises:
        TypeError: `fileobj` holds text.
        ValueError: `disposition` is not one word, or `fileobj` is closed.
        HTTPError: 412 or 416 as the request's conditions and ranges ask.

    Examples:
        >>> import io
        >>> from webob import Request, Response
        >>> request, response = Request.blank("/"), Response()
        >>> body = serve_fileobj(request, response, io.BytesIO(b"a,b"), "text/csv")
        >>> response.headers["Content-Type"], response.headers["Content-Length"], response.body
        ('text/csv', '3', b'a,b')
    """
    log.log(logging.INFO if debug else logging.DEBUG, "serving %r as %r", fileobj, name)
    try:
        if disposition is not None:
            disposition = content_disposition(disposition, name)
        kind = content_type or response.headers.get("Content-Type") or guess_type(name or "")
        headers = {"Content-Type": kind} | extra_headers(disposition, None)
        return send(request, response, _source(fileobj), headers)
    except BaseException:
        fileobj.close()
        raise


def serve_download(
    request: RequestMessage,
    response: ResponseMessage,
    path: str | os.PathLike[str],
    name: str | None = None,
) -> Body:
    """Make the response serve the file at `path` as one to be saved, and return the body.

    It is `serve_file` with the media type `application/x-download` and the disposition
    `attachment`, and raises what that raises.

    Examples:
        >>> from webob import Request, Response
        >>> request, response = Request.blank("/"), Response()
        >>> body = serve_download(request, response, __file__, "naïve.py")
        >>> print(response.headers["Content-Disposition"])
        attachment; filename="naive.py"; filename*=UTF-8''na%C3%AFve.py
    """
    return serve_file(request, response, path, DOWNLOAD, "attachment", name)


def _validators(info: os.stat_result, *, etag: bool = False) -> Validators:
    tag = f'"{info.st_mtime_ns:x}-{info.st_size:x}-{info.st_ino:x}"' if etag else None
    return validators(info.st_mtime, tag)


def _source(fileobj: IO[bytes]) -> Source:
    _refuse_text(fileobj)
    start = _place(fileobj)
    if start is None:
        return Source(fileobj, 0, None, Validators())
    size = fileobj.seek(0, io.SEEK_END) - start
    fileobj.seek(start)
    return Source(fileobj, start, max(size, 0), _validators_of_open(fileobj))


def _refuse_text(fileobj: object) -> None:
    if isinstance(fileobj, io.TextIOBase):
        raise TypeError(f"{fileobj!r} holds text; open the file with the mode 'rb'")


def _place(fileobj: IO[bytes]) -> int | None:
    """Return where a file stands; None if it cannot be sought."""
    try:
        return fileobj.seek(0, io.SEEK_CUR)
    except (AttributeError, OSError):
        return None


def _validators_of_open(fileobj: IO[bytes]) -> Validators:
    try:
        info = os.fstat(fileobj.fileno())
    except (AttributeError, OSError):
        return Validators()
    return _validators(info) if stat.S_ISREG(info.st_mode) else Validators()
