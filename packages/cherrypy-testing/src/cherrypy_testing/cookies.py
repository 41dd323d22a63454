"""The cookies of a client, by the standard library's rules: domains, paths, expiry, secure.

A jar works on requests and responses of `urllib`; two small objects stand for them here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.message import Message
from http.cookiejar import CookieJar
from http.cookies import SimpleCookie
from typing import Any, cast
from urllib.request import Request


class Cookies(Mapping[str, str]):
    """What a client has been told to remember: values by name.

    Attributes:
        jar: The cookies themselves, with domain, path and expiry.

    Examples:
        >>> cookies = Cookies()
        >>> cookies.set("lang", "de")
        >>> dict(cookies), cookies.field("http://localhost/page")
        ({'lang': 'de'}, 'lang=de')
    """

    def __init__(self) -> None:
        self.jar: CookieJar = CookieJar()

    def __getitem__(self, name: str) -> str:
        for cookie in self.jar:
            if cookie.name == name:
                return cookie.value or ""
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter({cookie.name: None for cookie in self.jar})

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __repr__(self) -> str:
        return f"Cookies({dict(self)!r})"

    def set(self, name: str, value: str, url: str = "http://localhost/") -> None:
        """Remember a cookie as if the answer from `url` had set it for the whole host."""
        cookie: SimpleCookie = SimpleCookie()
        cookie[name] = value
        cookie[name]["path"] = "/"
        self.keep(url, [cookie[name].OutputString()])

    def clear(self) -> None:
        """Forget all of them."""
        self.jar.clear()

    def field(self, url: str) -> str | None:
        """Return the Cookie field for a request, or None."""
        request = Request(url)  # noqa: S310 - it is never opened
        self.jar.add_cookie_header(request)
        return request.get_header("Cookie")

    def keep(self, url: str, fields: list[str]) -> None:
        """Take over the Set-Cookie fields of the answer to a request for `url`."""
        message = Message()
        for field in fields:
            message["Set-Cookie"] = field
        response = cast("Any", _Answer(message))
        self.jar.extract_cookies(response, Request(url))  # noqa: S310 - it is never opened


class _Answer:
    """As much of a response as a jar looks at."""

    def __init__(self, message: Message) -> None:
        self._message = message

    def info(self) -> Message:
        return self._message
