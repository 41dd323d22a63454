"""The entity that a client sent: read within its declared length, and decoded by its media type.

Nothing is read before `RequestBody.process`, and never more than ``Content-Length`` says, since a
server may leave the next request of the connection behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from cherrypy_httputil import HeaderElement, HeaderMap, HTTPError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Entity", "RequestBody", "SizedReader", "process_urlencoded"]

DEFAULT_BUFFER_SIZE: Final = 8192
MAX_FIELDS: Final = 10_000


class SizedReader:
    """A file of bytes that ends after a given length, and refuses to be longer than a limit.

    Args:
        fp: The file to read from.
        length: How many bytes belong to the entity; ``None`` means up to the end of the file.
        maxbytes: How many bytes may be read in all; ``None`` means any number.
        bufsize: How many bytes are read at a time.
    """

    def __init__(
        self,
        fp: Any,
        length: int | None,
        maxbytes: int | None,
        bufsize: int = DEFAULT_BUFFER_SIZE,
    ) -> None:
        self.fp = fp
        self.length = length
        self.maxbytes = maxbytes
        self.bufsize = bufsize
        self.bytes_read = 0

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes | None:
        """Read up to ``size`` bytes, by default all that are left.

        Args:
            size: How many bytes at most.
            fp_out: Where to write them; then nothing is returned.

        Raises:
            HTTPError: 413, there is more than ``maxbytes``; 400, the entity ended too early.
        """
        chunks = self._chunks(size)
        if fp_out is None:
            return b"".join(chunks)
        for chunk in chunks:
            fp_out.write(chunk)
        return None

    def _chunks(self, size: int | None) -> Iterator[bytes]:
        wanted = size
        while wanted is None or wanted > 0:
            chunk = self.fp.read(self._next(wanted))
            if not chunk:
                self._check_end()
                return
            self._count(chunk)
            yield chunk
            if wanted is not None:
                wanted -= len(chunk)

    def readline(self, size: int | None = None) -> bytes:
        """Read one line with its end, or at most ``size`` bytes of it.

        Raises:
            HTTPError: See `read`.
        """
        limit = self._next(size)
        line: bytes = self.fp.readline(limit) if limit else b""
        self._count(line)
        return line

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
        while line := self.readline():
            yield line

    def _next(self, wanted: int | None) -> int:
        left = self.bufsize if self.length is None else self.length - self.bytes_read
        return min(left, self.bufsize, self.bufsize if wanted is None else wanted)

    def _count(self, chunk: bytes) -> None:
        self.bytes_read += len(chunk)
        if self.maxbytes is not None and self.bytes_read > self.maxbytes:
            raise HTTPError(413, f"The request entity is larger than {self.maxbytes} bytes.")

    def _check_end(self) -> None:
        if self.length is not None and self.bytes_read < self.length:
            raise HTTPError(
                400,
                f"The request entity ended after {self.bytes_read} of the {self.length} bytes "
                "that Content-Length promised.",
            )


class Entity:
    """A body, or a part of one, with the header fields that describe it.

    Args:
        fp: Where to read it from.
        headers: Its header fields.
        params: Where its parameters go; a new dict by default.

    Attributes:
        content_type: The field ``Content-Type``, parsed.
        charset: The one that decoded it, after `process`.
        attempt_charsets: What to decode with, in this order.
        length: The value of ``Content-Length``.
        processors: By media type (``type/subtype`` or ``type``), functions that take the entity.
    """

    default_content_type: str = "application/x-www-form-urlencoded"
    attempt_charsets: list[str]
    processors: dict[str, Callable[[Any], object]]
    charset: str | None = None
    length: int | None = None
    name: str | None = None
    filename: str | None = None

    def __init__(self, fp: Any, headers: HeaderMap, params: dict[str, Any] | None = None) -> None:
        self.fp = fp
        self.headers = headers
        self.params: dict[str, Any] = {} if params is None else params
        self.processors = PROCESSORS.copy()
        self.content_type = _content_type(headers, self.default_content_type)
        declared = self.content_type.params.get("charset")
        self.attempt_charsets = [str(declared)] if declared else ["utf-8"]
        self.length = _length(headers)

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes | None:
        """Read from the entity; see `SizedReader.read`."""
        content: bytes | None = self.fp.read(size, fp_out)
        return content

    def readline(self, size: int | None = None) -> bytes:
        """Read one line; see `SizedReader.readline`."""
        line: bytes = self.fp.readline(size)
        return line

    def readlines(self, sizehint: int | None = None) -> list[bytes]:
        """Read lines; see `SizedReader.readlines`."""
        lines: list[bytes] = self.fp.readlines(sizehint)
        return lines

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.readline, b"")

    def decode_entity(self, value: bytes) -> str:
        """Return bytes as text, by the first of ``attempt_charsets`` that fits.

        Raises:
            HTTPError: 400, none does.
        """
        text: str = self._decode(value.decode)
        return text

    def process(self) -> None:
        """Hand the entity to the processor for its media type."""
        value = self.content_type.value
        process = self.processors.get(value) or self.processors.get(value.partition("/")[0])
        if process is None:
            self.default_proc()
        else:
            process(self)

    def default_proc(self) -> None:
        """Leave the entity to whoever wants to read it."""

    def _decode(self, decode: Callable[[str], Any]) -> Any:
        for charset in self.attempt_charsets:
            try:
                decoded = decode(charset)
            except (UnicodeDecodeError, LookupError):
                continue
            self.charset = charset
            return decoded
        raise HTTPError(
            400,
            "The request entity could not be decoded. The following charsets were attempted: "
            f"{self.attempt_charsets!r}",
        )


class RequestBody(Entity):
    """The body of a request.

    Args:
        fp: Where to read it from.
        headers: The header fields of the request.
        params: See `Entity`.
        request_params: Where its parameters are merged with those of the query string.

    Attributes:
        bufsize: How many bytes are read at a time.
        maxbytes: How large it may be; ``None`` leaves that to the server.
    """

    default_content_type = ""
    bufsize: int = DEFAULT_BUFFER_SIZE
    maxbytes: int | None = None

    def __init__(
        self,
        fp: Any,
        headers: HeaderMap,
        params: dict[str, Any] | None = None,
        request_params: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(fp, headers, params)
        self.request_params: dict[str, Any] = {} if request_params is None else request_params

    def process(self) -> None:
        """Read and decode the body as its media type says, and merge its parameters.

        Raises:
            HTTPError: 411, its length is not known; 413, it is too large; 400, it is malformed.
        """
        if self.length is None and "Transfer-Encoding" not in self.headers:
            raise HTTPError(411)
        if self.maxbytes is not None and (self.length or 0) > self.maxbytes:
            raise HTTPError(413, f"The request entity is larger than {self.maxbytes} bytes.")
        self.fp = SizedReader(self.fp, self.length, self.maxbytes, self.bufsize)
        super().process()
        for name, value in self.params.items():
            _add_param(self.request_params, name, value)


def process_urlencoded(entity: Entity) -> None:
    """Read a form and add its fields to the entity's parameters.

    Raises:
        HTTPError: 400, it cannot be decoded; 413, it has too many fields.
    """
    content = entity.fp.read()

    def decode(charset: str) -> list[tuple[str, str]]:
        return parse_qsl(
            content.decode(charset), keep_blank_values=True, encoding=charset, errors="strict"
        )

    if content.count(b"&") >= MAX_FIELDS:
        raise HTTPError(413, f"A form may have at most {MAX_FIELDS} fields.")
    for name, value in entity._decode(decode):  # noqa: SLF001 - a method of this module's class
        _add_param(entity.params, name, value)


def _add_param(params: dict[str, Any], name: str, value: Any) -> None:
    if name not in params:
        params[name] = value
    elif isinstance(params[name], list):
        params[name].append(value)
    else:
        params[name] = [params[name], value]


def _content_type(headers: HeaderMap, default: str) -> HeaderElement:
    elements = headers.elements("Content-Type")
    return elements[0] if elements else HeaderElement.from_str(default)


def _length(headers: HeaderMap) -> int | None:
    declared = headers.get("Content-Length")
    if declared is None or "chunked" in str(headers.get("Transfer-Encoding", "")).lower():
        return None
    if not (declared.isascii() and declared.isdecimal()):
        raise HTTPError(400, f"Malformed Content-Length Header: {declared!r} is not a number.")
    return int(declared)


#: The processors that every entity begins with.
PROCESSORS: Final[dict[str, Callable[[Entity], object]]] = {
    "application/x-www-form-urlencoded": process_urlencoded,
}
