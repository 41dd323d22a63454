"""The body of a request: a file that ends where the body ends, whatever comes after it.

Rule: chunks that do not come as they should are never a shorter body: reading it raises an error,
now and whenever it is tried again, and the request gets a 400.
"""

import io
import re
from typing import Any

from cheroot.errors import MaxSizeExceeded

from cherrypy_server.head import TOKEN, bad
from cherrypy_server.takeover import Takeover

CHUNK = 64 * 1024
LONGEST_LINE = 4096
"""The most bytes of a chunk's size line or of one trailer field."""

MOST_TRAILERS = 64

_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\x00-\x08\x0a-\x1f\x7f]*)?\r\n")
_TRAILER = re.compile(rb"%b:[^\x00-\x08\x0a-\x1f\x7f]*\r\n" % TOKEN)


def chunk_size(line: bytes) -> int | None:
    """Return the size in the first line of a chunk; None if it is malformed."""
    match = _SIZE.fullmatch(line)
    return None if match is None else int(match[1], 16)


class Sized(io.RawIOBase):
    """A body of known length.

    Args:
        source: The connection's stream.
        length: The bytes that it has.
    """

    def __init__(self, source: Any, length: int) -> None:
        self._source = source
        self._left = length

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 at the end, or when the client has gone."""
        data = self._source.read1(min(len(buffer), self._left)) if self._left else b""
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    @property
    def complete(self) -> bool:
        """Whether all of it has been read."""
        return not self._left


class Chunked(io.RawIOBase):
    """A body that comes in chunks (RFC 9112, 7.1).

    Args:
        source: The connection's stream.
        limit: How many bytes it may have; 0 for any number.

    Attributes:
        trailers: The lines of the trailer fields, once all of it has been read.
    """

    def __init__(self, source: Any, limit: int) -> None:
        self._source = source
        self._limit = limit
        self._total = 0
        self._left = 0  # of the chunk that is being read
        self._begun = self._done = False
        self.trailers: list[bytes] = []
        self._failure: Exception | None = None

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; 0 at the end.

        Raises:
            Refused: A chunk is malformed, or the client has gone in the middle of one.
            MaxSizeExceeded: There are more bytes than the limit.
        """
        if self._failure is not None:
            raise self._failure
        try:
            return self._read(buffer)
        except Exception as error:
            self._failure = error
            raise

    @property
    def complete(self) -> bool:
        """Whether all of it has been read."""
        return self._done

    def _read(self, buffer: Any) -> int:
        if not self._left and not self._done:
            self._next_chunk()
        if self._done:
            return 0
        data = self._source.read1(min(len(buffer), self._left))
        if not data:
            raise bad("The body ends in the middle of a chunk.")
        self._left -= len(data)
        buffer[: len(data)] = data
        return len(data)

    def _next_chunk(self) -> None:
        if self._begun and self._line() != b"\r\n":
            raise bad("A chunk is longer than it says.")
        self._begun = True
        size = chunk_size(self._line())
        if size is None:
            raise bad("The size of a chunk is malformed.")
        self._left = size
        self._total += self._left
        if self._limit and self._total > self._limit:
            raise MaxSizeExceeded
        if not self._left:
            self._end()

    def _end(self) -> None:
        for _ in range(MOST_TRAILERS):
            line = self._line()
            if line == b"\r\n":
                self._done = True
                return
            if not _TRAILER.fullmatch(line):
                raise bad("A trailer field is malformed.")
            self.trailers.append(line)
        raise bad("There are too many trailer fields.")

    def _line(self) -> bytes:
        line: bytes = self._source.readline(LONGEST_LINE)
        return line


class Body(io.BufferedReader):
    """A body, and a way to its connection.

    Attributes:
        connection: The connection.
    """

    connection: Any = None

    @property
    def rfile(self) -> Takeover:
        """The connection below, for protocols that take it over after a 101."""
        takeover: Takeover = self.connection.takeover()
        return takeover


class ChunkedBody(Body):
    """A body that comes in chunks, as applications read it."""

    raw: Chunked

    def read_trailer_lines(self) -> list[bytes]:
        """Return the trailer fields as they came, once the body has been read to its end."""
        return self.raw.trailers


def body_of(source: Any, length: int | None, limit: int) -> Body:
    """Return a request's body as a file.

    Args:
        source: The connection's stream, which stands at the first byte of the body.
        length: How many bytes it has; None if it comes in chunks.
        limit: How many bytes it may have; 0 for any number.
    """
    if length is None:
        return ChunkedBody(Chunked(source, limit), CHUNK)
    return Body(Sized(source, length), CHUNK)
