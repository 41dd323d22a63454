from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_diagnostics import (
    SPANS,
    History,
    Increment,
    LatencyHistogram,
    RequestRecorder,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BEGIN = (int(time.time()) // 300 + 10) * 300
"""A time to come at which slots of all spans begin."""


class Watched:
    """A history with what it is to ask for, and a clock that the test sets."""

    def __init__(self, **gauges: Callable[[], float | None]) -> None:
        self.is_enabled = True
        self.times: list[float] = []
        self.errors = 0
        self.history = History(self.drain, gauges)
        self.history.tick(BEGIN)

    def drain(self) -> Increment | None:
        assert self.history.lock.locked()
        latencies = LatencyHistogram()
        latencies.record_all(self.times)
        errors, written = self.errors, 10 * latencies.count
        self.times.clear()
        self.errors = 0
        if not (latencies.count or self.is_enabled):
            return None
        return Increment(latencies, errors, bytes_written=written)

    def request(self, now: float, seconds: float = 0.1, *, failed: bool = False) -> None:
        self.history.tick(now)
        self.times.append(seconds)
        self.errors += failed

    def last(self, span: str, name: str, now: float, many: int = 1) -> Any:
        self.history.tick(now)
        values = self.history.view(span, now).series[name][-many:]
        return values[0] if many == 1 else values


def test_a_slot_has_what_happened_in_it() -> None:
    watched = Watched()
    watched.request(BEGIN + 0.1, 0.1)
    watched.request(BEGIN + 0.9, 0.4, failed=True)
    view = watched.history.view("5m", BEGIN + 1)
    assert (view.step, view.end) == (1, BEGIN + 1)
    last = {name: values[-1] for name, values in view.series.items()}
    assert last == {
        "Requests": 2,
        "Errors": 1,
        "Bytes Read": 0,
        "Bytes Written": 20,
        "p50": pytest.approx(0.1, rel=0.05),
        "p95": pytest.approx(0.4, rel=0.05),
        "p99": pytest.approx(0.4, rel=0.05),
        "Longest": 0.4,
    }


def test_the_open_slot_is_not_shown() -> None:
    watched = Watched()
    watched.request(BEGIN + 0.1)
    assert watched.history.view("5m", BEGIN + 0.9).series["Requests"][-1] is None


def test_a_slot_without_requests_has_no_latency() -> None:
    watched = Watched()
    watched.request(BEGIN)
    assert watched.last("5m", "Requests", BEGIN + 3.5, 3) == [1, 0, 0]
    assert watched.last("5m", "p50", BEGIN + 3.5, 2) == [None, None]


def test_coarser_slots_add_up_finer_ones() -> None:
    levels = iter([3.0, 9.0, 5.0, *[1.0] * 100])
    watched = Watched(Queue=lambda: next(levels))
    for second in range(10):
        watched.request(BEGIN + second, 0.01 * (second + 1), failed=second == 3)
    for name, value in (("Requests", 10), ("Errors", 1), ("Bytes Written", 100), ("Longest", 0.1)):
        assert watched.last("1h", name, BEGIN + 10) == value
    assert watched.last("1h", "p50", BEGIN + 10) == pytest.approx(0.05, rel=0.05)
    assert watched.last("1h", "Queue", BEGIN + 10) == 9
    assert watched.last("24h", "Requests", BEGIN + 299) == 0
    assert watched.last("24h", "Requests", BEGIN + 300) == 10
    assert watched.last("24h", "Queue", BEGIN + 300) == 9


def test_a_long_silence_leaves_known_zeros() -> None:
    watched = Watched()
    watched.request(BEGIN)
    requests = watched.last("1h", "Requests", BEGIN + 250, 25)
    assert requests == [1, *[0] * 24]


@pytest.mark.parametrize("seconds", [-5000.0, 100_000.0])
def test_a_clock_that_is_set_begins_anew(seconds: float) -> None:
    watched = Watched()
    watched.request(BEGIN)
    now = BEGIN + 1 + seconds
    watched.request(now)
    assert set(watched.history.view("5m", now).series["Requests"]) == {None}
    assert watched.last("5m", "Requests", now + 1) == 1


def test_a_request_that_comes_late_is_counted_in_the_slot_that_is_open() -> None:
    watched = Watched()
    watched.request(BEGIN + 0.5)
    watched.request(BEGIN + 1.001)
    watched.request(BEGIN + 0.999)
    assert watched.last("5m", "Requests", BEGIN + 2, 2) == [1, 2]


def test_memory_does_not_grow() -> None:
    watched = Watched()
    for second in range(0, 4000, 7):
        watched.request(BEGIN + second)
    now = BEGIN + 4000
    lengths = {
        name: {len(values) for values in watched.history.view(name, now).series.values()}
        for name in SPANS
    }
    assert lengths == {name: {span.slots} for name, span in SPANS.items()}


def test_a_gauge_that_fails_or_does_not_know_is_a_gap(caplog: pytest.LogCaptureFixture) -> None:
    text: Any = "many"
    watched = Watched(
        Broken=lambda: 1 / 0,
        Unknown=lambda: None,
        Endless=lambda: math.inf,
        Text=lambda: text,
        Good=lambda: 4,
    )
    watched.request(BEGIN + 1)
    watched.history.tick(BEGIN + 2)
    series = watched.history.view("5m", BEGIN + 2).series
    last = {name: series[name][-1] for name in watched.history.gauges}
    assert last == {"Broken": None, "Unknown": None, "Endless": None, "Text": None, "Good": 4}
    assert "The gauge 'Broken' failed" in caplog.text


def test_gauges_are_asked_while_the_lock_is_free() -> None:
    known: list[Watched] = []
    watched = Watched(Locked=lambda: known[0].history.lock.locked() if known else None)
    known.append(watched)
    watched.request(BEGIN + 1)
    assert watched.last("5m", "Locked", BEGIN + 2) == 0


def test_a_gauge_that_comes_later_is_unknown_before() -> None:
    watched = Watched(Queue=lambda: 1)
    watched.request(BEGIN)
    watched.request(BEGIN + 1)
    watched.history.watch({"Queue": lambda: 2, "Threads": lambda: 10})
    watched.request(BEGIN + 2)
    assert watched.last("5m", "Queue", BEGIN + 3, 3) == [1, 1, 1]
    assert watched.last("5m", "Threads", BEGIN + 3, 3) == [None, None, 10]
    assert watched.last("5m", "Requests", BEGIN + 3, 3) == [1, 1, 1]


def test_a_span_that_is_not_kept() -> None:
    with pytest.raises(KeyError):
        Watched().history.view("1y")


def test_nothing_is_known_of_a_pause() -> None:
    watched = Watched()
    watched.is_enabled = False
    assert watched.last("5m", "Requests", BEGIN + 2, 2) == [None, None]


def test_a_recorder_fills_its_history() -> None:
    recorder = RequestRecorder({}, gauges={"Threads": threading.active_count})
    for status in ("200 OK", "404 Not Found", "500 Internal Server Error", None):
        recorder.start(status, "c", "r")
        recorder.stop(status, status, 3, 4)
    later = time.time() + 1
    series = recorder.history.view("5m", later).series
    assert sum(value or 0 for value in series["Requests"]) == 4
    assert sum(value or 0 for value in series["Errors"]) == 2
    assert sum(value or 0 for value in series["Bytes Written"]) == 16
    assert "Threads" in series
