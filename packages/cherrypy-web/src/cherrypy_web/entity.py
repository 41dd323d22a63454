"""A body, or a part of one, as something to read and to decode by its media type.

An entity does not read by itself: that begins with `Entity.process`, or with whoever reads it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cherrypy_httputil import HeaderElement, HTTPError, find_charset
from cherrypy_web import limits
from cherrypy_web.disposition import disposition_params, find_param
from cherrypy_web.environ import EnvironHeaders
from cherrypy_web.lazy import lazy
from cherrypy_web.multipart import (
    process_multipart_form_data,
    process_multipart_params,
)
from cherrypy_web.temporary import temporary_file
from cherrypy_web.urlencoded import process_urlencoded
from cherrypy_web.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self

    from cherrypy_web.part import Part

__all__ = ["Entity"]

T = TypeVar("T")


class _MediaType(NamedTuple):
    """What a field ``Content-Type`` says, read once for all entities that have it."""

    value: str
    params: tuple[tuple[str, Any], ...]
    charset: str | None
    is_text: bool


@lru_cache(maxsize=64)
def _media_type(field: str) -> _MediaType:
    element = HeaderElement.from_str(field)
    return _MediaType(
        element.value,
        tuple(element.params.items()),
        _param(element, "charset"),
        element.value.lower().startswith("text/"),
    )


def _param(content_type: HeaderElement, name: str) -> str | None:
    for each, value in content_type.params.items():
        if each.lower() == name:  # it has no case (RFC 9110, 8.3.1)
            return str(value)
    return None


class Entity:
    """A body, or a part of one, with the header fields that describe it.

    Args:
        fp: Where to read it from.
        headers: Its header fields; those in a WSGI environ become a map when they are asked for.
        params: Where its parameters go; a new dict by default.
        parts: Where its parts go; a new list by default.

    Attributes:
        charset: The one that decoded it, after `process`.
        attempt_charsets: What to decode with, in this order; first what the client declared.
        length: The value of ``Content-Length``; None if it is not there, or is no number.
        value: Its content, if that has been read into memory.
        file: Its content, if that has been read into a file.
        processors: Functions that take the entity, by media type (``type/subtype``) or by its first
            half (``type``).
        part_class: What its parts are made of.
        max_fields: How many fields an urlencoded form may have. For this and the other limits see
            `cherrypy_web.limits`.

    Examples:
        >>> from io import BytesIO
        >>> entity = Entity(BytesIO(b"name=reader&page=2"), {})  # a form, unless said otherwise
        >>> entity.process()
        >>> entity.params
        {'name': 'reader', 'page': '2'}
    """

    fp: Any = None
    params: dict[str, Any] = {}  # noqa: RUF012 - documented; each has its own
    parts: list[Any] = []  # noqa: RUF012 - documented; each has its own
    default_content_type: str = "application/x-www-form-urlencoded"
    attempt_charsets: list[str] = ["utf-8"]  # noqa: RUF012 - each entity has a copy
    charset: str | None = None
    length: int | None = None
    value: bytes | None = None
    file: Any = None

    #: Found by media type first, then by its first half; `default_proc` is for the others.
    processors: dict[str, Callable[[Any], object]] = {  # noqa: RUF012 - each entity has a copy
        "application/x-www-form-urlencoded": process_urlencoded,
        "multipart/form-data": process_multipart_form_data,
        "multipart": process_multipart_params,
    }
    part_class: type[Part]

    max_fields: int = limits.FIELDS
    max_parts: int = limits.PARTS
    max_files: int = limits.FILES
    max_text_bytes: int = limits.TEXT_BYTES
    max_part_headers: int = limits.PART_HEADERS
    max_part_header_bytes: int = limits.PART_HEADER_BYTES
    max_nesting: int = limits.NESTING
    depth: int = 1

    _content_type: HeaderElement | None = None
    _usage: Usage | None = None

    def __init__(
        self,
        fp: Any,
        headers: Mapping[str, str] | EnvironHeaders,
        params: dict[str, Any] | None = None,
        parts: list[Any] | None = None,
    ) -> None:
        self.fp = fp
        self._source = headers
        self.params = {} if params is None else params
        self.parts = [] if parts is None else parts
        self.processors = self.processors.copy()
        self._media_type = _media_type(headers.get("Content-Type") or self.default_content_type)
        usual, declared = self.attempt_charsets, self._media_type.charset
        if declared is None:
            self.attempt_charsets = usual.copy()
        else:
            self.attempt_charsets = [declared, *(each for each in usual if each != declared)]
        length = headers.get("Content-Length")
        if length and length.isdecimal() and length.isascii() and len(length) < 20:  # noqa: PLR2004 - 64 bits
            self.length = int(length)

    @lazy
    def headers(self) -> Mapping[str, str]:
        """The header fields."""
        source = self._source
        return source.map if isinstance(source, EnvironHeaders) else source

    @property
    def content_type(self) -> HeaderElement:
        """The field ``Content-Type``, parsed."""
        if self._content_type is None:
            self._content_type = HeaderElement(
                self._media_type.value, dict(self._media_type.params)
            )
        return self._content_type

    @content_type.setter
    def content_type(self, element: HeaderElement) -> None:
        self._content_type = element

    @lazy
    def name(self) -> str | None:
        """What ``Content-Disposition`` calls it."""
        return self._disposition("name")

    @lazy
    def filename(self) -> str | None:
        """The name of the file that it was, as the client says."""
        return self._disposition("filename")

    @property
    def usage(self) -> Usage:
        """What counts against the limits, and the files to close."""
        if self._usage is None:
            self._usage = Usage(
                self.max_parts,
                self.max_files,
                self.max_text_bytes,
                self.max_part_headers,
                self.max_part_header_bytes,
                self.max_nesting,
            )
        return self._usage

    def content_type_param(self, name: str) -> str | None:
        """Return a parameter of the content type by its name in lower case; None without it."""
        return _param(self.content_type, name)

    # Reading.

    def read(self, size: int | None = None, fp_out: Any = None) -> bytes | None:
        """Read up to ``size`` bytes, by default all; into ``fp_out``, if there is one."""
        content: bytes | None = self._readable().read(size, fp_out)
        return content

    def readline(self, size: int | None = None) -> bytes:
        """Read one line with its end, or at most ``size`` bytes of it."""
        line: bytes = self._readable().readline(size)
        return line

    def readlines(self, sizehint: int | None = None) -> list[bytes]:
        """Read the lines that are left, or as many as make up ``sizehint`` bytes."""
        lines: list[bytes] = self._readable().readlines(sizehint)
        return lines

    def _readable(self) -> Any:
        return self.fp

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    def next(self) -> bytes:
        """Return the next line; the same as ``next(entity)``."""
        return self.__next__()

    def read_into_file(self, fp_out: Any = None) -> Any:
        """Read all that is left into a file.

        Args:
            fp_out: The file; what `make_file` returns by default.

        Returns:
            The file. One from `make_file` is at its beginning.
        """
        target = self.make_file() if fp_out is None else fp_out
        self.read(fp_out=target)
        if fp_out is None:
            target.seek(0)
        return target

    def make_file(self) -> Any:
        """Return a file for the content to go to: a temporary one that is closed with the request.

        A method that overrides this one has to close its files itself.
        """
        return self._keep(temporary_file())

    def fullvalue(self) -> str:
        """Return the content as text, whether it is in memory or in a file.

        Raises:
            HTTPError: 400, none of ``attempt_charsets`` fits.
        """
        if self.file is None:
            return self.decode_entity(self.value or b"")
        position = self.file.tell()
        self.file.seek(0)
        content = self.file.read()
        self.file.seek(position)
        return self.decode_entity(content)

    # Decoding.

    def decode_entity(self, value: bytes) -> str:
        """Return bytes as text, by the first of ``attempt_charsets`` that fits.

        Raises:
            HTTPError: 400, none does.
        """
        return self.decode_with(value.decode)

    def decode_with(self, decode: Callable[[str], T]) -> T:
        """Return what a function makes with the first of ``attempt_charsets`` that fits.

        Args:
            decode: Takes the name of a charset; a ``UnicodeDecodeError`` tells that it is another.

        Raises:
            HTTPError: 400, none does.
        """
        for charset in self.attempt_charsets:
            if (codec := find_charset(charset)) is None:
                continue
            try:
                decoded = decode(codec)
            except UnicodeDecodeError:
                continue
            self.charset = charset
            return decoded
        raise HTTPError(
            400,
            "The request entity could not be decoded. The following charsets were attempted: "
            f"{self.attempt_charsets!r}",
        )

    def process(self) -> None:
        """Hand the entity to the processor for its media type, or to `default_proc`."""
        known = self._content_type or self._media_type
        value = known.value.lower()
        process = self.processors.get(value) or self.processors.get(value.partition("/")[0])
        if process is None:
            self.default_proc()
        else:
            process(self)

    def default_proc(self) -> None:
        """Leave the entity to whoever wants to read it."""

    def _keep(self, file: Any) -> Any:
        self.usage.add_file(file)
        return file

    def _disposition(self, param: str) -> str | None:
        field = self._source.get("Content-Disposition")
        return find_param(disposition_params(field), param) if field else None
