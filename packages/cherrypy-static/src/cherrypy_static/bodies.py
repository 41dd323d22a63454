"""The body of a response that is a file, or parts of one.

The length has been promised in the headers before the first byte is read. A file that has become
shorter since then is an error that must reach the server, so that it closes the connection; one
that has grown is sent as long as it was.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CHUNK = 65536
"""Bytes read at once."""

SMALL = 65536
"""Bytes up to which a body is read at once, and its file closed, before the headers are sent."""

Span: TypeAlias = "tuple[int, int]"
"""First byte and the one after the last, as positions in a file."""


class ShortFileError(OSError):
    """A file ended before the length that had been promised."""

    def __init__(self, missing: int) -> None:
        super().__init__(
            f"the file ended {missing} bytes early: it became shorter while it was sent"
        )
        self.missing = missing


class FileData(list[bytes]):
    """A body of bytes that are in memory."""

    yields_bytes = True
    """Tells who encodes text that there is none here."""


class FileBody:
    """A body that reads an open file, once, and closes it.

    Args:
        file: The file. It is sought only where `parts` says so.
        parts: Bytes to send as they are, and spans of the file to send; None sends the rest of
            the file, however long it is.
    """

    yields_bytes = True
    """Tells who encodes text that there is none here."""

    def __init__(self, file: IO[bytes], parts: Sequence[bytes | Span] | None = None) -> None:
        self.file = file
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self.parts is None:
                yield from file_generator(self.file)
            for part in self.parts or ():
                if isinstance(part, bytes):
                    yield part
                else:
                    yield from _span(self.file, *part)
        finally:
            self.close()

    def close(self) -> None:
        """Close the file; doing it again is no error."""
        self.file.close()


def _span(file: IO[bytes], start: int, stop: int) -> Iterator[bytes]:
    file.seek(start)
    missing = stop - start
    for chunk in file_generator_limited(file, missing):
        missing -= len(chunk)
        yield chunk
    if missing:
        raise ShortFileError(missing)


class file_generator:  # noqa: N801 - the documented name
    """Iterate over an open file in chunks, and close it at its end.

    Args:
        input: The file.
        chunkSize: Bytes of one chunk.
    """

    def __init__(
        self,
        input: IO[bytes],  # noqa: A002 - the documented name
        chunkSize: int = CHUNK,  # noqa: N803 - the documented name
    ) -> None:
        self.input = input
        self.chunkSize = chunkSize

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = self.input.read(self.chunkSize)
        if chunk:
            return chunk
        self.close()
        raise StopIteration

    def next(self) -> bytes:
        """Return the next chunk."""
        return next(self)

    def close(self) -> None:
        """Close the file, if it can be closed."""
        close = getattr(self.input, "close", None)
        if close is not None:
            close()


def file_generator_limited(
    fileobj: IO[bytes], count: int, chunk_size: int = CHUNK
) -> Iterator[bytes]:
    """Yield at most `count` bytes of an open file, from where it stands, in chunks."""
    while count > 0:
        chunk = fileobj.read(min(chunk_size, count))
        if not chunk:
            return
        count -= len(chunk)
        yield chunk
