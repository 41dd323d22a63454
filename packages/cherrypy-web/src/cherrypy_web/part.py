"""One part of a multipart body: a text in memory, or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_httputil import HTTPError
from cherrypy_web import limits
from cherrypy_web.entity import Entity
from cherrypy_web.multipart import process_multipart_form_data, process_multipart_params
from cherrypy_web.partstream import PartStream, part_headers, until_boundary
from cherrypy_web.temporary import spooled_file
from cherrypy_web.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from cherrypy_httputil import HeaderMap

__all__ = ["Part"]


class Part(Entity):
    r"""One part of a multipart body.

    Args:
        fp: Where to read it from: a `PartStream`, or a file at the beginning of the content.
        headers: Its header fields.
        boundary: The line that ends it, with its two hyphens.

    Attributes:
        maxrambytes: How many bytes are kept in memory before they go to a file.

    Examples:
        >>> from io import BytesIO
        >>> content = b'Content-Disposition: form-data; name="bird"\r\n\r\nwren\r\n--x--'
        >>> part = Part.from_fp(BytesIO(content), b"--x")
        >>> part.process()
        >>> part.name, part.value
        ('bird', b'wren')
    """

    boundary: bytes = None  # type: ignore[assignment] # documented; the constructor sets it
    default_content_type = "text/plain"
    attempt_charsets: list[str] = ["us-ascii", "utf-8"]  # noqa: RUF012 - each part has a copy
    maxrambytes: int = limits.RAM_BYTES
    # An urlencoded part is the text of a field like any other.
    processors: dict[str, Callable[[Any], object]] = {  # noqa: RUF012 - each part has a copy
        "multipart/form-data": process_multipart_form_data,
        "multipart": process_multipart_params,
    }

    def __init__(self, fp: Any, headers: HeaderMap, boundary: bytes) -> None:
        if not isinstance(fp, PartStream):
            fp = PartStream(until_boundary(fp, boundary), headers, Usage(), 1)
        super().__init__(fp, headers)
        self.boundary = boundary
        self._usage = fp.usage
        self.depth: int = fp.depth + 1

    @classmethod
    def from_fp(cls, fp: Any, boundary: bytes) -> Self:
        """Return the part that begins here with its header fields; its content is not read yet."""
        return cls(fp, cls.read_headers(fp), boundary)

    @classmethod
    def read_headers(cls, fp: Any) -> HeaderMap:
        """Return the header fields that a part begins with.

        Raises:
            HTTPError: 400, they are malformed or have no end; 413, there are more than the limit.
        """
        if isinstance(fp, PartStream):
            return fp.headers
        return part_headers(_read_fields(fp), limits.PART_HEADER_BYTES)

    def read_lines_to_boundary(self, fp_out: Any = None) -> Any:
        """Read the content up to its end.

        Args:
            fp_out: The file that it goes to. By default, it stays in memory up to ``maxrambytes``.

        Returns:
            Its bytes, or the file that it is in, at its beginning; with ``fp_out``, None.
        """
        if fp_out is not None:
            self.fp.read(fp_out=fp_out)
            return None
        content = self.fp.read(self.maxrambytes + 1)
        if len(content) <= self.maxrambytes:
            return content
        file = self.make_file()
        file.write(content)
        self.fp.read(fp_out=file)
        file.seek(0)
        return file

    def read_into_file(self, fp_out: Any = None) -> Any:
        """Read the content into a file; see `Entity.read_into_file`."""
        target = self.make_file() if fp_out is None else fp_out
        self.read_lines_to_boundary(fp_out=target)
        if fp_out is None:
            target.seek(0)
        return target

    def make_file(self) -> Any:
        """Return a file for the content to go to, closed with the request.

        It is in memory up to ``maxrambytes``, and on disk after that. A method that overrides this
        one has to close its files itself.
        """
        if self.maxrambytes <= 0 or self.fp.at_hand() > self.maxrambytes:
            return super().make_file()
        return self._keep(spooled_file(self.maxrambytes))

    def default_proc(self) -> None:
        """Read the content: what was a file into ``file``, a field of a form into ``value``.

        What is neither, goes where its size puts it.
        """
        if self.filename:
            self.file: Any = self.read_into_file()
        elif self.name is not None:
            self.value: bytes | None = self._read_text()
        else:
            content = self.read_lines_to_boundary()
            if isinstance(content, bytes):
                self.value = content
            else:
                self.file = content

    def _read_text(self) -> bytes:
        chunks = []
        for chunk in self.fp.chunks():
            self.usage.add_text(len(chunk))
            chunks.append(chunk)
        return b"".join(chunks)


Entity.part_class = Part


def _read_fields(fp: Any) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    while (line := fp.readline(limits.PART_HEADER_BYTES + 1)) != b"\r\n":
        if len(line) > limits.PART_HEADER_BYTES or len(fields) >= limits.PART_HEADERS:
            raise HTTPError(413, "The header fields of a part are too large or too many.")
        text = line.decode("latin-1")
        if not text.endswith("\r\n"):
            raise HTTPError(400, f"Malformed header field of a part: {text!r} ends without CRLF.")
        name, colon, value = text.partition(":")
        if text[0] in " \t" and fields:
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
        elif not colon:
            raise HTTPError(400, f"Malformed header field of a part: {text!r} has no colon.")
        else:
            fields.append((name.strip(), value.strip()))
    return fields
