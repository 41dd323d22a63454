"""One request over a socket, by a client that does nothing on its own account.

What is sent is what the test gives, and the few header fields without which no server would answer.
"""
# ruff: noqa: N802 - documented names

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import Any, Final, TypeAlias
from urllib.parse import quote

HeaderList: TypeAlias = list[tuple[str, str]]
Page: TypeAlias = tuple[str, HeaderList, bytes]
"""Status such as "200 OK", header fields, and body."""

ConnectionMaker: TypeAlias = Callable[..., HTTPConnection]
"""A class of connections, or what else makes one from a host and a port."""

Errors: TypeAlias = type[BaseException] | tuple[type[BaseException], ...]

FORM: Final = "application/x-www-form-urlencoded"
METHODS_WITH_BODIES: Final = frozenset({"PATCH", "POST", "PUT"})
ALL_INTERFACES: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound
USUAL_PORTS: Final = {80, 443}
URL_CHARACTERS: Final = "!#$%&'()*+,-./:;=?@[]_~\"<>\\^`{|}"
ATTEMPTS: Final = 20
PAUSE: Final = 0.25
"""Seconds between two attempts to reach a server that does not listen yet."""


def interface(host: str) -> str:
    """Return the address at which a client reaches a server that listens on `host`.

    Examples:
        >>> interface("0.0.0.0"), interface("192.0.2.1")
        ('127.0.0.1', '192.0.2.1')
    """
    return ALL_INTERFACES.get(host, host)


def cleanHeaders(
    headers: Iterable[tuple[str, str]] | None,
    method: str,
    body: bytes | str | None,
    host: str,
    port: int,
) -> HeaderList:
    """Return header fields with those that a request needs, where they are missing.

    Those are ``Host`` and, for methods that have a body, ``Content-Type`` and ``Content-Length``.

    Args:
        headers: The fields of the test.
        method: The method.
        body: The body.
        host: The host of the server.
        port: Its port.

    Examples:
        >>> cleanHeaders([], "POST", b"a=1", "localhost", 8080)[1:]
        [('Content-Type', 'application/x-www-form-urlencoded'), ('Content-Length', '3')]
    """
    fields = list(headers or [])
    names = {name.lower() for name, _ in fields}
    if "host" not in names:
        shown = f"[{host}]" if ":" in host else host
        fields.append(("Host", shown if port in USUAL_PORTS else f"{shown}:{port}"))
    if method.upper() not in METHODS_WITH_BODIES:
        return fields
    told = "content-type" in names
    if not told:
        fields.append(("Content-Type", FORM))
    if not names & {"content-length", "transfer-encoding"} and (body is not None or not told):
        fields.append(("Content-Length", str(len(_bytes(body) or b""))))
    return fields


def shb(response: HTTPResponse) -> Page:
    """Return status, header fields and body of a response; it is read to its end.

    Examples:
        >>> from http.client import HTTPConnection
        >>> from cherrypy_testing import LiveServer
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [b"over a socket"]
        >>> with LiveServer(application) as live:
        ...     connection = HTTPConnection(*live.server.bound_addr)
        ...     connection.request("GET", "/")
        ...     status, headers, body = shb(connection.getresponse())
        ...     connection.close()
        >>> status, body
        ('200 OK', b'over a socket')
    """
    return f"{response.status} {response.reason}", response.getheaders(), response.read()


def openURL(
    url: str | bytes,
    headers: Iterable[tuple[str, str]] | None = None,
    method: str = "GET",
    body: bytes | str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    http_conn: HTTPConnection | ConnectionMaker = HTTPConnection,
    protocol: str = "HTTP/1.1",
    raise_subcls: Errors = (),
    ssl_context: ssl.SSLContext | None = None,
) -> Page:
    """Ask for a page, and return its status, header fields and body.

    Args:
        url: Path and query string; characters that may not stand in them are percent-encoded.
        headers: Header fields; see `cleanHeaders` for those that are added.
        method: The method.
        body: The body; text is sent as UTF-8.
        host: The host of the server.
        port: Its port.
        http_conn: A class of connections, or a connection to use, which then stays open.
        protocol: The version of HTTP to speak.
        raise_subcls: Errors that are raised at once, where otherwise the connection is tried again.
        ssl_context: The context for a class of TLS connections; by default one that takes any
            certificate, since a test's server has none that anybody vouches for.

    Raises:
        OSError: The server cannot be reached, after some seconds of trying, or broke off.
        http.client.HTTPException: The answer is no HTTP.

    Examples:
        >>> from cherrypy_testing import LiveServer
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [environ["QUERY_STRING"].encode()]
        >>> with LiveServer(application) as live:
        ...     status, headers, body = openURL("/?page=2", port=live.server.bound_addr[1])
        >>> status, body
        ('200 OK', b'page=2')
    """
    given = http_conn if isinstance(http_conn, HTTPConnection) else None
    if given is None:
        connection = _reach(_maker(http_conn, host, port, ssl_context), raise_subcls)
    else:
        connection = given
    try:
        fields = cleanHeaders(headers, method, body, host, port)
        return shb(_ask(connection, method, _ascii(url), fields, _bytes(body), protocol))
    finally:
        if given is None:
            connection.close()


def any_certificate() -> ssl.SSLContext:
    """Return a context for clients that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _maker(
    http_conn: Any, host: str, port: int, ssl_context: ssl.SSLContext | None
) -> Callable[[], HTTPConnection]:
    options: dict[str, Any] = {}
    if isinstance(http_conn, type) and issubclass(http_conn, HTTPSConnection):
        options["context"] = ssl_context or any_certificate()
    return lambda: http_conn(interface(host), port, **options)


def _reach(make: Callable[[], HTTPConnection], raise_subcls: Errors) -> HTTPConnection:
    """Connect; a server that was started a moment ago may not listen yet."""
    for left in reversed(range(ATTEMPTS)):
        connection = make()
        try:
            connection.connect()
        except raise_subcls:
            raise
        except OSError:
            connection.close()
            if not left:
                raise
            time.sleep(PAUSE)
        else:
            return connection
    raise AssertionError


def _ask(
    connection: HTTPConnection,
    method: str,
    target: str,
    headers: HeaderList,
    body: bytes | None,
    protocol: str,
) -> HTTPResponse:
    # The standard library has no public way to speak HTTP/1.0.
    version: Any = connection
    version._http_vsn_str = protocol  # noqa: SLF001
    version._http_vsn = int("".join(filter(str.isdigit, protocol)))  # noqa: SLF001
    connection.putrequest(method.upper(), target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    if body is not None:
        connection.send(body)
    return connection.getresponse()


def _ascii(url: str | bytes) -> str:
    return quote(url, safe=URL_CHARACTERS)


def _bytes(body: bytes | str | None) -> bytes | None:
    return body.encode() if isinstance(body, str) else body
