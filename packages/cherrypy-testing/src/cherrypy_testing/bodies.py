"""Request bodies: what a test gives, as bytes with their media type.

The three kinds exclude each other, except that fields may stand beside files.
"""

from __future__ import annotations

import json as json_codec
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from mimetypes import guess_type
from typing import Any, TypeAlias
from urllib.parse import urlencode

Value: TypeAlias = str | int | float
"""What stands in a field; numbers are written as Python writes them."""

Fields: TypeAlias = Mapping[str, Value | Iterable[Value]] | Iterable[tuple[str, Value]]
"""Form fields or query parameters: by name, each with one value or several, or as pairs."""

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Upload:
    """A file in a form.

    Attributes:
        filename: As the client's user chose it.
        content: The bytes in it.
        content_type: Its media type; guessed from the name if None.

    Examples:
        >>> from cherrypy_testing import Client
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [])
        ...     return [environ["wsgi.input"].read()]
        >>> upload = Upload("notes.txt", b"Two left")
        >>> b'filename="notes.txt"' in Client(application).post("/", files={"notes": upload}).body
        True
    """

    filename: str
    content: bytes
    content_type: str | None = None

    @property
    def media_type(self) -> str:
        """The media type, given or guessed."""
        return self.content_type or guess_type(self.filename)[0] or "application/octet-stream"


@dataclass(frozen=True)
class Body:
    """The body of a request, and the Content-Type that goes with it."""

    content: bytes = b""
    content_type: str | None = None


def encode_body(
    data: Fields | bytes | str | None = None,
    json: Any = None,
    files: Mapping[str, Upload] | Iterable[tuple[str, Upload]] | None = None,
) -> Body:
    """Return the body for what a test gives.

    Args:
        data: Form fields, or the body as it is. A text is sent as UTF-8.
        json: What to send as JSON.
        files: Files by the name of their field; `data` then has to be fields, or nothing.

    Raises:
        TypeError: Two of them that exclude each other were given, or a file is no `Upload`.
    """
    if json is not None:
        if data is not None or files is not None:
            raise TypeError("json is a body of its own: give neither data nor files with it")
        return Body(json_codec.dumps(json).encode(), "application/json")
    if isinstance(data, str | bytes):
        if files is not None:
            raise TypeError("files need fields beside them: data cannot be text or bytes")
        return Body(data.encode() if isinstance(data, str) else data)
    if files is not None:
        return _multipart(pairs(data or ()), files)
    return Body() if data is None else Body(urlencode(pairs(data)).encode(), FORM)


def pairs(fields: Fields) -> list[tuple[str, str]]:
    """Return fields as pairs of name and value."""
    return list(_pairs(fields))


def _pairs(fields: Fields) -> Iterator[tuple[str, str]]:
    for name, value in fields.items() if isinstance(fields, Mapping) else fields:
        if isinstance(value, str | int | float):
            yield name, str(value)
        else:
            yield from ((name, str(each)) for each in value)


def _multipart(
    fields: list[tuple[str, str]],
    files: Mapping[str, Upload] | Iterable[tuple[str, Upload]],
) -> Body:
    """Return a form with files (RFC 7578)."""
    boundary = secrets.token_hex(16)
    parts = [_part(f'name="{_quoted(name)}"', None, value.encode()) for name, value in fields]
    for name, upload in files.items() if isinstance(files, Mapping) else files:
        if not isinstance(upload, Upload):
            raise TypeError(f"a file is an Upload(filename, content); {name} is {upload!r}")
        names = f'name="{_quoted(name)}"; filename="{_quoted(upload.filename)}"'
        parts.append(_part(names, upload.media_type, upload.content))
    delimiter = f"--{boundary}\r\n".encode()
    content = b"".join(delimiter + part for part in parts) + f"--{boundary}--\r\n".encode()
    return Body(content, f"multipart/form-data; boundary={boundary}")


def _part(names: str, content_type: str | None, content: bytes) -> bytes:
    head = f"Content-Disposition: form-data; {names}\r\n"
    if content_type is not None:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


def _quoted(name: str) -> str:
    """Escape what would end a quoted name, as browsers do."""
    return name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
