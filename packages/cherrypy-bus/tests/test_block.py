"""The main thread: waiting for the end, for threads, and for the new run."""

import gc
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from cherrypy_bus import Bus, ChannelFailures, State, reexec


@pytest.fixture
def bus() -> Iterator[Bus]:
    bus = Bus()
    yield bus
    bus.exit()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg))
    return lines


def raise_in_main(bus: Bus, error: BaseException) -> None:
    def listener() -> None:
        raise error

    bus.subscribe("main", listener)


def test_block_publishes_main_until_the_bus_has_exited(bus: Bus, lines: list[str]) -> None:
    turns: list[int] = []

    def turn() -> None:
        turns.append(1)
        if len(turns) == 3:
            bus.exit()

    bus.subscribe("main", turn)
    bus.start()
    bus.block(interval=0.001)
    assert len(turns) == 3
    assert lines[-2:] == ["Bus EXITED", "Waiting for child threads to terminate..."]


def test_an_interrupt_ends_the_bus_and_block_returns(bus: Bus, lines: list[str]) -> None:
    raise_in_main(bus, KeyboardInterrupt())
    bus.start()
    bus.block(interval=0.001)
    assert "Keyboard Interrupt: shutting down bus" in lines
    assert lines.index("Bus EXITED") < lines.index("Waiting for child threads to terminate...")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interrupt_during_a_restart_ends_the_process_instead(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    monkeypatch.setattr(bus, "_do_execv", lambda: runs.append(1))
    bus.execv = True
    raise_in_main(bus, KeyboardInterrupt())
    bus.start()
    bus.block(interval=0.001)
    assert runs == []


def test_a_real_interrupt_lets_the_next_one_kill(bus: Bus) -> None:
    found: list[object] = []
    bus.subscribe("stop", lambda: found.append(signal.getsignal(signal.SIGINT)))
    bus.subscribe("main", lambda: os.kill(os.getpid(), signal.SIGINT))
    bus.start()
    bus.block(interval=0.001)
    assert found == [signal.SIG_DFL]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_programs_own_interrupt_handler_is_left_alone(bus: Bus) -> None:
    def handler(*_: object) -> None:
        raise KeyboardInterrupt

    found: list[object] = []
    bus.subscribe("stop", lambda: found.append(signal.getsignal(signal.SIGINT)))
    raise_in_main(bus, KeyboardInterrupt())
    previous = signal.signal(signal.SIGINT, handler)
    try:
        bus.start()
        bus.block(interval=0.001)
    finally:
        signal.signal(signal.SIGINT, previous)
    assert found == [handler]


def test_block_outside_the_main_thread_leaves_interrupts_alone(bus: Bus) -> None:
    raise_in_main(bus, KeyboardInterrupt())
    bus.start()
    thread = threading.Thread(target=bus.block, kwargs={"interval": 0.001})
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert bus.state is State.EXITING


def test_system_exit_ends_the_bus_and_goes_on(bus: Bus, lines: list[str]) -> None:
    raise_in_main(bus, SystemExit(7))
    bus.start()
    with pytest.raises(SystemExit) as caught:
        bus.block(interval=0.001)
    assert caught.value.code == 7
    assert bus.state is State.EXITING
    assert "SystemExit raised: shutting down bus" in lines


def test_a_failing_main_listener_ends_the_bus_and_raises(bus: Bus, lines: list[str]) -> None:
    raise_in_main(bus, ValueError("broken"))
    bus.start()
    with pytest.raises(ChannelFailures, match="broken"):
        bus.block(interval=0.001)
    assert bus.state is State.EXITING
    assert any(line.startswith("Error in the main loop: shutting down bus") for line in lines)


def test_failures_while_exiting_are_raised_after_everything_is_done(
    bus: Bus, lines: list[str]
) -> None:
    def fail() -> None:
        raise ValueError("broken")

    bus.subscribe("stop", fail)
    raise_in_main(bus, KeyboardInterrupt())
    bus.start()
    with pytest.raises(ChannelFailures, match="broken"):
        bus.block(interval=0.001)
    assert lines[-1] == "Waiting for child threads to terminate..."


def test_block_waits_until_the_exit_listeners_of_another_thread_are_through(bus: Bus) -> None:
    exiting = threading.Event()
    done: list[int] = []

    def slow() -> None:
        exiting.set()
        looked.wait(5)
        done.append(1)

    looked = threading.Event()
    bus.subscribe("exit", slow)
    bus.start()
    threading.Thread(target=bus.exit, daemon=True).start()  # as a monitor's thread
    exiting.wait(5)
    threading.Timer(0.05, looked.set).start()
    bus.block()
    assert done == [1]


def test_block_waits_for_other_threads_by_name(bus: Bus, lines: list[str]) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, args=(5,), name="Worker 7")
    bus.subscribe("log", lambda msg, level: end.set() if "Worker 7" in msg else None)
    bus.start()
    thread.start()
    bus.exit()
    bus.block()
    assert not thread.is_alive()
    assert lines[-1] == "Waiting for thread Worker 7."


def test_a_thread_that_does_not_end_is_named_and_left(bus: Bus, lines: list[str]) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, args=(5,), name="Stubborn")
    thread.start()
    bus.join_timeout = 0.01
    bus.start()
    bus.exit()
    bus.block()
    end.set()
    thread.join(5)
    assert lines[-1] == "Thread Stubborn still runs after 0.01 s."


def test_without_a_timeout_block_waits_for_ever(bus: Bus) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, args=(5,))
    thread.start()
    bus.join_timeout = None
    bus.start()
    bus.exit()
    threading.Timer(0.02, end.set).start()
    bus.block()
    assert not thread.is_alive()


def test_block_runs_the_program_anew_if_asked(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[int] = []
    monkeypatch.setattr(bus, "_do_execv", lambda: runs.append(1))
    bus.start()
    bus.restart()
    bus.block()
    assert runs == [1]


def test_a_signal_just_before_the_new_run_ends_the_process_instead(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[object] = []
    monkeypatch.setattr("os.execv", lambda *args: runs.append(args))
    monkeypatch.setattr(reexec, "close_on_exec", lambda *args: setattr(bus, "execv", False))
    bus.restart()
    bus.block()
    assert runs == []


def test_a_bus_that_has_exited_is_forgotten() -> None:
    bus = Bus()
    bus.start()
    bus.exit()
    left = weakref.ref(bus)
    del bus
    gc.collect()
    assert left() is None


def test_start_with_callback_calls_in_a_new_thread_once_started(bus: Bus) -> None:
    called: list[object] = []

    def callback(a: int, *, b: int) -> None:
        called.append((a, b, bus.state, threading.current_thread()))

    thread = bus.start_with_callback(callback, (1,), {"b": 2})
    thread.join(5)
    assert called == [(1, 2, State.STARTED, thread)]
    assert thread.name.startswith("Bus Callback ")


def test_start_with_callback_does_not_call_if_the_start_fails(bus: Bus) -> None:
    def fail() -> None:
        raise ValueError("broken")

    called: list[int] = []
    bus.subscribe("start", fail)
    before = set(threading.enumerate())
    with pytest.raises(ChannelFailures):
        bus.start_with_callback(called.append, (1,))
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert called == []
    assert set(threading.enumerate()) <= before


def test_start_with_callback_works_for_a_bus_that_has_exited(bus: Bus) -> None:
    bus.start()
    bus.exit()
    called: list[int] = []
    bus.start_with_callback(called.append, (1,)).join(5)
    assert called == [1]


def test_start_with_callback_has_no_thread_while_a_start_listener_may_fork(bus: Bus) -> None:
    before = set(threading.enumerate())
    seen: list[set[threading.Thread]] = []
    bus.subscribe("start", lambda: seen.append(set(threading.enumerate())))
    bus.start_with_callback(lambda: None).join(5)
    assert seen == [before]


def test_the_callback_is_not_called_if_the_bus_was_stopped_at_once(bus: Bus) -> None:
    called: list[int] = []
    bus.subscribe("start", bus.stop)
    thread = bus.start_with_callback(called.append, (1,))
    thread.join(5)
    assert not thread.is_alive()
    assert called == []


FORGETFUL = """
import sys, cherrypy_bus
bus = cherrypy_bus.Bus()
bus.subscribe("log", lambda msg, level: print(msg, flush=True))
bus.start()
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments, "-c", program],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_program_that_forgets_the_bus_is_warned_and_the_bus_exits() -> None:
    result = run(FORGETFUL)
    assert result.stdout.splitlines()[-1] == "Bus EXITED"
    assert "RuntimeWarning: The main thread is exiting, but the Bus is in the" in result.stderr
    assert result.returncode == 0


def test_a_program_that_exits_the_bus_is_not_warned() -> None:
    result = run(FORGETFUL + "bus.exit()")
    assert result.stderr == ""


def test_a_forked_child_does_not_stop_its_parents_bus() -> None:
    result = run(FORGETFUL + "import os\nif os.fork():\n    os.wait()\n    bus.exit()")
    assert result.stdout.count("Bus EXITED") == 1
    assert result.stderr == ""


def test_the_clean_exit_looks_at_the_state_and_the_process(bus: Bus) -> None:
    bus._clean_exit()  # never started
    assert bus.state.name == "STOPPED"
    bus.start()
    with pytest.warns(RuntimeWarning, match=r"the states.STARTED state"):
        bus._clean_exit()
    assert bus.state.name == "EXITING"
    bus._clean_exit()


def test_the_exit_status_is_that_of_an_uncaught_failure(tmp_path: Path) -> None:
    result = run(
        """
import cherrypy_bus
bus = cherrypy_bus.Bus()
bus.subscribe("start", lambda: 1 / 0)
try:
    bus.start()
except cherrypy_bus.ChannelFailures:
    raise SystemExit(9)
"""
    )
    assert result.returncode == 9
