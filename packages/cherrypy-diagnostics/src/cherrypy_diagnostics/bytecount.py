"""Count the bytes that are read from a request's body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator


class InputStream(Protocol):
    r"""The body of a request: what WSGI calls `wsgi.input`.

    Examples:
        >>> from io import BytesIO
        >>> stream: InputStream = BytesIO(b"one\ntwo\n")
        >>> stream.readline()
        b'one\n'
    """

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        ...

    def readline(self, size: int = -1, /) -> bytes:
        """Return one line, or at most `size` bytes of it."""
        ...

    def readlines(self, hint: int = -1, /) -> list[bytes]:
        """Return lines, of about `hint` bytes together."""
        ...

    def __iter__(self) -> Iterator[bytes]: ...


class ByteCountWrapper:
    r"""A readable file that counts what is read from another one in `bytes_read`.

    Examples:
        >>> from io import BytesIO
        >>> body = ByteCountWrapper(BytesIO(b"one\ntwo\n"))
        >>> body.readline(), body.bytes_read
        (b'one\n', 4)
    """

    def __init__(self, rfile: InputStream) -> None:
        self.rfile = rfile
        self.bytes_read: int = 0

    def read(self, size: int = -1) -> bytes:
        """Read at most `size` bytes, or all."""
        return self._counted(self.rfile.read(size))

    def readline(self, size: int = -1) -> bytes:
        """Read one line, or at most `size` bytes of it."""
        return self._counted(self.rfile.readline(size))

    def readlines(self, sizehint: int = 0) -> list[bytes]:
        """Read lines of about `sizehint` bytes together, or all."""
        return [self._counted(line) for line in self.rfile.readlines(sizehint)]

    def close(self) -> None:
        """Close the wrapped file, if it can be closed."""
        close = getattr(self.rfile, "close", None)
        if close is not None:
            close()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def _counted(self, data: bytes) -> bytes:
        self.bytes_read += len(data)
        return data
