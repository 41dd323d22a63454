"""Becoming a daemon, with the system's calls replaced; integration tests do it for real."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from cherrypy_bus import Bus, ChannelFailures, Daemonizer, is_daemon
from cherrypy_bus.plugins import daemonizer as module


class Left(BaseException):
    """The process would have ended here."""


class System:
    """Fork without forking: the tests are the child, unless told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.children = [0, 0]
        self.status = 0
        monkeypatch.setattr(os, "fork", self.fork)
        monkeypatch.setattr(os, "setsid", lambda: self.calls.append(("setsid",)))
        monkeypatch.setattr(os, "_exit", self.leave)
        monkeypatch.setattr(os, "waitpid", self.wait)
        monkeypatch.setattr(module, "_redirect", self.redirect)
        monkeypatch.delenv(module.MARK, raising=False)
        monkeypatch.setattr(os, "environ", dict(os.environ))

    def fork(self) -> int:
        self.calls.append(("fork",))
        return self.children.pop(0)

    def redirect(self, streams: tuple[int, ...]) -> None:
        self.calls.append(("redirect", len(streams)))
        for descriptor in streams:
            os.close(descriptor)

    def wait(self, pid: int, _options: int) -> tuple[int, int]:
        self.calls.append(("wait", pid))
        return pid, self.status

    def leave(self, status: int) -> None:
        self.calls.append(("exit", status))
        raise Left


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    return System(monkeypatch)


@pytest.fixture
def bus() -> Bus:
    return Bus()


@pytest.fixture
def lines(bus: Bus) -> list[str]:
    lines: list[str] = []
    bus.subscribe("log", lambda msg, level: lines.append(msg))
    return lines


REDIRECTED = [("redirect", 3)]


def test_it_forks_twice_leaves_the_terminal_and_redirects_the_streams(
    bus: Bus, lines: list[str], system: System
) -> None:
    daemonizer = Daemonizer(bus)
    daemonizer.start()
    assert system.calls == [("fork",), ("setsid",), ("fork",), *REDIRECTED]
    assert lines == ["Forking once.", "Forking twice.", f"Daemonized to PID: {os.getpid()}"]
    assert daemonizer.finalized
    assert is_daemon()


@pytest.mark.parametrize(
    ("children", "calls"),
    [
        ([5], [("fork",), ("wait", 5), ("exit", 0)]),
        ([0, 5], [("fork",), ("setsid",), ("fork",), ("exit", 0)]),
    ],
)
def test_the_parents_leave_once_the_fork_of_their_child_has_worked(
    bus: Bus, system: System, children: list[int], calls: list[tuple[Any, ...]]
) -> None:
    system.children = children
    with pytest.raises(Left):
        Daemonizer(bus).start()
    assert system.calls == calls


@pytest.mark.parametrize("status", [3 << 8, 9])
def test_a_second_fork_that_failed_is_seen_in_the_exit_status(
    bus: Bus, system: System, status: int
) -> None:
    system.children = [5]
    system.status = status
    with pytest.raises(Left):
        Daemonizer(bus).start()
    assert system.calls[-1] == ("exit", 1)


def test_it_is_done_once(bus: Bus, lines: list[str], system: System) -> None:
    daemonizer = Daemonizer(bus)
    daemonizer.start()
    daemonizer.start()
    assert system.calls.count(("fork",)) == 2
    assert lines[-1] == "Already daemonized."


def test_a_daemon_that_runs_its_program_anew_keeps_its_number(
    bus: Bus, lines: list[str], system: System
) -> None:
    os.environ[module.MARK] = str(os.getpid())
    Daemonizer(bus).start()
    assert system.calls == REDIRECTED
    assert lines == [f"Daemonized already, to PID: {os.getpid()}"]


def test_the_child_of_a_daemon_is_not_a_daemon(system: System) -> None:
    os.environ[module.MARK] = str(os.getppid())
    assert not is_daemon()


def test_process_1_does_not_leave_its_container(
    bus: Bus, lines: list[str], system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 1)
    Daemonizer(bus).start()
    assert system.calls == REDIRECTED
    assert lines == ["Not daemonizing: this is process 1, and its container would end with it."]


def test_other_threads_are_warned_of(bus: Bus, lines: list[str], system: System) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, args=(5,), name="Early bird")
    thread.start()
    Daemonizer(bus).start()
    end.set()
    thread.join(5)
    assert lines[0].startswith("There are [<_MainThread(")
    assert "Early bird" in lines[0]
    assert lines[0].endswith(" active threads. Daemonizing now may cause strange failures.")


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_a_stream_that_cannot_be_opened_fails_before_any_fork(
    bus: Bus, system: System, stream: Any, tmp_path: Path
) -> None:
    Daemonizer(bus, **{stream: str(tmp_path / "nowhere" / "file")}).subscribe()
    with pytest.raises(ChannelFailures, match="FileNotFoundError"):
        bus.start()
    assert system.calls == []


def test_streams_go_to_the_given_files(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []

    def redirect(streams: tuple[int, int, int]) -> None:
        opened.extend(str(Path(f"/proc/self/fd/{number}").readlink()) for number in streams)
        system.redirect(streams)

    monkeypatch.setattr(module, "_redirect", redirect)
    stdin, stdout, stderr = (str(tmp_path / name) for name in ("in", "out", "err"))
    Path(stdin).touch()
    Daemonizer.daemonize(stdin, stdout, stderr)
    assert opened == [stdin, stdout, stderr]


def test_streams_are_replaced_and_their_copies_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, ...]] = []
    with monkeypatch.context() as patched:
        patched.setattr(os, "dup2", lambda old, new: calls.append((old, new)))
        patched.setattr(os, "close", lambda old: calls.append((old,)))
        module._redirect((0, 7, 8))
    assert calls == [(0, 0), (7, 1), (7,), (8, 2), (8,)]


def test_what_is_buffered_is_written_before_the_fork(
    bus: Bus, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream:
        def flush(self) -> None:
            system.calls.append(("flush",))

    monkeypatch.setattr("sys.stdout", Stream())
    monkeypatch.setattr("sys.stderr", None)
    Daemonizer(bus).start()
    assert system.calls[:2] == [("flush",), ("fork",)]


def test_its_priority_is_65(bus: Bus, system: System) -> None:
    counts: list[int] = []
    Daemonizer(bus).subscribe()
    bus.subscribe("start", lambda: counts.append(len(system.calls)), 64)
    bus.subscribe("start", lambda: counts.append(len(system.calls)), 66)
    bus.start()
    bus.exit()
    assert counts == [0, 4]
