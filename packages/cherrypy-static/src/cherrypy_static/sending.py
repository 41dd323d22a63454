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

    `start` is where it begins in `file`, and `size` its bytes from there; None if nobody knows.
    """

    file: IO[bytes]
    start: int
    size: int | None
    validators: Validators


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
    validators = source.validators
    fields = {"Last-Modified": validators.date} if validators.modified is not None else {}
    if validators.etag is not None:
        fields["ETag"] = validators.etag
    if is_not_modified(request, validators):
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
    size = source.size
    if request.method == "HEAD":
        source.file.close()
        return _finish(response, None, fields, FileData(), size)
    if size is None:
        return _finish(response, None, fields, FileBody(source.file), None)
    return _finish(response, None, fields, _read(source, [(0, size)], size), size)


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
        body = _read(source, [(start, stop)], stop - start)
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
    return _finish(response, PARTIAL, fields, _read(source, parts, length), length)


def _read(source: Source, parts: list[bytes | Span], length: int) -> Body:
    """Return the body: in memory if it is small, so that its file is closed at once."""
    start = source.start
    moved = [p if isinstance(p, bytes) else (p[0] + start, p[1] + start) for p in parts]
    body = FileBody(source.file, moved)
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
