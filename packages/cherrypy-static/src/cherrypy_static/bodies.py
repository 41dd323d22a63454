"""The body of a response that is a file, or parts of one.

The length has been promised in the headers before the first byte is read. A file that has become
shorter since then is an error that must reach the server, so that it closes the connection; one
that has grown is sent as long as it was.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

CHUNK = 65536
"""Bytes read at once."""

SMALL = 65536
"""Bytes up to which a body is read at once, and its file closed, before the headers are sent."""

Span: TypeAlias = "tuple[int, int]"
"""First byte and the one after the last, as positions in a file."""


class ShortFileError(OSError):
    """A file ended before the length that had been promised.

    Examples:
        >>> from io import BytesIO
        >>> body = FileBody(BytesIO(b"short"), parts=[(0, 10)])
        >>> try:
        ...     b"".join(body)
        ... except ShortFileError as error:
        ...     error.missing
        5
    """

    def __init__(self, missing: int) -> None:
        super().__init__(
            f"the file ended {missing} bytes early: it became shorter while it was sent"
        )
        self.missing = missing


class FileData(list[bytes]):
    """A body of bytes that are in memory.

    Examples:
        >>> body = FileData([b"all of ", b"the file"])
        >>> b"".join(body), body.yields_bytes
        (b'all of the file', True)
    """

    yields_bytes = True
    """Tells who encodes text that there is none here."""


class FileBody:
    r"""A body that reads an open file, once, and closes it.

    Args:
        file: The file. It is sought only where `parts` says so.
        parts: Bytes to send as they are, and spans of the file to send; None sends the rest of
            the file, however long it is.
        whole: The length of the file, if all of it is sent and it has a descriptor.

    Examples:
        >>> from io import BytesIO
        >>> file = BytesIO(b"0123456789")
        >>> list(FileBody(file, parts=[b"--x\r\n\r\n", (2, 5)]))
        [b'--x\r\n\r\n', b'234']
        >>> file.closed
        True
    """

    yields_bytes = True
    """Tells who encodes text that there is none here."""

    def __init__(
        self,
        file: IO[bytes],
        parts: Sequence[bytes | Span] | None = None,
        whole: int | None = None,
    ) -> None:
        self.file = file
        self.parts = parts
        self.whole = whole

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

    def as_file(self) -> WholeFile | None:
        """Return the body as a file that a server can send by itself; None if it is a part.

        Parts are not handed over, because some servers send the whole file in any case.
        """
        return None if self.whole is None else WholeFile(self.file, self.whole)

    def close(self) -> None:
        """Close the file; doing it again is no error."""
        self.file.close()


class WholeFile:
    """An open file with a descriptor, as long as it was when its length was told.

    Args:
        file: The file, at its beginning.
        size: Its length in bytes.
    """

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._size = size
        self._place = 0
        self.fileno: Callable[[], int] = file.fileno
        self.close: Callable[[], None] = file.close

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, at most `size` of them unless that is negative.

        Raises:
            ShortFileError: The file has become shorter.
        """
        left = max(self._size - self._place, 0)
        wanted = left if size < 0 else min(size, left)
        if not wanted:
            return b""
        chunk = self._file.read(wanted)
        if not chunk:
            raise ShortFileError(left)
        self._place += len(chunk)
        return chunk

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place as `io.IOBase.seek` does, and return it."""
        self._place = self._file.seek(offset, whence)
        return self._place

    def tell(self) -> int:
        """Return the place where the next byte is read."""
        return self._place


def by_server(environ: Mapping[str, Any], app_iter: Iterable[bytes]) -> Iterable[bytes]:
    """Return what a WSGI application returns, so that the server sends a file by itself if it can.

    Only a whole file of more than 64 kB is handed over; anything else comes back as it is.

    Args:
        environ: The WSGI environ; `wsgi.file_wrapper` is asked for (PEP 3333).
        app_iter: The body of the response.

    Examples:
        >>> by_server({}, [b"small"])
        [b'small']
    """
    wrapper = environ.get("wsgi.file_wrapper")
    file = app_iter.as_file() if wrapper and isinstance(app_iter, FileBody) else None
    if wrapper is None or file is None:
        return app_iter
    wrapped: Iterable[bytes] = wrapper(file, CHUNK)
    return wrapped


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

    Examples:
        >>> import io
        >>> list(file_generator(io.BytesIO(b"abcde"), chunkSize=2))
        [b'ab', b'cd', b'e']
    """

    def __init__(
        self,
        input: IO[bytes],  # noqa: A002 - the documented name
        chunkSize: int = CHUNK,  # noqa: N803 - the documented name
    ) -> None:
        self.input = input
        self.chunkSize = chunkSize
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        chunk = b"" if self._ended else self.input.read(self.chunkSize)
        if chunk:
            return chunk
        self._ended = True
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
    """Yield at most `count` bytes of an open file, from where it stands, in chunks.

    Args:
        fileobj: The file. It stays open.
        count: Bytes in all.
        chunk_size: Bytes of one chunk.

    Examples:
        >>> import io
        >>> list(file_generator_limited(io.BytesIO(b"abcde"), 3, 2))
        [b'ab', b'c']
    """
    while count > 0:
        chunk = fileobj.read(min(chunk_size, count))
        if not chunk:
            return
        count -= len(chunk)
        yield chunk
