"""An application's answer, as a test looks at it."""

from __future__ import annotations

import json as json_codec
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from io import StringIO
from typing import Any, Self


class Headers(Mapping[str, str]):
    """Header fields; the case of names makes no difference.

    Where a field stands several times, its values are joined with commas (RFC 9110, section 5.3),
    except those of Set-Cookie: `get_all` gives each of them.

    Examples:
        >>> headers = Headers([("Vary", "Accept"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
        >>> headers["VARY"], headers.get_all("set-cookie")
        ('Accept', ['a=1', 'b=2'])
    """

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self.raw: list[tuple[str, str]] = list(items)

    def get_all(self, name: str) -> list[str]:
        """Return all the values of a field, in their order."""
        wanted = name.lower()
        return [value for each, value in self.raw if each.lower() == wanted]

    def __getitem__(self, name: str) -> str:
        values = self.get_all(name)
        if not values:
            raise KeyError(name)
        return values[0] if name.lower() == "set-cookie" else ", ".join(values)

    def __iter__(self) -> Iterator[str]:
        return iter({name.lower(): name for name, _ in reversed(self.raw)}.values())

    def __len__(self) -> int:
        return len({name.lower() for name, _ in self.raw})

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self.get_all(name))

    def __repr__(self) -> str:
        return f"Headers({self.raw!r})"


class Response:
    """What an application answered.

    Iterating gives the pieces of the body as the application makes them, once; `body` and what is
    made of it read the rest.

    Attributes:
        status: The code and the reason: "200 OK".
        headers: The header fields.
        url: The URL that was asked for, after any redirections.
        history: The redirections that led here.

    Examples:
        >>> headers = Headers([("Content-Type", "application/json")])
        >>> response = Response("200 OK", headers, [b'{"page":', b" 2}"])
        >>> response.status_code, response.content_type, response.json()
        (200, 'application/json', {'page': 2})
    """

    def __init__(
        self,
        status: str,
        headers: Headers,
        pieces: Iterable[bytes],
        *,
        url: str = "",
        history: tuple[Response, ...] = (),
        errors: StringIO | None = None,
    ) -> None:
        self.status = status
        self.headers = headers
        self.url = url
        self.history = history
        self._pieces = iter(pieces)
        self._errors = errors or StringIO()
        self._content: bytes | None = None

    @property
    def status_code(self) -> int:
        """The code: 200."""
        return int(self.status.partition(" ")[0])

    @property
    def reason(self) -> str:
        """What follows the code: "OK"."""
        return self.status.partition(" ")[2]

    @property
    def body(self) -> bytes:
        """The whole body, or what iterating has left of it."""
        if self._content is None:
            self._content = b"".join(self._pieces)
        return self._content

    @property
    def errors(self) -> str:
        """What the application wrote to `wsgi.errors`, as far as it has run."""
        return self._errors.getvalue()

    def read(self) -> Self:
        """Read the whole body, and return this response."""
        self._content = self.body
        return self

    @property
    def content_type(self) -> str:
        """The media type, in lower case, without parameters."""
        return self._media_type().get_content_type() if "Content-Type" in self.headers else ""

    @property
    def charset(self) -> str:
        """The charset that the response names; UTF-8 if none."""
        return self._media_type().get_content_charset() or "utf-8"

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(self.charset)

    def json(self) -> Any:
        """Return what the body says as JSON.

        Raises:
            json.JSONDecodeError: It is no JSON.
        """
        return json_codec.loads(self.body)

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces if self._content is None else iter([self._content])

    def __repr__(self) -> str:
        return f"<Response {self.status!r} of {self.url}>"

    def _media_type(self) -> Message:
        message = Message()
        message["Content-Type"] = self.headers.get("Content-Type", "")
        return message
