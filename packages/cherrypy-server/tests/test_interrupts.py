"""Ctrl-C while a server is being started."""

import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cherrypy_bus import Bus
from cherrypy_server import Server, interrupts
from cherrypy_server.wsgi import WSGIServer


@pytest.fixture(autouse=True)
def _handler() -> Iterator[None]:
    """Let SIGINT raise KeyboardInterrupt, whoever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def work_while_interrupted(done: list[str]) -> None:
    with interrupts.interrupts_later():
        interrupt()
        done.append("all")


def fail_while_interrupted() -> None:
    with interrupts.interrupts_later():
        interrupt()
        raise OSError("in use")


def test_an_interrupt_is_raised_at_the_end_of_the_block() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        work_while_interrupted(done)
    assert done == ["all"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_the_block_raises_comes_before_an_interrupt() -> None:
    with pytest.raises(OSError, match="in use"):
        fail_while_interrupted()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_handler_of_the_program_is_left_alone() -> None:
    seen: list[int] = []
    signal.signal(signal.SIGINT, lambda signum, _: seen.append(signum))
    with interrupts.interrupts_later():
        interrupt()
        assert seen == [signal.SIGINT]


def test_other_threads_change_no_handler() -> None:
    found: list[Any] = []

    def work() -> None:
        with interrupts.interrupts_later():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


def test_a_server_that_was_interrupted_while_it_started_leaves_nothing_behind(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = WSGIServer.prepare

    def interrupted(server: WSGIServer) -> None:
        prepare(server)
        interrupt()

    monkeypatch.setattr(WSGIServer, "prepare", interrupted)
    before = set(threading.enumerate())
    server = Server(bus, lambda environ, start_response: [])
    server.socket_port = 0
    server.subscribe()
    with pytest.raises(KeyboardInterrupt):
        bus.start()
    assert not server.running
    assert set(threading.enumerate()) <= before
