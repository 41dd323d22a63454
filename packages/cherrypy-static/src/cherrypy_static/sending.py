"""Set up the response for an open file: all of it, a part, several parts, or none.

The response is changed last, after everything that can fail; who calls it closes the file then.
"""

from __future__ import annotations

import secrets
from typing import IO, TYPE_CHECKING, NamedTuple

from cherrypy_httputil import HTTPError, get_ranges
from cherrypy_static.bodies import SMALL, FileBody, FileData
from cherrypy_static.conditions import Validators, is_not_modified, may_send_range

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_static.bodies import Span

KEPT = ("Cache-Control", "Vary")
"""Fields of the full response that a 304 has as well (RFC 9110, 15.4.5)."""

NOT_MODIFIED = "304 Not Modified"
PARTIAL = "206 Partial Content"

Body = FileData | FileBody
"""The body of a response that serves a file."""


class Source(NamedTuple):
    """An open file, and what is known of it.

    `start` is where it begins in `file`, which stands there, and `size` its bytes from there; None
    if nobody knows. `is_whole` tells that `file` has a descriptor, of a file of that size.
    """

    file: IO[bytes]
    start: int
    size: int | None
    validators: Validators
    is_whole: bool = False


def send(
    request: RequestMessage, response: ResponseMessage, source: Source, headers: dict[str, str]
) -> Body:
    """Set status, headers and body of the response for `source`, and return the body.

    Args:
        request: The request; its method, conditions and Range are read.
        response: The response to set up.
        source: The file; it is closed here, or by the body.
        headers: Further fields of a response that has the file in it.

    Raises:
        HTTPError: 412 for a condition that fails, 416 for a range beyond the end.
    """
    if not 200 <= response.status_code <= 299:  # noqa: PLR2004 - an error page is sent as it is
        return _whole(request, response, source, headers)
    current = source.validators
    fields = {"Last-Modified": current.date} if current.date else {}
    if current.etag is not None:
        fields["ETag"] = current.etag
    if is_not_modified(request, current):
        source.file.close()
        kept = {name: headers[name] for name in KEPT if name in headers}
        return _not_modified(response, fields | kept)
    fields |= headers
    if source.size is None:
        return _whole(request, response, source, fields)
    fields["Accept-Ranges"] = "bytes"
    return _sized(request, response, source, source.size, fields)


def _whole(
    request: RequestMessage, response: ResponseMessage, source: Source, fields: dict[str, str]
) -> Body:
    """Send all of the file, under the status that the response has."""
    file, size = source.file, source.size
    if request.method == "HEAD":
        file.close()
        return _finish(response, None, fields, FileData(), size)
    if size is None:
        return _finish(response, None, fields, FileBody(file), None)
    body = _span(source, 0, size, whole=size if source.is_whole else None)
    return _finish(response, None, fields, body, size)


def _not_modified(response: ResponseMessage, fields: dict[str, str]) -> Body:
    body = _finish(response, NOT_MODIFIED, fields, FileData(), None)
    for name in ("Content-Type", "Content-Length"):
        response.headers.pop(name, None)
    return body


def _sized(
    request: RequestMessage,
    response: ResponseMessage,
    source: Source,
    size: int,
    fields: dict[str, str],
) -> Body:
    spans = None
    if request.method == "GET" and may_send_range(request.headers, source.validators):
        spans = get_ranges(request.headers.get("Range"), size)
    if spans is None:
        return _whole(request, response, source, fields)
    if not spans:
        response.headers["Content-Range"] = f"bytes */{size}"
        reason = "Invalid Range (first-byte-pos greater than Content-Length)"
        raise HTTPError(416, reason)
    if len(spans) == 1:
        ((start, stop),) = spans
        fields["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        body = _span(source, start, stop)
        return _finish(response, PARTIAL, fields, body, stop - start)
    return _multipart(response, source, spans, size, fields)


def _multipart(
    response: ResponseMessage,
    source: Source,
    spans: list[Span],
    size: int,
    fields: dict[str, str],
) -> Body:
    boundary = secrets.token_hex(16)
    parts: list[bytes | Span] = []
    for start, stop in spans:
        head = (
            f"\r\n--{boundary}\r\nContent-Type: {fields['Content-Type']}\r\n"
            f"Content-Range: bytes {start}-{stop - 1}/{size}\r\n\r\n"
        )
        parts += [head.encode("iso-8859-1", "replace"), (start, stop)]
    parts.append(f"\r\n--{boundary}--\r\n".encode("ascii"))
    length = sum(len(p) if isinstance(p, bytes) else p[1] - p[0] for p in parts)
    fields["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    body = _in_memory_if_small(FileBody(source.file, _placed(source, parts)), length)
    return _finish(response, PARTIAL, fields, body, length)


def _placed(source: Source, parts: list[bytes | Span]) -> list[bytes | Span]:
    """Return `parts` with the spans as positions in the file."""
    begin = source.start
    return [p if isinstance(p, bytes) else (p[0] + begin, p[1] + begin) for p in parts]


def _span(source: Source, start: int, stop: int, whole: int | None = None) -> Body:
    file = source.file
    length = stop - start
    if start == 0 and length <= SMALL:  # the file stands there already
        data = file.read(length)
        if len(data) == length:
            file.close()
            return FileData((data,))
    body = FileBody(file, _placed(source, [(start, stop)]), whole)
    return _in_memory_if_small(body, length)


def _in_memory_if_small(body: FileBody, length: int) -> Body:
    return FileData(body) if length <= SMALL else body


def _finish(
    response: ResponseMessage,
    status: str | None,
    fields: dict[str, str],
    body: Body,
    length: int | None,
) -> Body:
    if status is not None:
        response.status = status
    response.app_iter = body
    headers = response.headers
    for name, value in fields.items():
        headers[name] = value
    if length is None:
        headers.pop("Content-Length", None)
    else:
        headers["Content-Length"] = str(length)
    return body
