"""Clients that are slow, or send nothing: they cost a descriptor, and no thread."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import trustme

from cherrypy_bus import Bus
from cherrypy_server import Server, WSGIServer
from cherrypy_server.channel import Channel
from cherrypy_server.connection import Connection, Next

PATIENCE = 30.0
HEAD = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
BEGINNINGS = {
    "nothing": b"",
    "a part of a head": b"GET / HTTP/1.1\r\nHost: a\r\nX-A: ",
    "a part of a body": HEAD + b"abc",
    "a part of chunks": CHUNKED + b"5\r\nabcde\r\n5\r\nabc",
    "chunks without an end": CHUNKED + b"5\r\nabcde\r\n",
}


def address_of(server: Server) -> tuple[str, int]:
    assert isinstance(server.bound_addr, tuple)
    return server.bound_addr


def connect(server: Server) -> socket.socket:
    return socket.create_connection(address_of(server), PATIENCE)


def get(server: Server) -> int:
    with closing(http.client.HTTPConnection(*address_of(server), timeout=PATIENCE)) as client:
        client.request("GET", "/")
        return client.getresponse().status


def answer(client: socket.socket) -> bytes:
    return b"".join(iter(lambda: client.recv(65536), b""))


def dawdle(client: socket.socket, piece: bytes = b"x") -> bytes:
    """Send piece after piece until the server has had enough; return what it says."""
    client.settimeout(0.02)
    while True:
        client.sendall(piece)
        try:
            return answer(client)
        except TimeoutError:
            continue


@pytest.fixture
def secure(server: Server, tmp_path: Path) -> Server:
    """The same server with TLS."""
    issued = trustme.CA().issue_cert("localhost")
    server.ssl_certificate = str(tmp_path / "both.pem")
    issued.private_key_and_cert_chain_pem.write_to_path(server.ssl_certificate)
    return server


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_many_who_do_not_finish_keep_nobody_waiting(server: Server, beginning: bytes) -> None:
    server.socket_timeout = server.request_header_timeout = 2 * PATIENCE
    server.start()
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connect(server)).sendall(beginning)
        assert get(server) == 200


@pytest.mark.parametrize("library", ["builtin", "pyopenssl"])
@pytest.mark.parametrize("beginning", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_half_a_handshake_keeps_nobody_waiting(
    secure: Server, beginning: bytes, library: str
) -> None:
    secure.ssl_module = library
    secure.socket_timeout = secure.request_header_timeout = 2 * PATIENCE
    secure.start()
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connect(secure)).sendall(beginning)
        with context.wrap_socket(stack.enter_context(connect(secure))) as client:
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert answer(client).startswith(b"HTTP/1.1 200 ")


def test_a_head_has_to_come_in_time_however_busy_its_sender(server: Server) -> None:
    server.request_header_timeout = 0.2
    server.start()
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-A: ")
        assert dawdle(client).startswith(b"HTTP/1.1 408 ")


def test_the_next_head_has_to_come_in_time_as_well(server: Server) -> None:
    server.request_header_timeout = 0.2
    server.start()
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(65536).endswith(b"hello")
        assert dawdle(client).startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_rests_is_closed_without_a_word(server: Server) -> None:
    server.socket_timeout = 0.1
    server.start()
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert answer(client).count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("head", [HEAD, CHUNKED])
def test_a_body_has_to_come_at_some_rate(server: Server, head: bytes) -> None:
    server.socket_timeout, server.min_body_rate = 0.2, 10_000
    called: list[bool] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        called.append(True)
        return []

    server.application = application
    server.start()
    with connect(server) as client:
        client.sendall(head)
        piece = b"x" if head is HEAD else b"1\r\nx\r\n"
        assert dawdle(client, piece).startswith(b"HTTP/1.1 408 ")
    assert not called


@pytest.mark.parametrize("rests", [False, True])
def test_a_body_is_not_charged_for_what_came_before_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, rests: bool
) -> None:
    now = [1000.0]
    monkeypatch.setattr("cherrypy_server.connection.time.monotonic", lambda: now[0])
    ours, client = socket.socketpair()
    with ours, client:
        conn = Connection(WSGIServer(server), Channel(ours))
        if rests:
            conn.rest()
        now[0] += 8
        client.sendall(HEAD + b"x" * 100)
        assert conn.arrive() is Next.WAIT
        assert conn.deadline == now[0] + server.socket_timeout
        now[0] += 8
        client.sendall(b"x" * 500)
        assert conn.arrive() is Next.WAIT
        assert conn.deadline == now[0] + server.socket_timeout - 8 + 500 / server.min_body_rate


def test_without_a_rate_a_body_may_come_as_slowly_as_it_likes(server: Server) -> None:
    server.socket_timeout, server.min_body_rate = 5, 0
    server.start()
    with connect(server) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        for _ in range(4):
            client.sendall(b"x")
        client.sendall(b"x")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")


def reads(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "4")])
    return [b"%04d" % len(body)]


@pytest.mark.parametrize("buffer", [0, 100])
def test_what_follows_the_beginning_of_a_body_has_to_come_at_that_rate_too(
    server: Server, buffer: int
) -> None:
    server.socket_timeout, server.min_body_rate = 0.2, 10_000
    server.max_request_body_buffer = buffer
    server.application = reads
    server.start()
    with connect(server) as client:
        client.sendall(HEAD + b"x" * 100)
        assert dawdle(client).startswith(b"HTTP/1.1 408 ")
    assert get(server) == 200


def test_an_application_reads_what_came_later(server: Server) -> None:
    server.max_request_body_buffer = 100
    server.application = reads
    server.start()
    with connect(server) as client:
        client.sendall(HEAD + b"x" * 500)
        client.sendall(b"x" * 500)
        assert client.recv(65536).endswith(b"1000")


class Endless:
    """A response that nobody waits for to its end; it knows when it was closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> "Endless":
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        while not self.closed.is_set():
            yield b"x" * 100_000

    def close(self) -> None:
        self.closed.set()


@pytest.mark.parametrize("with_tls", [False, True])
def test_a_client_that_takes_no_response_does_not_keep_a_thread(
    server: Server, with_tls: bool, request: pytest.FixtureRequest
) -> None:
    endless = Endless()
    server.application = endless
    server.socket_timeout = 0.2
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if with_tls:
        request.getfixturevalue("secure")
    server.start()
    with ExitStack() as stack:
        client = stack.enter_context(connect(server))
        if with_tls:
            client = stack.enter_context(context.wrap_socket(client))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert endless.closed.wait(PATIENCE)


def test_a_client_that_takes_a_response_slowly_gets_all_of_it(server: Server) -> None:
    size = 8_000_000
    server.socket_timeout, server.min_body_rate = 0.3, 1000

    def large(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Length", str(size))])
        return [b"x" * size]

    server.application = large
    server.start()
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(PATIENCE)
        client.connect(address_of(server))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        received = len(client.recv(1000))
        pause = threading.Event()
        for _ in range(8):  # in all, longer than the server would wait for one that stands still
            pause.wait(0.1)
            received += len(client.recv(20_000))
        received += len(answer(client))
    assert received > size


def test_a_slow_one_finds_out_that_the_server_stops(server: Server, bus: Bus) -> None:
    server.socket_timeout = 2 * PATIENCE
    server.start()
    with connect(server) as client:
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert get(server) == 200
        server.stop()
        assert answer(client) == b""
