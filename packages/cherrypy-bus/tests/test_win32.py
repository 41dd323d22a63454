"""The Windows parts, on a kernel made of Python."""

import os
import sys
import threading
from collections.abc import Callable, Sequence

import pytest

from cherrypy_bus import State, win32
from cherrypy_bus.win32 import ConsoleCtrlHandler, ConsoleEvent, Win32Bus


class Kernel:
    """Native events as ``threading.Event``."""

    def __init__(self) -> None:
        self.handlers: list[Callable[[int], bool]] = []
        self.events: list[threading.Event] = []
        self.names: list[str] = []
        self.waits: list[tuple[list[str], int]] = []
        self.changed = threading.Condition()

    def add_console_handler(self, handler: Callable[[int], bool]) -> None:
        self.handlers.append(handler)

    def remove_console_handler(self, handler: Callable[[int], bool]) -> None:
        self.handlers.remove(handler)

    def create_event(self, name: str) -> int:
        self.events.append(threading.Event())
        self.names.append(name)
        return len(self.events) - 1

    def set_event(self, handle: int) -> None:
        with self.changed:
            self.events[handle].set()
            self.changed.notify_all()

    def reset_event(self, handle: int) -> None:
        self.events[handle].clear()

    def wait_for_any(self, handles: Sequence[int], milliseconds: int) -> bool:
        self.waits.append(([self.names[handle] for handle in handles], milliseconds))
        with self.changed:
            return self.changed.wait_for(
                lambda: any(self.events[handle].is_set() for handle in handles),
                milliseconds / 1000,
            )

    def is_set(self) -> list[str]:
        pairs = zip(self.names, self.events, strict=True)
        return [name.split()[1] for name, event in pairs if event.is_set()]


@pytest.fixture
def kernel() -> Kernel:
    return Kernel()


@pytest.fixture
def bus(kernel: Kernel) -> Win32Bus:
    return Win32Bus(kernel)


@pytest.fixture
def lines(bus: Win32Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg))
    return lines


def test_the_event_of_the_current_state_is_the_one_that_is_set(
    bus: Win32Bus, kernel: Kernel
) -> None:
    assert kernel.is_set() == ["STOPPED"]
    bus.start()
    assert kernel.is_set() == ["STARTED"]
    bus.state = State.STARTED
    assert kernel.is_set() == ["STARTED"]
    bus.exit()
    assert kernel.is_set() == ["EXITING"]


def test_the_events_have_names_that_other_processes_know(bus: Win32Bus, kernel: Kernel) -> None:
    assert kernel.names == [f"WSPBus STOPPED Event (pid={os.getpid()})"]
    assert bus.events == {State.STOPPED: 0}


def test_waiting_waits_for_the_native_events(bus: Win32Bus, kernel: Kernel) -> None:
    thread = threading.Thread(target=bus.wait, args=([State.STARTED, State.EXITING], 60))
    thread.start()
    bus.start()
    thread.join(5)
    assert not thread.is_alive()
    bus.exit()
    assert {milliseconds for _, milliseconds in kernel.waits} <= {60_000}


def test_waiting_publishes_meanwhile(bus: Win32Bus) -> None:
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        if len(turns) == 2:
            bus.exit()

    bus.subscribe("main", turn)
    bus.start()
    bus.block(interval=0.001)
    assert len(turns) == 2


def test_waiting_without_a_channel_publishes_nothing(bus: Win32Bus) -> None:
    bus.subscribe("main", lambda: 1 / 0)
    threading.Timer(0.02, bus.start).start()
    bus.wait(State.STARTED, 0.001)
    bus.exit()


def test_the_console_handler_is_there_from_start_to_stop(
    bus: Win32Bus, kernel: Kernel, lines: list[str]
) -> None:
    handler = ConsoleCtrlHandler(bus, kernel)
    handler.subscribe()
    bus.start()
    assert kernel.handlers == [handler.handle]
    handler.start()
    assert lines[-1] == "Listening for console events already."
    bus.stop()
    assert kernel.handlers == []
    handler.stop()
    assert lines[-1] == "Not listening for console events."
    bus.exit()


@pytest.mark.parametrize("event", list(ConsoleEvent))
def test_a_console_event_makes_the_bus_exit(
    bus: Win32Bus, kernel: Kernel, lines: list[str], event: ConsoleEvent
) -> None:
    handler = ConsoleCtrlHandler(bus, kernel)
    handler.subscribe()
    bus.start()
    assert handler.handle(int(event)) is True
    assert bus.state is State.EXITING
    assert f"Console event {event.name}: shutting down bus" in lines
    assert kernel.handlers == [handler.handle]  # it cannot be removed while it runs


def test_other_console_events_are_left_to_windows(bus: Win32Bus, kernel: Kernel) -> None:
    assert ConsoleCtrlHandler(bus, kernel).handle(3) is False
    assert bus.state is State.STOPPED


def test_a_failing_exit_is_no_failure_of_the_console_handler(bus: Win32Bus, kernel: Kernel) -> None:
    bus.subscribe("stop", lambda: 1 / 0)
    bus.start()
    assert ConsoleCtrlHandler(bus, kernel).handle(ConsoleEvent.CTRL_C_EVENT) is True
    assert bus.state is State.EXITING


class Framework:
    """Stands for ``win32serviceutil.ServiceFramework``."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    def ReportServiceStatus(self, status: int) -> None:  # noqa: N802 - Windows's name
        self.statuses.append(status)


def test_a_service_runs_the_bus_until_it_is_stopped(bus: Win32Bus) -> None:
    service_class = win32.service_class(bus, "app", "My application", framework=Framework)
    assert service_class._svc_name_ == "app"
    assert service_class._svc_display_name_ == "My application"
    service = service_class()
    bus.subscribe("main", service.SvcStop)
    service.SvcDoRun()
    assert service.statuses == [win32.SERVICE_STOP_PENDING]
    assert bus.state is State.EXITING


def test_a_service_publishes_control_codes_on_their_channels(bus: Win32Bus) -> None:
    called: list[int] = []
    bus.subscribe("graceful", lambda: called.append(1))
    service = win32.service_class(bus, "app", "My application", framework=Framework)()
    service.SvcOther(138)
    assert called == [1]
    with pytest.raises(KeyError, match="no channel has the control code 200"):
        service.SvcOther(200)


class Services:
    """Stands for the module ``win32serviceutil``."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: self.calls.append((name, *args))


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("stop", ("StopService", "app")),
        ("restart", ("RestartService", "app")),
        ("graceful", ("ControlService", "app", 138)),
    ],
)
def test_a_service_is_told_what_to_do(command: str, call: tuple[object, ...]) -> None:
    services = Services()
    win32.signal_child("app", command, services)
    assert services.calls == [call]


def test_a_service_is_not_told_what_nobody_knows() -> None:
    with pytest.raises(KeyError):
        win32.signal_child("app", "dance", Services())


@pytest.mark.skipif(sys.platform == "win32", reason="there is a kernel")
def test_elsewhere_there_is_no_kernel() -> None:
    with pytest.raises(OSError, match="use Bus and SignalHandler"):
        Win32Bus()
    with pytest.raises(ImportError):
        win32.signal_child("app", "stop")


@pytest.mark.skipif(sys.platform == "win32", reason="there is a kernel")
def test_elsewhere_the_console_handler_says_so(lines: list[str]) -> None:
    from cherrypy_bus import Bus

    with pytest.raises(OSError, match="use Bus and SignalHandler"):
        ConsoleCtrlHandler(Bus()).start()
