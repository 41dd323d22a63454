"""Connections that another protocol takes over after a 101."""

import queue
import socket
from collections.abc import Iterator
from typing import Any

from cherrypy_server import Server


class Switching:
    """A body of nothing, behind which the connection is taken over, as libraries do it."""

    def __init__(self, environ: dict[str, Any], taken: "queue.Queue[socket.socket]") -> None:
        self.environ, self.taken = environ, taken

    def __iter__(self) -> Iterator[bytes]:
        return iter(())

    def close(self) -> None:
        rfile = self.environ["wsgi.input"].rfile
        sock = rfile.raw._sock
        rfile.detach()
        self.taken.put(sock)


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"


def test_a_connection_that_is_taken_over_is_left_alone(server: Server) -> None:
    taken: queue.Queue[socket.socket] = queue.Queue()

    def application(environ: dict[str, Any], start_response: Any) -> Switching:
        start_response("101 Switching Protocols", [("Connection", "Upgrade"), ("Upgrade", "echo")])
        return Switching(environ, taken)

    server.application = application
    server.start()
    with socket.create_connection(server.bound_addr, timeout=30) as client:  # type: ignore[arg-type]
        client.sendall(HEAD)
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += client.recv(1000)
        assert answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
        assert b"Transfer-Encoding" not in answer
        with taken.get(timeout=30) as other:
            assert other.gettimeout() == server.socket_timeout
            client.sendall(b"GET")
            assert other.recv(100) == b"GET"
            server.stop()
            other.sendall(b"still here")
            assert client.recv(100) == b"still here"
        assert client.recv(1) == b""


def test_a_connection_that_is_only_looked_at_serves_on(server: Server) -> None:
    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        name = environ["wsgi.input"].rfile.raw._sock.getpeername()[1]
        body = str(name).encode()
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server.application = application
    server.start()
    with socket.create_connection(server.bound_addr, timeout=30) as client:  # type: ignore[arg-type]
        own = str(client.getsockname()[1]).encode()
        for _ in range(2):
            client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = b""
            while not answer.endswith(own):
                answer += client.recv(1000)
