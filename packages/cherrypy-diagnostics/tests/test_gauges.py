from __future__ import annotations

import sys
from typing import Any

import pytest

from cherrypy_diagnostics import default_gauges, memory, server_gauges


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
