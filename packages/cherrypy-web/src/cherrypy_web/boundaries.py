"""Multipart bodies as a row of files, one for each part (RFC 2046, 5.1).

The parser of the ``multipart`` library finds the boundaries, and this module lets a reader pull
what it finds. Only one part can be read at a time, and the next one begins where it ends, so
whoever takes the next part gives up the rest of this one. The module is imported with the first
multipart body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from multipart import (  # type: ignore[import-untyped]  # it has no marker, only annotations
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

from cherrypy_httputil import HTTPError
from cherrypy_web.partstream import BLOCK, PartStream, part_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_web.usage import Usage

__all__ = ["part_streams"]


class _Segment(MultipartSegment):  # type: ignore[misc]  # as for the import
    """The header fields of a part, and no more: what they say is found out by `Entity`."""

    def __init__(self, headerlist: list[tuple[str, str]]) -> None:
        self.headerlist = headerlist
        self.bytes_received = 0
        self.complete = False


class _Parser(PushMultipartParser):  # type: ignore[misc]  # as for the import
    """The library's parser, for multipart bodies of every subtype."""

    def _create_segment(self, headerlist: list[tuple[str, str]]) -> _Segment:
        return _Segment(headerlist)


def part_streams(fp: Any, boundary: str, usage: Usage, depth: int) -> Iterator[PartStream]:
    """Yield the parts of a multipart body.

    Args:
        fp: The body; its ``read`` takes a size.
        boundary: The parameter ``boundary`` of its content type.
        usage: What counts against the limits of the body.
        depth: How many multipart bodies it is in, itself counted.

    Raises:
        HTTPError: 400, it is malformed or has no end; 413, it has more than a limit.
    """
    events = _events(fp, boundary, usage)
    for event in events:
        # Between the parts there are only their beginnings.
        usage.add_part()
        headers = part_headers(event.headerlist, usage.max_part_header_bytes)
        stream = PartStream(events, headers, usage, depth)
        yield stream
        stream.discard()


def _events(fp: Any, boundary: str, usage: Usage) -> Iterator[Any]:
    parser = _Parser(
        boundary,
        max_header_size=usage.max_part_header_bytes,
        max_header_count=usage.max_part_headers,
        header_charset="latin-1",
    )
    chunk = fp.read(BLOCK)
    if not chunk:
        return  # what is empty has no parts; clients send it for a form without fields
    try:
        while chunk:
            yield from parser.parse(chunk)
            chunk = fp.read(BLOCK)
    except ParserLimitReached as error:
        raise HTTPError(413, f"A part of the multipart body is refused: {error}.") from error
    except MultipartError as error:
        raise HTTPError(400, f"Malformed multipart body: {error}.") from error
    _check_end(parser, boundary)


def _check_end(parser: Any, boundary: str) -> None:
    try:
        parser.close()
    except MultipartError as error:
        raise HTTPError(
            400, f"The multipart body ends without its final boundary '--{boundary}--'."
        ) from error
