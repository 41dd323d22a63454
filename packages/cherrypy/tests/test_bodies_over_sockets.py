"""Bodies over real sockets, with both servers: where they end, and what comes after them."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly

NEXT = b"GET /?next=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
FORM = b"Host: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


class Root:
    @cherrypy.expose
    def index(self, **fields: str) -> str:
        return repr(fields)

    @cherrypy.expose
    @cherrypy.config(**{"request.process_request_body": False})
    def some(self, size: str) -> bytes | None:
        return cherrypy.request.body.read(int(size))

    @cherrypy.expose
    def trailers(self) -> str:
        body = cherrypy.request.body
        return repr((body.read(), dict(body.fp.trailers)))

    @cherrypy.expose
    @cherrypy.config(**{"request.body.maxbytes": 5})
    def small(self, **fields: str) -> str:
        return repr(fields)

    @cherrypy.expose
    def status(self, code: str) -> str:
        cherrypy.response.status = int(code)
        return "body"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def broken(self, begins: str = "") -> Iterator[str]:
        yield begins
        raise ValueError("in a stream")


@pytest.fixture(
    params=["cherrypy._cpwsgi_server.CPWSGIServer", "cherrypy._cpnative_server.CPHTTPServer"]
)
def server(request: pytest.FixtureRequest, site: Assembly) -> Iterator[Assembly]:
    # A server that waits for more than there is outlasts the client's patience.
    site.config.update({"server.socket_port": 0, "server.socket_timeout": 60})
    site.server.thread_pool = 1
    site.server.instance = request.param
    site.tree.mount(Root())
    site.server.start()
    yield site
    site.server.stop()


def talk(site: Assembly, *sent: bytes) -> list[tuple[int, str]]:
    """Send some bytes, and return status and body of each response, until the server closes."""
    address: Any = site.server.bound_addr
    with socket.create_connection(address, timeout=30) as client, client.makefile("rb") as answers:
        client.sendall(b"".join(sent))
        received = answers.read()
    found = re.split(rb"HTTP/1\.[01] (\d{3}) [^\r]*\r\n", received)[1:]
    pairs = zip(found[::2], found[1::2], strict=True)
    return [(int(code), rest.partition(b"\r\n\r\n")[2].decode()) for code, rest in pairs]


def chunks(*pieces: bytes, trailers: bytes = b"") -> bytes:
    sized = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return sized + b"0\r\n" + trailers + b"\r\n"


@pytest.mark.parametrize("size", ["0", "2", "9", "-1"])
def test_next_request_begins_behind_the_body_however_much_was_read(
    server: Assembly, size: str
) -> None:
    first = f"POST /some?size={size} HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n".encode()
    read, following = talk(server, first, b"0123456", NEXT)
    assert read == (200, "0123456"[: int(size)] if size != "-1" else "0123456")
    assert following == (200, "{'next': '1'}")


@pytest.mark.parametrize(
    ("head", "code"),
    [(b"Content-Length: 3\r\n\r\na=1", 200), (b"Content-Length: 7\r\n\r\na=12345", 413)],
)
def test_length_is_compared_with_the_limit(server: Assembly, head: bytes, code: int) -> None:
    assert talk(server, b"POST /small HTTP/1.1\r\n", FORM, head, NEXT)[0][0] == code


@pytest.mark.parametrize(
    ("pieces", "code"), [((b"a=", b"1"), 200), ((b"a=", b"1234"), 413), ((), 200)]
)
def test_chunks_are_put_together_up_to_the_limit(
    server: Assembly, pieces: tuple[bytes, ...], code: int
) -> None:
    answers = talk(server, b"POST /small HTTP/1.1\r\n", FORM, CHUNKED, chunks(*pieces), NEXT)
    assert answers[0][0] == code
    assert code != 200 or answers[1:] == [(200, "{'next': '1'}")]


def test_trailers_come_after_the_chunks(server: Assembly) -> None:
    sent = chunks(b"ab", b"c", trailers=b"X-Sum: 1\r\nX-B: 2\r\n")
    first, following = talk(server, b"POST /trailers HTTP/1.1\r\nHost: a\r\n", CHUNKED, sent, NEXT)
    assert first == (200, repr((b"abc", {"X-Sum": "1", "X-B": "2"})))
    assert following == (200, "{'next': '1'}")


def test_broken_chunk_ends_the_connection_at_once(server: Assembly) -> None:
    broken = b"zz\r\nabc\r\n0\r\n\r\n"
    ((code, _),) = talk(server, b"POST / HTTP/1.1\r\n", FORM, CHUNKED, broken, NEXT)
    assert code == 400


def test_body_without_a_length_is_refused(server: Assembly) -> None:
    refused, following = talk(server, b"POST / HTTP/1.1\r\n", FORM, b"\r\n", NEXT)
    assert refused[0] == 411
    assert following[0] == 200


def test_client_that_expects_it_is_told_to_go_on(server: Assembly) -> None:
    head = b"POST / HTTP/1.1\r\n" + FORM + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    address: Any = server.server.bound_addr
    with socket.create_connection(address, timeout=30) as client, client.makefile("rb") as answers:
        client.sendall(head)
        assert answers.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert answers.readline() == b"\r\n"
        client.sendall(b"a=1" + NEXT)
        assert b"{'a': '1'}" in answers.read()


@pytest.mark.parametrize(("code", "body"), [(204, ""), (205, ""), (304, ""), (200, "body")])
def test_response_ends_where_the_client_expects_it(server: Assembly, code: int, body: str) -> None:
    first = f"GET /status?code={code} HTTP/1.1\r\nHost: a\r\n\r\n".encode()
    assert talk(server, first, NEXT) == [(code, body), (200, "{'next': '1'}")]


def test_stream_that_fails_at_once_is_a_500(server: Assembly) -> None:
    ((code, _), *_) = talk(server, b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n", NEXT)
    assert code == 500


def test_stream_that_fails_later_has_no_end(server: Assembly) -> None:
    answers = talk(server, b"GET /broken?begins=a HTTP/1.1\r\nHost: a\r\n\r\n", NEXT)
    assert answers == [(200, "1\r\na\r\n")]
