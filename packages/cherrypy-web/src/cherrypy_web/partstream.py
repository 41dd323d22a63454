"""The content of one part of a multipart body, as a file of bytes.

It is read in blocks of fixed size, and no block is copied but for lines and pieces of it: a part
costs time by its length, however it is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import HeaderMap, HTTPError, check_field, field_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_web.usage import Usage

__all__ = ["BLOCK", "PartStream", "part_headers", "until_boundary"]

#: How many bytes are read at a time.
BLOCK: Final = 256 * 1024


class PartStream:
    """The content of one part, as a file of bytes.

    Args:
        chunks: Its bytes in pieces; at their end, ``None`` or nothing.
        headers: Its header fields.
        usage: What counts against the limits of the body.
        depth: How many multipart bodies it is in.
    """

    def __init__(
        self, chunks: Iterator[bytes | None], headers: HeaderMap, usage: Usage, depth: int
    ) -> None:
        self.headers = headers
        self.usage = usage
        self.depth = depth
        self.done: bool = False
        self._chunks = chunks
        self._chunk = b""
        self._at = 0

    def at_hand(self) -> int:
        """Return how many bytes can be read at once; none is only at the end."""
        return len(self._chunk) - self._at if self._fill() else 0

    def chunks(self) -> Iterator[bytes]:
        """Yield what is left, in pieces of any size."""
        if self._fill():
            yield self._take(len(self._chunk))
            while self._fill():
                self._at = len(self._chunk)
                yield self._chunk

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes | None:
        """Read up to ``size`` bytes, by default all; into ``fp_out``, if there is one."""
        pieces = self.chunks() if size is None or size < 0 else self._pieces(size)
        if fp_out is None:
            return b"".join(pieces)
        for piece in pieces:
            fp_out.write(piece)
        return None

    def readline(self, size: int | None = None) -> bytes:
        """Read one line with its end, or at most ``size`` bytes of it."""
        left = None if size is None or size < 0 else size
        pieces: list[bytes] = []
        while left != 0 and self._fill():
            end = self._chunk.find(b"\n", self._at) + 1
            piece = self._take((end or len(self._chunk)) - self._at if left is None else left, end)
            pieces.append(piece)
            if piece.endswith(b"\n"):
                break
            if left is not None:
                left -= len(piece)
        return b"".join(pieces)

    def readlines(self, sizehint: int | None = None) -> list[bytes]:
        """Read the lines that are left, or as many as make up ``sizehint`` bytes."""
        lines: list[bytes] = []
        total = 0
        for line in self:
            lines.append(line)
            total += len(line)
            if sizehint and total >= sizehint:
                break
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def discard(self) -> None:
        """Go to the end of the part."""
        for _ in self.chunks():
            pass

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size > 0 and (piece := self._take(size)):
            size -= len(piece)
            yield piece

    def _take(self, size: int, end: int = 0) -> bytes:
        """Return at least a byte, unless it is at the end; none from behind ``end``."""
        if not self._fill():
            return b""
        stop = min(self._at + size, end or len(self._chunk))
        whole = self._at == 0 and stop == len(self._chunk)
        piece = self._chunk if whole else self._chunk[self._at : stop]
        self._at = stop
        return piece

    def _fill(self) -> bool:
        while self._at >= len(self._chunk):
            chunk = None if self.done else next(self._chunks, None)
            if chunk is None:
                self.done = True
                return False
            self._chunk, self._at = chunk, 0
        return True


def part_headers(fields: list[tuple[str, str]], max_bytes: int) -> HeaderMap:
    """Return a map of the header fields of a part.

    Args:
        fields: Pairs of name and value.
        max_bytes: How many bytes they may have together.

    Raises:
        HTTPError: 400, one has a CR, LF or NUL in it; 413, they are larger than the limit.
    """
    size = 0
    for name, value in fields:
        size += len(name) + len(value)
        try:
            field_name(name)
            check_field(value)
        except ValueError as error:
            raise HTTPError(400, f"Malformed header field {name!r} of a part: {error}") from error
    if size > max_bytes:
        raise HTTPError(413, f"The header fields of a part may have at most {max_bytes} bytes.")
    return HeaderMap.from_trusted(fields)


def until_boundary(fp: Any, boundary: bytes) -> Iterator[bytes]:
    """Yield the content of a part that is read from a plain file, in pieces.

    The file is left behind the line with the boundary.

    Args:
        fp: The file, at the beginning of the content.
        boundary: The line that ends it, with its two hyphens.

    Raises:
        HTTPError: 400, the file ends before.
    """
    held = b""
    at_line_start = True
    while line := fp.readline(BLOCK):
        if line.endswith(b"\r"):
            line += fp.readline(1)  # a line end may be on the edge of a block
        if at_line_start and line.startswith(boundary):
            rest = line[len(boundary) :].strip()
            if rest in (b"", b"--"):
                return
        if held:
            yield held
        at_line_start = line.endswith(b"\n")
        # The line end before a boundary belongs to the boundary.
        held = b"\r\n" if line.endswith(b"\r\n") else b"\n" if at_line_start else b""
        yield line[: len(line) - len(held)]
    raise HTTPError(400, f"The part ends without its boundary {boundary.decode('latin-1')!r}.")
