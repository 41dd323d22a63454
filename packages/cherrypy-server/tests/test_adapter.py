"""The adapter's contract, with servers that are only objects."""

import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from cherrypy_bus import Bus
from cherrypy_server import ServerAdapter
from cherrypy_server import adapter as adapter_module

HERE = ("127.0.0.1", 8080)


class FakeServer:
    """A server that is ready once started, and ends when stopped or when told to fail."""

    def __init__(self, failure: BaseException | None = None) -> None:
        self.ready = False
        self.failure = failure
        self.ended = threading.Event()

    def start(self) -> None:
        self.ready = True
        self.ended.wait()
        if self.failure is not None:
            raise self.failure

    def stop(self) -> None:
        self.ready = False
        self.ended.set()

    def __str__(self) -> str:
        return "fake"


class BrokenServer(FakeServer):
    """A server that fails before it is ready."""

    def start(self) -> None:
        raise ValueError("no way")


def test_start_says_where_it_serves(bus: Bus, lines: list[str]) -> None:
    adapter = ServerAdapter(bus, FakeServer(), HERE)
    adapter.start()
    assert lines == ["Serving on http://127.0.0.1:8080"]
    assert adapter.running
    adapter.stop()


def test_stop_ends_the_thread_and_says_so(bus: Bus, lines: list[str]) -> None:
    adapter = ServerAdapter(bus, FakeServer(), HERE)
    adapter.start()
    adapter.stop()
    assert lines[-1] == "HTTP Server fake shut down"
    assert not adapter.running
    assert not [t for t in threading.enumerate() if t.name.startswith("HTTPServer ")]


def test_starting_twice_leaves_the_running_server_alone(bus: Bus, lines: list[str]) -> None:
    adapter = ServerAdapter(bus, FakeServer(), HERE)
    adapter.start()
    adapter.start()
    assert lines[-1] == "Already serving on http://127.0.0.1:8080"
    adapter.stop()


def test_stopping_twice_only_says_so(bus: Bus, lines: list[str]) -> None:
    adapter = ServerAdapter(bus, FakeServer(), HERE)
    adapter.stop()
    assert lines == ["HTTP Server fake already shut down"]


def test_restart_stops_and_starts(bus: Bus, lines: list[str]) -> None:
    class Restartable(FakeServer):
        def start(self) -> None:
            self.ended.clear()
            super().start()

    adapter = ServerAdapter(bus, Restartable(), HERE)
    adapter.start()
    adapter.restart()
    adapter.stop()
    assert [line.split()[-1] for line in lines] == [
        "http://127.0.0.1:8080",
        "down",
        "http://127.0.0.1:8080",
        "down",
    ]


def test_without_a_server_start_is_an_error_that_says_so(bus: Bus) -> None:
    with pytest.raises(ValueError, match="No HTTP server has been created"):
        ServerAdapter(bus).start()


def test_a_server_dropped_while_running_still_stops(bus: Bus, lines: list[str]) -> None:
    fake = FakeServer()
    adapter = ServerAdapter(bus, fake, HERE)
    adapter.start()
    adapter.httpserver = None
    fake.stop()
    adapter.stop()
    assert lines[-1] == "HTTP Server None shut down"


def test_an_error_before_the_server_is_ready_reaches_the_caller(bus: Bus, lines: list[str]) -> None:
    adapter = ServerAdapter(bus, BrokenServer(), HERE)
    with pytest.raises(ValueError, match="no way"):
        adapter.start()
    assert not adapter.running
    assert lines == []


def test_an_error_just_when_the_server_became_ready_reaches_the_caller(bus: Bus) -> None:
    class Hasty(FakeServer):
        def start(self) -> None:
            self.ready = True
            raise ValueError("hasty")

    adapter = ServerAdapter(bus, Hasty(), HERE)
    with pytest.raises(ValueError, match="hasty"):
        adapter.start()
    assert not adapter.running


class PreparedServer(FakeServer):
    """A server in two steps that notes which thread takes which."""

    def __init__(self) -> None:
        super().__init__()
        self.prepared_by = self.served_by = ""

    def prepare(self) -> None:
        self.prepared_by = threading.current_thread().name
        self.ready = True

    def serve(self) -> None:
        self.served_by = threading.current_thread().name
        self.ended.wait()


def test_a_server_in_two_steps_binds_in_the_callers_thread(bus: Bus) -> None:
    prepared = PreparedServer()
    adapter = ServerAdapter(bus, prepared, HERE)
    adapter.start()
    adapter.stop()
    assert prepared.prepared_by == threading.current_thread().name
    assert prepared.served_by.startswith("HTTPServer ")


def test_a_server_that_cannot_say_whether_it_is_ready_is_believed(bus: Bus) -> None:
    ended = threading.Event()
    adapter = ServerAdapter(bus, SimpleNamespace(start=ended.wait, stop=ended.set), HERE)
    adapter.start()
    assert adapter.running
    adapter.stop()


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (KeyboardInterrupt(), "<Ctrl-C> hit: shutting down HTTP server"),
        (SystemExit(), "SystemExit raised: shutting down HTTP server"),
        (ValueError("boom"), "Error in HTTP server: shutting down"),
    ],
)
def test_an_error_while_serving_stops_the_bus(
    bus: Bus,
    lines: list[str],
    failure: BaseException,
    line: str,
) -> None:
    exited = threading.Event()
    bus.subscribe("exit", exited.set)
    fake = FakeServer(failure)
    adapter = ServerAdapter(bus, fake, HERE)
    adapter.subscribe()
    bus.start()
    fake.ended.set()
    assert exited.wait(5)
    assert any(logged.startswith(line) for logged in lines)
    assert adapter.interrupt is failure
    assert not adapter.running


def test_wait_raises_what_ended_the_server(bus: Bus) -> None:
    adapter = ServerAdapter(bus, BrokenServer(), HERE)
    with pytest.raises(ValueError, match="no way"):
        adapter.start()
    with pytest.raises(ValueError, match="no way"):
        adapter.wait()


def test_wait_in_another_thread_returns_when_the_server_is_ready(bus: Bus) -> None:
    adapter = ServerAdapter(bus, FakeServer(), HERE)
    waiter = threading.Thread(target=adapter.wait)
    waiter.start()
    adapter.start()
    waiter.join(5)
    assert not waiter.is_alive()
    adapter.stop()


def test_a_server_that_does_not_end_is_reported(
    bus: Bus,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(adapter_module, "JOIN_TIMEOUT", 0.01)
    ended = threading.Event()
    adapter = ServerAdapter(bus, SimpleNamespace(start=ended.wait, stop=lambda: None), HERE)
    adapter.start()
    adapter.stop()
    ended.set()
    assert any("did not end in 0.01 s" in line for line in lines)


def test_subscribed_servers_follow_the_bus_until_unsubscribed(bus: Bus) -> None:
    adapter = ServerAdapter(bus, FakeServer(), HERE)
    adapter.subscribe()
    seen: list[bool] = []
    bus.start()
    seen.append(adapter.running)
    bus.stop()
    seen.append(adapter.running)
    adapter.unsubscribe()
    bus.start()
    seen.append(adapter.running)
    assert seen == [True, False, False]


def test_servers_start_after_most_listeners_and_stop_before_most(bus: Bus) -> None:
    order: list[str] = []
    fake = FakeServer()

    def note(name: str) -> Callable[[], None]:
        return lambda: order.append(f"{name} while {'up' if fake.ready else 'down'}")

    adapter = ServerAdapter(bus, fake, HERE)
    adapter.subscribe()
    for priority in (74, 76):
        bus.subscribe("start", note(f"start {priority}"), priority)
    for priority in (24, 26):
        bus.subscribe("stop", note(f"stop {priority}"), priority)
    bus.start()
    bus.stop()
    assert order == [
        "start 74 while down",
        "start 76 while up",
        "stop 24 while up",
        "stop 26 while down",
    ]


@pytest.mark.parametrize(
    ("address", "tls", "description"),
    [
        (("127.0.0.1", 80), False, "http://127.0.0.1"),
        (("127.0.0.1", 443), False, "http://127.0.0.1:443"),
        (("127.0.0.1", 443), True, "https://127.0.0.1"),
        (("0.0.0.0", 8080), True, "https://0.0.0.0:8080"),
        (("::1", 8080), False, "http://[::1]:8080"),
        ("/run/site.sock", False, "socket file: /run/site.sock"),
        (None, False, "unknown interface (dynamic?)"),
    ],
)
def test_description(
    bus: Bus,
    address: tuple[str, int] | str | None,
    tls: bool,
    description: str,
) -> None:
    fake = SimpleNamespace(start=None, stop=None, ssl_adapter=object() if tls else None)
    assert ServerAdapter(bus, fake, address).description == description
