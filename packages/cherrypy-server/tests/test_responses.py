"""What a WSGI application answers, right and wrong: no client takes it for something else."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_server import Server

PATIENCE = 60.0
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


def received(server: Server, sent: bytes) -> bytes:
    """Return all that the server says to what is sent."""
    assert isinstance(server.bound_addr, tuple)
    with socket.create_connection(server.bound_addr, PATIENCE) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        found = b""
        while piece := client.recv(65536):
            found += piece
        return found


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3})", answer)]


def answering(fields: list[tuple[str, str]], body: Any, status: str = "200 OK") -> Any:
    def application(environ: dict[str, Any], start_response: Any) -> Any:
        start_response(status, fields)
        return body() if callable(body) else body

    return application


def served(server: Server, application: Any, sent: bytes = GET + GET) -> bytes:
    server.application = application
    server.start()
    return received(server, sent)


def test_a_body_that_is_too_short_ends_the_connection(server: Server, lines: list[str]) -> None:
    answer = served(server, answering([("Content-Length", "10")], [b"abc"]))
    assert answer.endswith(b"\r\n\r\nabc")
    assert statuses(answer) == [200]
    assert any("ended 7 bytes before its Content-Length: b'/'" in line for line in lines)


@pytest.mark.parametrize(("method", "status"), [(b"HEAD", "200 OK"), (b"GET", "304 Not Modified")])
def test_where_no_body_is_sent_its_length_may_be_told(
    server: Server, method: bytes, status: str
) -> None:
    sent = GET.replace(b"GET", method)
    answer = served(server, answering([("Content-Length", "10")], [], status), sent + sent)
    assert statuses(answer) == [int(status[:3])] * 2


def test_a_body_that_is_too_long_is_an_error(server: Server, lines: list[str]) -> None:
    answer = served(server, answering([("Content-Length", "2")], [b"abcdef"]))
    assert statuses(answer) == [500]
    assert b"abcdef" not in answer
    assert any("longer than its Content-Length: b'/'" in line for line in lines)


def test_what_is_beyond_the_length_is_not_sent(server: Server) -> None:
    answer = served(server, answering([("Content-Length", "4")], [b"abc", b"def", b"ghi"]))
    assert answer.endswith(b"\r\n\r\nabcd")
    assert statuses(answer) == [200]


@pytest.mark.parametrize(
    "field",
    [("X-A", "a\r\nX-B: b"), ("X-A", "a\nb"), ("X-A", "a\rb"), ("X-A\r\nX-B", "b"), ("X-A", "\0")],
)
def test_a_field_cannot_end_its_line(server: Server, field: tuple[str, str]) -> None:
    answer = served(server, answering([field], [b"x"]))
    assert statuses(answer) == [500]
    assert b"X-B" not in answer


def test_a_status_cannot_end_its_line(server: Server) -> None:
    answer = served(server, answering([], [b"x"], "200 OK\r\nX-B: b"))
    assert statuses(answer) == [500]


@pytest.mark.parametrize("more", [[], [("Content-Length", "1")]])
def test_transfer_encoding_is_the_servers(
    server: Server, more: list[tuple[str, str]], lines: list[str]
) -> None:
    answer = served(server, answering([("Transfer-Encoding", "chunked"), *more], [b"x"]))
    assert statuses(answer) == [500]
    assert any("Transfer-Encoding is the server's" in line for line in lines)


def test_an_application_may_end_the_connection(server: Server) -> None:
    fields = [("Connection", "close"), ("Content-Length", "1")]
    assert statuses(served(server, answering(fields, [b"x"]))) == [200]


def test_an_answer_without_a_status_is_an_error(server: Server) -> None:
    answer = served(server, lambda environ, start_response: [b"x"])
    assert statuses(answer) == [500]


def test_an_error_before_the_first_piece_is_a_500(server: Server) -> None:
    def body() -> Iterator[bytes]:
        yield b"x" * (1 // 0)

    assert statuses(served(server, answering([], body))) == [500]


def test_an_error_after_the_first_piece_ends_the_connection(server: Server) -> None:
    def body() -> Iterator[bytes]:
        yield b"begun"
        raise ValueError("a fault of the application")

    answer = served(server, answering([], body))
    assert statuses(answer) == [200]
    assert not answer.endswith(b"0\r\n\r\n")
