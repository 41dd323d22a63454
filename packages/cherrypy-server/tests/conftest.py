"""A bus whose log lines are kept, and servers that are stopped after each test."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cherrypy_bus import Bus
from cherrypy_server import Server


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    yield bus
    if bus.state is not bus.states.EXITING:
        bus.exit()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    """What the bus logged so far."""
    lines: list[str] = []

    def remember(msg: str, level: int = 20) -> None:
        lines.append(msg)

    bus.subscribe("log", remember)
    return lines


def hello(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


@pytest.fixture
def server(bus: Bus) -> Iterator[Server]:
    """A server on any free port, not started."""
    server = Server(bus, hello)
    server.socket_port = 0
    server.thread_pool = 2
    yield server
    if server.running:
        server.stop()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive(), thread
