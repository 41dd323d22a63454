from __future__ import annotations

import sys
from typing import Any

import pytest

from cherrypy_diagnostics import default_gauges, memory, seldom, server_gauges


def server(**more: Any) -> dict[str, Any]:
    figures = {"Threads": lambda _: 10, "Threads Idle": lambda _: 7, "Queue": 2, "Connections": 20}
    return figures | more


def asked(statistics: Any) -> dict[str, float | None]:
    return {name: gauge() for name, gauge in server_gauges(statistics).items()}


def test_what_servers_tell_is_added_up() -> None:
    statistics = {
        "Cheroot HTTPServer 1": server(),
        "Cheroot HTTPServer 2": server(Queue=lambda _: 3),
        "Other": server(),
    }
    expected = {"Threads": 20, "Threads Busy": 6, "Queue": 5, "Connections": 40}
    assert asked(statistics) == expected


def test_without_a_server_nothing_is_known() -> None:
    assert set(asked({"Other": server()}).values()) == {None}


def test_a_server_that_does_not_tell_all() -> None:
    assert asked({"Cheroot HTTPServer 1": {"Queue": None}}) == {
        "Threads": 0,
        "Threads Busy": 0,
        "Queue": 0,
        "Connections": 0,
    }


def test_threads_that_leave_meanwhile_are_not_busy() -> None:
    statistics = {"Cheroot HTTPServer 1": server(Threads=6)}
    assert asked(statistics)["Threads Busy"] == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells it")
def test_the_memory_of_the_process() -> None:
    before = memory()
    assert before is not None
    block = bytearray(64 << 20)
    block[::4096] = b"x" * len(block[::4096])
    after = memory()
    assert after is not None
    assert after - before > 32 << 20


def test_memory_is_not_known_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("cherrypy_diagnostics.gauges._STATM", tmp_path / "nowhere")
    assert memory() is None


def test_the_default_gauges() -> None:
    names = {"Threads", "Threads Busy", "Queue", "Connections", "Memory"}
    assert set(default_gauges({})) == names


class Clock:
    """A time that passes while something is counted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: float) -> None:
        self.now = 100.0
        self.takes = takes
        self.counts: list[float] = []
        monkeypatch.setattr("cherrypy_diagnostics.gauges.perf_counter", lambda: self.now)

    def count(self) -> float:
        self.now += self.takes
        self.counts.append(self.now)
        return len(self.counts)


def test_what_takes_a_while_is_asked_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, takes=0.01)
    gauge = seldom(clock.count, share=0.001)
    assert [gauge(), gauge()] == [1, 1]
    clock.now += 9.9
    assert gauge() == 1
    clock.now += 0.1
    assert [gauge(), gauge()] == [2, 2]


def test_what_cannot_be_told_is_asked_seldom_too(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, takes=1)

    def fail() -> float:
        clock.count()
        raise OSError("the disk")

    gauge = seldom(fail)
    with pytest.raises(OSError, match="the disk"):
        gauge()
    assert gauge() is None
    assert len(clock.counts) == 1


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_share_of_the_time_has_bounds(share: float) -> None:
    with pytest.raises(ValueError, match="share has to be above 0 and at most 1"):
        seldom(memory, share)
