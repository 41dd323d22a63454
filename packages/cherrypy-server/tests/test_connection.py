"""Closing a connection that was refused."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from cheroot.makefile import MakeFile

from cherrypy_server import connection
from cherrypy_server.connection import Connection


@pytest.fixture
def pair() -> Iterator[tuple[Connection, socket.socket]]:
    """A connection that lingers, and its client."""
    ours, client = socket.socketpair()
    server = SimpleNamespace(
        peercreds_enabled=False, peercreds_resolve_enabled=False, ssl_adapter=None
    )
    refused = Connection(server, ours, MakeFile)
    refused.linger = True
    with client:
        yield refused, client


def test_the_client_gets_the_answer_although_its_request_was_not_read(
    pair: tuple[Connection, socket.socket],
) -> None:
    refused, client = pair
    client.sendall(b"x" * 1000)
    refused.socket.sendall(b"no")
    refused.close()
    assert refused.socket.fileno() == -1
    assert client.recv(10) == b"no"
    assert client.recv(10) == b""


def test_a_client_that_has_gone_is_no_trouble(pair: tuple[Connection, socket.socket]) -> None:
    refused, client = pair
    client.close()
    refused.close()
    assert refused.socket.fileno() == -1


def test_a_client_that_sends_without_end_is_given_up(
    pair: tuple[Connection, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "CHUNK", 1)
    refused, client = pair
    client.sendall(b"x" * 1000)
    refused.close()
    assert refused.socket.fileno() == -1
