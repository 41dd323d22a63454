"""Test cases that ask a server, and compare what it answers.

A failed comparison raises `failureException`, unless somebody at the terminal says to go on.
"""
# ruff: noqa: N802 - documented names

from __future__ import annotations

import re
import sys
import time
import unittest
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

from cherrypy_testing import prompting
from cherrypy_testing.fetching import (
    Errors,
    HeaderList,
    Page,
    any_certificate,
    interface,
    openURL,
)
from cherrypy_testing.servererrors import ServerError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Sequence

Status: TypeAlias = int | str
"""A code such as 200, or a whole status such as "200 OK"."""

Expected: TypeAlias = str | bytes


class WebCase(unittest.TestCase):
    """A test case with a client for one server.

    Attributes:
        HOST: The host of the server.
        PORT: Its port.
        HTTP_CONN: A class of connections, or a connection that is kept; see `set_persistent`.
        PROTOCOL: The version of HTTP to speak.
        scheme: ``http`` or ``https``.
        ssl_context: The context of TLS connections; by default one that takes any certificate.
        encoding: Of text that is compared with a body.
        console_height: How many lines of an answer are shown at a time.
        url: What was asked for.
        status: The status of the answer, such as "200 OK".
        headers: Its header fields, as pairs.
        body: Its body, as bytes.
        time: The seconds that it took.
        cookies: What the answer's ``Set-Cookie`` fields say, as the header fields of a next
            request: ``self.getPage("/", self.cookies)``.
        interactive: Whether to ask at the terminal what to do about a failure.

    Examples:
        >>> from cherrypy_testing import LiveServer
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [b"over a socket"]
        >>> with LiveServer(application) as live:
        ...     case = WebCase()
        ...     case.PORT = live.server.bound_addr[1]
        ...     _ = case.getPage("/")
        ...     case.assertStatus(200)
        ...     case.assertInBody("socket")
    """

    HOST = "127.0.0.1"
    PORT = 8000
    HTTP_CONN: Any = HTTPConnection
    PROTOCOL = "HTTP/1.1"

    scheme = "http"
    ssl_context: ssl.SSLContext | None = None
    encoding = "utf-8"
    console_height = 30

    url: str | bytes | None = None
    status: str | None = None
    headers: HeaderList | None = None
    body: bytes | None = None
    time: float | None = None
    cookies: HeaderList = []  # noqa: RUF012 - each answer sets it anew

    @property
    def interactive(self) -> bool:
        """Whether to ask at the terminal; `WEBTEST_INTERACTIVE` in the environment decides."""
        return prompting.is_wanted()

    # Asking.

    def getPage(
        self,
        url: str | bytes,
        headers: Iterable[tuple[str, str]] | None = None,
        method: str = "GET",
        body: bytes | str | None = None,
        protocol: str | None = None,
        raise_subcls: Errors | None = None,
    ) -> Page:
        """Ask for a page, and keep the answer in the attributes.

        Args:
            url: Path and query string.
            headers: Header fields, as pairs.
            method: The method.
            body: The body; text is sent as UTF-8.
            protocol: The version of HTTP to speak; by default `PROTOCOL`.
            raise_subcls: Errors that are raised at once, where otherwise the connection is tried
                again.

        Returns:
            Status, header fields and body.

        Raises:
            ServerError: The server said, by `server_error`, that it failed.
            OSError: The server cannot be reached.
        """
        ServerError.on = False
        self.url, self.time = url, None
        begin = time.perf_counter()
        page = openURL(
            url,
            headers,
            method,
            body,
            self.HOST,
            self.PORT,
            self.HTTP_CONN,
            protocol or self.PROTOCOL,
            raise_subcls or (),
            self.ssl_context,
        )
        self.time = time.perf_counter() - begin
        self.status, self.headers, self.body = page
        self.cookies = [
            ("Cookie", value) for name, value in self.headers if name.lower() == "set-cookie"
        ]
        if ServerError.on:
            raise ServerError
        return page

    def interface(self) -> str:
        """Return the address at which a client reaches the server.

        That is `HOST`, or the local host where the server listens on all interfaces.
        """
        return interface(self.HOST)

    def get_conn(self, auto_open: bool = False) -> HTTPConnection:
        """Return an open connection to the server.

        Args:
            auto_open: Whether to open it again for a request after the server has closed it.
        """
        connection = self._connection_class()(self.interface(), self.PORT)
        connection.auto_open = int(auto_open)
        connection.connect()
        return connection

    def set_persistent(self, on: bool = True, auto_open: bool = False) -> None:
        """Send the following requests over one connection, or each over its own.

        A connection that was kept until now is closed.

        Args:
            on: Whether to keep one.
            auto_open: Whether to open it again after the server has closed it.
        """
        if isinstance(self.HTTP_CONN, HTTPConnection):
            self.HTTP_CONN.close()
        self.HTTP_CONN = self.get_conn(auto_open) if on else self._usual_class()

    @property
    def persistent(self) -> bool:
        """Whether the requests go over one connection; set it as `set_persistent` does."""
        return isinstance(self.HTTP_CONN, HTTPConnection)

    @persistent.setter
    def persistent(self, on: bool) -> None:
        self.set_persistent(on)

    def _usual_class(self) -> type[HTTPConnection]:
        return HTTPSConnection if self.scheme == "https" else HTTPConnection

    def _connection_class(self) -> Callable[..., HTTPConnection]:
        if self.scheme != "https":
            return HTTPConnection
        context = self.ssl_context or any_certificate()
        return lambda host, port: HTTPSConnection(host, port, context=context)

    # Comparing.

    def assertStatus(self, status: Status | Sequence[Status], msg: object = None) -> None:
        """Fail if the answer has another status.

        Args:
            status: A code, a whole status, or several of which any will do.
            msg: What to say instead.
        """
        allowed = [status] if isinstance(status, int | str) else list(status)
        actual = self.status or ""
        if not any(_is_status(actual, each) for each in allowed):
            words = " or ".join(repr(each) for each in allowed)
            self._fail(msg, f"Status {actual!r}, not {words}")

    def assertHeader(self, key: str, value: object = None, msg: object = None) -> str:
        """Fail if the answer has no such header field, or none of this value; return its value.

        Args:
            key: The name of the field, in any case.
            value: Its value; ``None`` for any.
            msg: What to say instead.
        """
        found = self._values(key)
        for each in found:
            if value is None or each == str(value):
                return each
        if found:
            self._fail(msg, f"{key} is {' and '.join(map(repr, found))}, not {str(value)!r}")
        else:
            self._fail(msg, f"{key} is not in the headers")
        return str(value)

    def assertHeaderIn(self, key: str, values: Iterable[object], msg: object = None) -> str | None:
        """Fail if the header field has none of these values; return the one that it has."""
        allowed = [str(each) for each in values]
        for each in self._values(key):
            if each in allowed:
                return each
        self._fail(msg, f"{key} is {self._values(key)!r}, none of {allowed!r}")
        return None

    def assertHeaderItemValue(self, key: str, value: str, msg: object = None) -> str:
        """Fail if the header field, a list separated by commas, has no such element."""
        if value not in self._items(key):
            self._fail(msg, f"{value!r} is not among {self._items(key)!r} in {key}")
        return value

    def assertNoHeader(self, key: str, msg: object = None) -> None:
        """Fail if the answer has such a header field."""
        if self._values(key):
            self._fail(msg, f"{key} is in the headers: {self._values(key)!r}")

    def assertNoHeaderItemValue(self, key: str, value: str, msg: object = None) -> None:
        """Fail if the header field, a list separated by commas, has such an element."""
        if value in self._items(key):
            self._fail(msg, f"{value!r} is in {key}: {self._items(key)!r}")

    def assertBody(self, value: Expected, msg: object = None) -> None:
        """Fail if the body is another one."""
        if self._content() != self._encoded(value):
            self._fail(msg, f"expected body:\n{value!r}\n\nactual body:\n{self._content()!r}")

    def assertInBody(self, value: Expected, msg: object = None) -> None:
        """Fail if this is not part of the body."""
        if self._encoded(value) not in self._content():
            self._fail(msg, f"{value!r} is not in the body:\n{self._content()!r}")

    def assertNotInBody(self, value: Expected, msg: object = None) -> None:
        """Fail if this is part of the body."""
        if self._encoded(value) in self._content():
            self._fail(msg, f"{value!r} is in the body:\n{self._content()!r}")

    def assertMatchesBody(
        self, pattern: Expected, msg: object = None, flags: int = 0
    ) -> re.Match[bytes] | None:
        """Fail if a regular expression is found nowhere in the body; return what it found."""
        found = re.search(self._encoded(pattern), self._content(), flags)
        if found is None:
            self._fail(msg, f"No match for {pattern!r} in the body:\n{self._content()!r}")
        return found

    def exit(self) -> NoReturn:
        """End the test run."""
        sys.exit()

    def _handlewebError(self, msg: object) -> None:
        """Raise a failure, or ask at the terminal what to do about it."""
        if self.interactive:
            choice = prompting.ask(self, str(msg), prompting.getchar, _write)
            if choice is prompting.Choice.IGNORE:
                return
            if choice is prompting.Choice.EXIT:
                self.exit()
        raise self.failureException(msg)

    def _fail(self, told: object, usual: str) -> None:
        self._handlewebError(usual if told is None else told)

    def _values(self, key: str) -> list[str]:
        return [value for name, value in self.headers or [] if name.lower() == key.lower()]

    def _items(self, key: str) -> list[str]:
        return [item.strip() for value in self._values(key) for item in value.split(",")]

    def _content(self) -> bytes:
        return self.body or b""

    def _encoded(self, value: Expected) -> bytes:
        return value.encode(self.encoding) if isinstance(value, str) else value


def _is_status(actual: str, expected: Status) -> bool:
    if isinstance(expected, int):
        return actual[:3] == str(expected)
    return expected in (actual, actual[:3])


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
