"""What happened lately, in a fixed amount of memory: counts, latencies and gauges by time.

There is a ring of slots for each span of time: the finest is filled, and each one that is over goes
into the next coarser ring. No thread does it: whoever comes first in a new slot closes the old one.
A time in which nobody came has no gauges; its counts are known to be 0. Where that is longer than
the whole ring, nothing is known of it: the clock may have been set.

What is counted is asked for when a slot is over, under the lock; gauges outside of it: they are
other people's functions.
"""

from __future__ import annotations

import logging
import math
import time
from array import array
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from cherrypy_diagnostics.histogram import LatencyHistogram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Gauge = Callable[[], float | None]

log: logging.Logger = logging.getLogger(__name__)

UNKNOWN = math.nan

TOLERANCE = 60
"""Seconds that a request may come late: others were faster, or the clock was set a little."""

COUNTS = ("Requests", "Errors", "Bytes Read", "Bytes Written")
"""What is counted by slot: of requests, those that are over."""

PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}
"""The latencies that are kept by slot, in seconds, beside the longest one."""


class Increment(NamedTuple):
    """What was counted in some time.

    Attributes:
        latencies: How long requests took that were over in it, and so how many.
        errors: How many of these failed.
        bytes_read: Size of what was read of their bodies.
        bytes_written: Size of what was sent of the bodies of their responses.

    Examples:
        >>> latencies = LatencyHistogram()
        >>> latencies.record(0.25)
        >>> Increment(latencies, bytes_written=512).counts()
        {'Requests': 1, 'Errors': 0, 'Bytes Read': 0, 'Bytes Written': 512}
    """

    latencies: LatencyHistogram
    errors: int = 0
    bytes_read: int = 0
    bytes_written: int = 0

    def counts(self) -> dict[str, float]:
        """Return the counts by their names in a `View`."""
        counts = (self.latencies.count, self.errors, self.bytes_read, self.bytes_written)
        return dict(zip(COUNTS, counts, strict=True))


class Span(NamedTuple):
    """A time to look back on.

    Attributes:
        step: Seconds that a slot takes.
        slots: How many slots are kept.

    Examples:
        >>> hour = SPANS["1h"]
        >>> hour.step * hour.slots
        3600
    """

    step: int
    slots: int


SPANS = {"5m": Span(1, 300), "1h": Span(10, 360), "24h": Span(300, 288)}
"""The spans by their names, the finest first; each step is a multiple of the one before."""


class View(NamedTuple):
    """What is known of a span.

    Attributes:
        step: Seconds between two values.
        end: When the last slot was over, in seconds of the epoch.
        series: The values by name, the oldest first; None for what is not known. Counts are by
            slot, latencies are in seconds, gauges are the highest that was seen.

    Examples:
        >>> from cherrypy_diagnostics import RequestRecorder
        >>> view = RequestRecorder({}).history.view("5m")
        >>> view.step, len(view.series["Requests"])
        (1, 300)
    """

    step: int
    end: int
    series: dict[str, list[float | None]]


class _Slot:
    """What one slot has so far."""

    def __init__(self) -> None:
        self.latencies = LatencyHistogram()
        self.counts: dict[str, float] = {}
        self.gauges: dict[str, float] = {}

    def see(self, gauges: Mapping[str, float]) -> None:
        for name, value in gauges.items():
            self.gauges[name] = max(self.gauges.get(name, value), value)

    def merge(self, finer: _Slot) -> None:
        self.latencies.merge(finer.latencies)
        self.see(finer.gauges)
        for name, count in finer.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def values(self) -> dict[str, float]:
        """Return what is kept of the slot."""
        latencies = self.latencies
        if not latencies.count:
            return self.counts | self.gauges
        times = {name: latencies.percentile(share) or 0.0 for name, share in PERCENTILES.items()}
        return self.counts | self.gauges | times | {"Longest": latencies.maximum}


class _Ring:
    """The values of the slots of one span that are over."""

    def __init__(self, span: Span, names: Iterable[str], now: float) -> None:
        self.step, self.slots = span
        self.number = int(now // self.step)
        self.slot = _Slot()
        self._columns: dict[str, array[float]] = {}
        self.add(names)

    def add(self, names: Iterable[str]) -> None:
        """Keep values of more names, of which nothing is known so far."""
        for name in names:
            self._columns.setdefault(name, array("d", [UNKNOWN]) * self.slots)

    def _clear(self) -> None:
        names, self._columns = list(self._columns), {}
        self.add(names)

    def advance(self, now: float, idle: Mapping[str, float]) -> _Slot | None:
        """Return the slot that is over, if one is.

        Args:
            now: Seconds of the epoch.
            idle: What is known of slots in which nobody came.
        """
        number = int(now // self.step)
        if number == self.number:
            return None
        over, self.slot = self.slot, _Slot()
        if 0 < number - self.number <= self.slots:
            self._put(self.number, over.values())
            for skipped in range(self.number + 1, number):
                self._put(skipped, idle)
        else:  # the clock was set, or nobody came for the whole span
            self._clear()
        self.number = number
        return over

    def _put(self, number: int, values: Mapping[str, float]) -> None:
        for name, column in self._columns.items():
            column[number % self.slots] = values.get(name, UNKNOWN)

    def view(self) -> View:
        at = self.number % self.slots
        series = {name: _known(kept[at:] + kept[:at]) for name, kept in self._columns.items()}
        return View(self.step, self.number * self.step, series)


class History:
    """The last minutes and hours of a recorder.

    Args:
        drain: Returns what was counted since it was last asked, with `lock` held; None if nothing
            is counted now.
        gauges: What to look at once in each slot that sees a request, by name. A gauge returns
            None where it does not know, and fails at its own expense. A request waits for it.

    Attributes:
        lock: Held while `drain` is asked.
        earliest: Before this time, in seconds of the epoch, and from `until` on, `tick` has
            something to do.
        until: When the open slot is over.

    Examples:
        >>> latencies = LatencyHistogram()
        >>> latencies.record(0.25)
        >>> increments = iter([Increment(latencies)])
        >>> history = History(lambda: next(increments, None), {"Threads": lambda: 10.0})
        >>> history.view("5m", history.until).series["Requests"][-1]
        1.0
    """

    def __init__(
        self,
        drain: Callable[[], Increment | None],
        gauges: Mapping[str, Gauge] | None = None,
    ) -> None:
        self.lock: Lock = Lock()
        self.gauges: dict[str, Gauge] = dict(gauges or {})
        self._drain = drain
        names = [*COUNTS, *PERCENTILES, "Longest", *self.gauges]
        now = time.time()
        self._rings = {name: _Ring(span, names, now) for name, span in SPANS.items()}
        self._finest = next(iter(self._rings.values()))
        self._begin()

    def watch(self, gauges: Mapping[str, Gauge]) -> None:
        """Look at more gauges from now on; one whose name is known already stays as it is."""
        with self.lock:
            self.gauges = {**gauges, **self.gauges}  # the dict in use may be gone through
            for ring in self._rings.values():
                ring.add(self.gauges)

    def tick(self, now: float | None = None) -> None:
        """Take notice of the time: when a slot is over, close it, and look at the gauges.

        Args:
            now: Seconds of the epoch; what the clock says by default.
        """
        now = time.time() if now is None else now
        with self.lock:
            due = not self.earliest <= now < self.until
            if due:
                self._turn(now)
        if due:
            self._sample()

    def view(self, span: str, now: float | None = None) -> View:
        """Return what is known of a span.

        Args:
            span: Its name in `SPANS`.
            now: Seconds of the epoch; what the clock says by default.

        Raises:
            KeyError: There is no span of that name in `SPANS`.
        """
        ring = self._rings[span]
        self.tick(now)
        with self.lock:
            return ring.view()

    def _begin(self) -> None:
        ring = self._finest
        begin = ring.number * ring.step
        self.earliest: float = begin - TOLERANCE
        self.until: float = begin + ring.step

    def _turn(self, now: float) -> None:
        """Close the slot that is open, and what its end closes; open the one of `now`."""
        new = self._drain()
        idle: dict[str, float] = {}
        if new is not None:
            slot = self._finest.slot
            slot.latencies, slot.counts = new.latencies, new.counts()
            idle = dict.fromkeys(slot.counts, 0.0)
        over: _Slot | None = None
        for ring in self._rings.values():
            if over is not None:
                ring.slot.merge(over)
            over = ring.advance(now, idle)
            if over is None:
                break
        self._begin()

    def _sample(self) -> None:
        seen = {name: _asked(name, gauge) for name, gauge in self.gauges.items()}
        known = {name: value for name, value in seen.items() if value is not None}
        with self.lock:
            self._finest.slot.see(known)


def _asked(name: str, gauge: Gauge) -> float | None:
    try:
        value = gauge()
        return float(value) if value is not None and math.isfinite(value) else None
    except Exception:
        log.exception("The gauge %r failed; its value is not known.", name)
        return None


def _known(values: array[float]) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values]
