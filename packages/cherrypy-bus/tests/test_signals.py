"""Signals become messages; the second one ends the process."""

import os
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from cherrypy_bus import Bus, SignalHandler, State
from cherrypy_bus.interrupts import let_the_next_kill
from cherrypy_bus.plugins import signals as module


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg))
    return lines


@pytest.fixture
def handler(bus: Bus) -> Iterator[SignalHandler]:
    handler = SignalHandler(bus)
    yield handler
    handler.unsubscribe()


def send(number: int) -> None:
    os.kill(os.getpid(), number)


def test_the_documented_handlers_are_there(bus: Bus) -> None:
    handler = SignalHandler(bus)
    assert handler.handlers == {
        "SIGTERM": bus.exit,
        "SIGHUP": handler.handle_SIGHUP,
        "SIGUSR1": bus.graceful,
    }
    assert SignalHandler.handlers == {}


def test_the_documented_names_belong_to_the_numbers() -> None:
    documented = {
        1: "SIGHUP",
        2: "SIGINT",
        6: "SIGABRT",
        9: "SIGKILL",
        10: "SIGUSR1",
        15: "SIGTERM",
    }
    if sys.platform == "linux":
        documented |= {17: "SIGCLD", 29: "SIGPOLL"}
    assert documented.items() <= SignalHandler.signals.items()


def test_subscribing_logs_what_is_listened_for(handler: SignalHandler, lines: list[str]) -> None:
    handler.subscribe()
    assert lines == ["Listening for SIGTERM.", "Listening for SIGHUP.", "Listening for SIGUSR1."]


def test_a_signal_is_published_on_the_channel_of_its_name(
    bus: Bus, handler: SignalHandler, lines: list[str]
) -> None:
    called: list[int] = []
    handler.handlers = {"SIGUSR2": lambda: called.append(1)}
    handler.subscribe()
    bus.subscribe("SIGUSR2", lambda: called.append(2))
    send(signal.SIGUSR2)
    assert called == [1, 2]
    assert lines[-1] == "Caught signal SIGUSR2."


def test_unknown_signals_are_passed_over(handler: SignalHandler, lines: list[str]) -> None:
    handler.handlers = {"SIGNOTHING": print, "SIGUSR2": print}
    handler.subscribe()
    assert lines == ["Listening for SIGUSR2."]


@pytest.mark.parametrize("name", ["SIGNOTHING", 999, "SIG_DFL", ""])
def test_setting_a_handler_for_no_signal_is_an_error(
    handler: SignalHandler, name: int | str
) -> None:
    with pytest.raises(ValueError, match=f"No such signal: {name!r}"):
        handler.set_handler(name, print)


@pytest.mark.parametrize("name", ["SIGUSR2", int(signal.SIGUSR2), signal.SIGUSR2])
def test_a_handler_is_set_by_name_or_number(
    bus: Bus, handler: SignalHandler, name: int | str
) -> None:
    called: list[int] = []
    handler.set_handler(name, lambda: called.append(1))
    send(signal.SIGUSR2)
    assert called == [1]


def test_an_alias_publishes_on_the_channel_of_its_number(handler: SignalHandler, bus: Bus) -> None:
    called: list[int] = []
    handler.set_handler("SIGCHLD", lambda: called.append(1))
    send(signal.SIGCHLD)
    assert called == [1]
    assert SignalHandler.signals[signal.SIGCHLD] in bus.listeners


def test_a_handler_needs_no_listener(bus: Bus, handler: SignalHandler) -> None:
    handler.set_handler("SIGUSR2")
    send(signal.SIGUSR2)
    assert "SIGUSR2" not in bus.listeners


def test_unsubscribing_restores_the_handlers_of_before(
    bus: Bus, handler: SignalHandler, lines: list[str]
) -> None:
    caught: list[int] = []
    before = signal.signal(signal.SIGUSR2, lambda *_: caught.append(1))
    try:
        handler.handlers = {"SIGUSR2": bus.graceful}
        handler.subscribe()
        handler.set_handler("SIGUSR2")  # twice: what was before is still known
        handler.unsubscribe()
        send(signal.SIGUSR2)
    finally:
        signal.signal(signal.SIGUSR2, before)
    assert caught == [1]
    assert lines[-1].startswith("Restoring SIGUSR2 handler <function ")
    assert bus.listeners["SIGUSR2"] == frozenset()


def test_a_handler_that_python_did_not_set_becomes_the_default(
    handler: SignalHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_set", lambda number, handler: None)
    handler.set_handler("SIGUSR2")
    monkeypatch.undo()
    handler.unsubscribe()
    assert signal.getsignal(signal.SIGUSR2) is signal.SIG_DFL


def in_thread(function: object) -> list[BaseException]:
    errors: list[BaseException] = []

    def call() -> None:
        try:
            function()  # type: ignore[operator] # a test's own function
        except RuntimeError as error:
            errors.append(error)

    thread = threading.Thread(target=call, name="Side")
    thread.start()
    thread.join(5)
    return errors


def test_off_the_main_thread_the_channels_work_and_the_log_says_what_does_not(
    bus: Bus, handler: SignalHandler, lines: list[str]
) -> None:
    handler.handlers["SIGNOTHING"] = print
    assert in_thread(handler.subscribe) == []
    [line] = lines
    assert line.startswith("Signals are not caught: ")
    assert "in thread 'Side'" in line
    assert bus.exit in bus.listeners["SIGTERM"]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert in_thread(handler.unsubscribe) == []
    assert bus.listeners["SIGTERM"] == frozenset()


def test_off_the_main_thread_setting_a_handler_is_a_clear_error(handler: SignalHandler) -> None:
    [error] = in_thread(lambda: handler.set_handler("SIGUSR2"))
    assert str(error) == "signals can be handled in the main thread only, not in 'Side'"


def test_off_the_main_thread_restoring_handlers_is_a_clear_error(handler: SignalHandler) -> None:
    handler.set_handler("SIGUSR2")
    [error] = in_thread(handler.unsubscribe)
    assert str(error) == "signals can be restored in the main thread only, not in 'Side'"


def test_sigterm_makes_the_bus_exit_and_the_next_one_kill(bus: Bus, handler: SignalHandler) -> None:
    handler.subscribe()
    bus.start()
    send(signal.SIGTERM)
    assert bus.state is State.EXITING
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_failing_exit_does_not_raise_in_the_middle_of_the_main_thread(
    bus: Bus, handler: SignalHandler
) -> None:
    bus.subscribe("stop", lambda: 1 / 0)
    handler.subscribe()
    bus.start()
    send(signal.SIGTERM)
    assert bus.state is State.EXITING


def test_a_second_sigterm_forces_the_end(
    bus: Bus, handler: SignalHandler, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    killed: list[tuple[int, int]] = []
    handler.subscribe()
    monkeypatch.setattr(os, "kill", lambda pid, number: killed.append((pid, number)))
    bus.subscribe("stop", lambda: handler._handle_signal(signal.SIGTERM))
    bus.start()
    handler._handle_signal(signal.SIGTERM)
    assert killed == [(os.getpid(), signal.SIGTERM)]
    assert "Caught signal SIGTERM again: ending at once." in lines
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_process_1_keeps_its_handler_and_leaves_by_itself(
    bus: Bus, handler: SignalHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[int] = []
    handler.subscribe()
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(os, "kill", lambda *_: None)
    bus.subscribe("stop", lambda: handler._handle_signal(signal.SIGTERM))
    bus.start()
    monkeypatch.setattr(os, "getpid", lambda: 1)
    handler._handle_signal(signal.SIGTERM)
    assert left == [128 + signal.SIGTERM]


def test_process_1_does_not_give_signals_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert not let_the_next_kill(signal.SIGUSR2)


@pytest.mark.parametrize("channel", ["start", "graceful", "stop", "exit"])
def test_process_1_is_forced_by_the_second_signal_in_any_state(
    bus: Bus, handler: SignalHandler, monkeypatch: pytest.MonkeyPatch, channel: str
) -> None:
    left: list[tuple[int, str]] = []
    handler.subscribe()
    bus.start()
    monkeypatch.setattr(os, "_exit", lambda status: left.append((status, bus.state.name)))
    monkeypatch.setattr(os, "kill", lambda *_: None)
    monkeypatch.setattr(os, "getpid", lambda: 1)

    def terminate() -> None:
        bus.unsubscribe(channel, terminate)
        handler._handle_signal(signal.SIGTERM)
        assert left == []
        handler._handle_signal(signal.SIGTERM)

    bus.subscribe(channel, terminate)
    getattr(bus, channel)()
    assert [status for status, _ in left] == [143]


def test_a_bus_that_was_started_again_exits_on_the_next_signal(
    bus: Bus, handler: SignalHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    exits: list[int] = []
    bus.subscribe("exit", lambda: exits.append(1))
    monkeypatch.setattr(module, "let_the_next_kill", lambda signum: False)
    handler.subscribe()
    for _ in range(2):
        bus.start()
        send(signal.SIGTERM)
    assert exits == [1, 1]


def test_sigterm_during_a_restart_ends_the_process_instead(
    bus: Bus, handler: SignalHandler
) -> None:
    handler.subscribe()
    bus.subscribe("stop", lambda: send(signal.SIGTERM))
    bus.start()
    bus.restart()
    assert bus.state is State.EXITING
    assert bus.execv is False


def test_another_signal_while_exiting_is_published_as_ever(
    bus: Bus, handler: SignalHandler
) -> None:
    called: list[int] = []
    handler.handlers["SIGUSR1"] = lambda: called.append(1)
    handler.subscribe()
    bus.subscribe("stop", lambda: send(signal.SIGUSR1))
    bus.exit()
    assert called == [1]


@pytest.mark.parametrize(
    ("daemon", "terminal", "line", "execv"),
    [
        (True, False, "SIGHUP caught while daemonized. Restarting.", True),
        (True, True, "SIGHUP caught but not daemonized. Exiting.", False),
        (False, False, "SIGHUP caught but not daemonized. Exiting.", False),
        (False, True, "SIGHUP caught but not daemonized. Exiting.", False),
    ],
)
def test_sighup_restarts_a_daemon_and_ends_anything_else(
    bus: Bus,
    handler: SignalHandler,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
    daemon: bool,
    terminal: bool,
    line: str,
    execv: bool,
) -> None:
    monkeypatch.setattr(module, "is_daemon", lambda: daemon)
    monkeypatch.setattr(module, "_on_terminal", lambda: terminal)
    handler.handle_SIGHUP()
    assert lines[0] == line
    assert bus.execv is execv
    assert bus.state is State.EXITING


def test_a_process_that_was_forked_off_is_a_daemon(
    bus: Bus, handler: SignalHandler, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler._process = 1
    handler.handle_SIGHUP()
    assert bus.execv is True


class Stream:
    def __init__(self, answer: bool | Exception) -> None:
        self.answer = answer

    def isatty(self) -> bool:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("stream", "answer"),
    [(None, False), (Stream(True), True), (Stream(False), False), (Stream(ValueError()), False)],
)
def test_a_terminal_is_told_from_other_streams(
    monkeypatch: pytest.MonkeyPatch, stream: Stream | None, answer: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", stream)
    assert module._on_terminal() is answer
