"""A file of bytes that ends where the entity ends.

It never asks for more than the declared length: a server may have the next request behind it, and
a read beyond the end would wait for that. Each read asks for a bounded number of bytes, since a
declared length is no proof that so much will come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NoReturn

from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_web import limits
from cherrypy_web.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["DEFAULT_BUFFER_SIZE", "SizedReader", "inf"]

DEFAULT_BUFFER_SIZE: Final = 8 * 1024

#: The length of an entity that ends with its file.
inf: Final = float("inf")

#: The most that is asked for at once when a caller wants more.
LARGEST_READ: Final = 1024 * 1024

#: What a failure below means to the client: by the name of its class, since servers have their own.
_STATUS: Final = {"MaxSizeExceeded": 413, "TimeoutError": 408, "OSError": 400, "ValueError": 400}

#: What cheroot says, as an ``OSError``, of a chunk that is too large.
_TOO_LARGE: Final = "Request Entity Too Large"


class SizedReader:
    """A file of bytes that ends after a given length, and refuses to be longer than a limit.

    Args:
        fp: The file to read from.
        length: How many bytes belong to the entity; ``None`` means up to the end of the file.
        maxbytes: How many bytes may be read in all; ``None`` means any number.
        bufsize: How many bytes are read at a time when the caller does not say.
        has_trailers: Whether header fields come after the entity.

    Attributes:
        bytes_read: How many bytes have been read.
        done: Whether the end has been reached.
        failed: Whether a read has failed; then nobody knows where the entity ends.

    Examples:
        >>> from io import BytesIO
        >>> reader = SizedReader(BytesIO(b"bodynext request"), length=4, maxbytes=None)
        >>> reader.read(), reader.done
        (b'body', True)
    """

    bytes_read: int = 0
    done: bool = False
    failed: bool = False

    def __init__(
        self,
        fp: Any,
        length: float | None,
        maxbytes: float | None,
        bufsize: int = DEFAULT_BUFFER_SIZE,
        has_trailers: bool = False,
    ) -> None:
        self.fp = fp
        self.length: float = inf if length is None else length
        self.maxbytes: float = inf if maxbytes is None else maxbytes
        self.bufsize = bufsize
        self.has_trailers = has_trailers

    @lazy
    def trailers(self) -> HeaderMap:
        """The header fields after the entity, once ``done``."""
        return HeaderMap()

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes | None:
        """Read up to ``size`` bytes, by default all that are left.

        Args:
            size: How many bytes at most; ``None`` or a negative number means all.
            fp_out: Where to write them; then nothing is returned.

        Raises:
            HTTPError: 413, there is more than ``maxbytes``; 400, the entity ended too early or is
                malformed; 408, the client does not send it.
        """
        if size is not None and size < 0:
            size = None
        if fp_out is None:
            left = self.length - self.bytes_read
            wanted = left if size is None or size > left else size
            if wanted <= LARGEST_READ and wanted <= self.maxbytes - self.bytes_read:
                return self._read_block(int(wanted))
        chunks = self._chunks(size)
        if fp_out is not None:
            for chunk in chunks:
                fp_out.write(chunk)
            return None
        return b"".join(chunks)

    def readline(self, size: int | None = None) -> bytes:
        """Read one line with its end, or at most ``size`` bytes of it.

        Raises:
            HTTPError: See `read`.
        """
        limit = self._limit(size)
        if self.done or limit <= 0:
            self._note_end()
            return b""
        return self._fetch(self.fp.readline, -1 if limit == inf else int(limit))

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

    def drain(self, limit: int) -> bool:
        """Read what is left and forget it, so that the connection can be used again.

        Args:
            limit: How many bytes at most.

        Returns:
            Whether the end has been reached.
        """
        while limit > 0 and not (self.done or self.failed):
            limit -= len(self.read(min(limit, LARGEST_READ)) or b"")
            self._note_end()
        return self.done and not self.failed

    def finish(self) -> None:
        """Take note that the end has been reached, and read the trailers if there are any.

        Raises:
            HTTPError: 400, a trailer is malformed; 413, they are larger than the limit.
        """
        if self.done:
            return
        self.done = True
        if self.has_trailers and hasattr(self.fp, "read_trailer_lines"):
            try:
                self._read_trailers()
            except Exception as error:  # noqa: BLE001 - as in _fetch
                self._fail(error)

    def _read_trailers(self) -> None:
        size = 0
        for line in self.fp.read_trailer_lines():
            size += len(line)
            if size > limits.TRAILER_BYTES:
                raise HTTPError(413, f"Trailers may have at most {limits.TRAILER_BYTES} bytes.")
            self._add_trailer(line)

    def _add_trailer(self, line: bytes) -> None:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name.strip():
            raise HTTPError(400, f"Malformed trailer {line!r}: it is no 'name: value'.")
        known = self.trailers.get(name.strip())
        value = value.strip()
        self.trailers[name.strip()] = value if known is None else f"{known}, {value}"

    def _chunks(self, size: int | None) -> Iterator[bytes]:
        wanted = size
        while not self.done and wanted != 0:
            limit = self._limit(wanted)
            if limit <= 0:
                break
            block = max(self.bufsize, 8 * DEFAULT_BUFFER_SIZE) if wanted is None else LARGEST_READ
            chunk = self._fetch(self.fp.read, int(min(limit, block)))
            if not chunk:
                return
            yield chunk
            if wanted is not None:
                wanted -= len(chunk)
        self._note_end()

    def _read_block(self, size: int) -> bytes:
        """Read a block that is within all limits: the usual case, in few steps."""
        try:
            chunk: bytes = self.fp.read(size) if size else b""
        except Exception as error:  # noqa: BLE001 - as in _fetch
            self._fail(error)
        self.bytes_read += len(chunk)
        if self.bytes_read == self.length:
            if self.has_trailers:
                self.finish()
            self.done = True
        elif len(chunk) < size:
            return self._read_on(chunk, size)
        return chunk

    def _read_on(self, chunk: bytes, size: int) -> bytes:
        if chunk:
            return chunk + b"".join(self._chunks(size - len(chunk)))
        self._check_complete()
        self.finish()
        return b""

    def _limit(self, size: int | None) -> float:
        # One byte more than is allowed: that is how too much is noticed.
        limit = min(self.length, self.maxbytes + 1) - self.bytes_read
        return limit if size is None or size < 0 else min(limit, size)

    def _fetch(self, read: Callable[[int], bytes], size: int) -> bytes:
        try:
            chunk = read(size)
        except Exception as error:  # noqa: BLE001 - a server's own kinds are known by their names
            self._fail(error)
        if not chunk:
            self._check_complete()
            self.finish()
        self.bytes_read += len(chunk)
        if self.bytes_read > self.maxbytes:
            raise too_large(self.maxbytes)
        return chunk

    def _fail(self, error: Exception) -> NoReturn:
        self.failed = True
        answer = _answer_to(error)
        if answer is None:
            raise error
        raise answer from error

    def _note_end(self) -> None:
        if self.bytes_read >= self.length:
            self.finish()

    def _check_complete(self) -> None:
        if self.length not in (inf, self.bytes_read):
            raise HTTPError(
                400,
                f"The request entity ended after {self.bytes_read} of the {self.length} bytes "
                "that Content-Length promised.",
            )


def too_large(limit: float) -> HTTPError:
    """Return the answer to an entity of more bytes than are allowed."""
    return HTTPError(413, f"The request entity is larger than {limit} bytes.")


def _answer_to(error: Exception) -> HTTPError | None:
    """Return what a failure below means to the client; None if it says so itself, or is a bug."""
    if isinstance(error, HTTPError):
        return None
    if _TOO_LARGE in error.args:
        return HTTPError(413)
    for kind in type(error).__mro__:
        if status := _STATUS.get(kind.__name__):
            return HTTPError(status, f"The request entity could not be read: {error}")
    return None
