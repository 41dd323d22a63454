"""Record what requests do, in the documented figures of one namespace.

`start` and `stop` stand in the path of every request. They note what is at hand, in the lane of
their thread, and leave the rest to whoever reads: sums, divisions, and texts that are in pieces.
"""

from __future__ import annotations

from operator import sub
from time import time
from typing import TYPE_CHECKING, Any

from cherrypy_diagnostics.figures import LiveFigures
from cherrypy_diagnostics.forks import tell_of_forks
from cherrypy_diagnostics.histogram import LatencyHistogram
from cherrypy_diagnostics.history import History, Increment
from cherrypy_diagnostics.lanes import Lane, OwnLane
from cherrypy_diagnostics.repository import namespace, repository

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cherrypy_diagnostics.history import Gauge
    from cherrypy_diagnostics.lanes import Begun, Ended, Text
    from cherrypy_diagnostics.repository import Scope

APPLICATIONS = "CherryPy Applications"
"""The documented name of the namespace of requests."""

LONGEST_LINE = 2000
"""Characters of a request line that are kept: a hundred slow ones must not fill the memory."""

SPARE_LANES = 16
"""Lanes of threads that are gone which are kept, with their records."""

MANY = 1000
"""Requests that may wait to be over, while their thread goes on with another one."""

_as_it_is, _put = dict.get, dict.__setitem__  # of the figures, which are not brought up to date


def proc_time(s: Scope) -> float:
    """Return the seconds since the record `s` began.

    Examples:
        >>> from time import time
        >>> seconds = proc_time({"Start Time": time() - 3600})
        >>> round(seconds / 3600)
        1
    """
    return time() - float(s["Start Time"])


def average_uriset_time(s: Scope) -> float:
    """Return the mean processing time of the uri set `s`, in seconds; 0 if it saw no request.

    Examples:
        >>> average_uriset_time({"Sum": 1.5, "Count": 3})
        0.5
    """
    return s["Sum"] / s["Count"] if s["Count"] else 0.0


def _per_request(total: str) -> object:
    return lambda s: s[total] / s["Total Requests"] if s["Total Requests"] else 0.0


def _per_second(total: str) -> object:
    return lambda s: s[total] / max(proc_time(s), 1e-9)


class RequestRecorder:
    """Fill the namespace of requests.

    A request is known by its `key`, any object that no other running request has.

    Args:
        statistics: The repository; `logging.statistics` by default.
        name: The name of the namespace.
        version: What to report as `Server Version`.
        gauges: What the history shows beside requests, by name.

    Attributes:
        figures: The namespace.
        history: The last minutes and hours.

    Examples:
        >>> recorder = RequestRecorder({})
        >>> request = object()
        >>> recorder.start(request, "192.0.2.1:4711", "GET / HTTP/1.1")
        True
        >>> recorder.figures["Current Requests"]
        1
        >>> recorder.stop(request, "200 OK", bytes_read=0, bytes_written=512)
        >>> recorder.figures["Current Requests"], recorder.figures["Total Bytes Written"]
        (0, 512)
    """

    def __init__(
        self,
        statistics: Scope | None = None,
        name: str = APPLICATIONS,
        version: str = "",
        gauges: Mapping[str, Gauge] | None = None,
    ) -> None:
        self.history: History = History(self._drain, gauges)
        figures = _live(name, repository() if statistics is None else statistics)
        self.figures: LiveFigures = figures
        self._lock = figures.lock  # one for all recorders of these figures: each adds to the totals
        self._gone = Lane()  # what was counted by others that are gone
        self._lanes: list[Lane] = [self._gone]
        self._own = OwnLane(self._open)
        self._left: dict[int, tuple[Any, Begun]] = {}  # requests whose thread began another one
        self._drained = (0, 0, 0)  # the errors and bytes that the history knows
        self._added: dict[str, float] = {}  # the totals that the figures have
        self._shown: Collection[int] = ()  # the records that they have
        for key, value in self._initial(version).items():
            figures.setdefault(key, value)
        figures.sources.append(self._bring_up_to_date)
        tell_of_forks(self)

    @staticmethod
    def _initial(version: str) -> Scope:
        return {
            "Bytes Read/Request": _per_request("Total Bytes Read"),
            "Bytes Read/Second": _per_second("Total Bytes Read"),
            "Bytes Written/Request": _per_request("Total Bytes Written"),
            "Bytes Written/Second": _per_second("Total Bytes Written"),
            "Current Requests": 0,
            "Current Time": lambda _: time(),
            "Requests": {},
            "Requests/Second": _per_second("Total Requests"),
            "Server Version": version,
            "Start Time": time(),
            "Total Bytes Read": 0,
            "Total Bytes Written": 0,
            "Total Requests": 0,
            "Total Time": 0.0,
            "Uptime": proc_time,
        }

    def start(self, key: object, client: Text, request_line: Text) -> bool:
        """Count a request that begins now.

        Args:
            key: What identifies the request.
            client: Its address and port, as one text or in pieces.
            request_line: Method, target and protocol, likewise; `LONGEST_LINE` characters of it
                are shown.

        Returns:
            Whether it is recorded: not while the namespace is not `Enabled`. Then it is to be given
            to `stop` or `drop`, once.
        """
        if not self.figures.is_enabled:
            return False
        lane = self._own.lane
        if lane.running is not None:
            with self._lock:
                self._leave(lane)
        lane.begun += 1
        lane.key = key
        lane.running = (time(), client, request_line)
        return True

    def stop(
        self,
        key: object,
        status: str | None,
        bytes_read: int,
        bytes_written: int,
        uriset: str | None = None,
        slow_queries: float = 1.0,
        slow_queries_count: int = 100,
    ) -> None:
        """Complete the record of a request, and add it to the totals.

        Args:
            key: What identifies the request; one that is not recorded does nothing.
            status: Code and reason phrase of the response; None if there is none, a failure.
            bytes_read: Size of what was read of the request's body.
            bytes_written: Size of what was sent of the response's body.
            uriset: The name under which `URI Set Tracking` adds it up with others.
            slow_queries: Seconds beyond which it is kept in `Slow Queries`; 0 keeps none.
            slow_queries_count: How many slow queries are kept; the oldest go first.
        """
        end = time()
        lane = self._own.lane
        if lane.key is key:
            begun = lane.running
            lane.key = lane.running = None
        else:
            begun = self._taken(key)
        if begun is None:
            return
        seconds = end - begun[0]
        if seconds < 0:  # the clock was set
            seconds = 0.0
        history = self.history
        if not history.earliest <= end < history.until:
            history.tick(end)
        lane.times.append(seconds)
        lane.bytes_read += bytes_read
        lane.bytes_written += bytes_written
        if not status or status >= "5":
            lane.errors += 1
        lane.last = ended = (begun, end, seconds, status, bytes_read, bytes_written)
        if uriset or (slow_queries and seconds > slow_queries):
            self._notice(ended, uriset, slow_queries, slow_queries_count)

    def drop(self, key: object, bytes_read: int = 0) -> None:
        """Take a record back: its request has no answer, because another one goes on with it.

        Args:
            key: What identifies the request; one that is not recorded does nothing.
            bytes_read: Size of what was read of the request's body all the same.
        """
        if self._taken(key) is not None:
            lane = self._own.lane
            lane.begun -= 1
            lane.bytes_read += bytes_read

    def before_fork(self) -> None:
        """Let no thread be in the midst of what another process would have to end."""
        self.history.lock.acquire()
        self._lock.acquire()

    def after_fork(self, *, is_child: bool) -> None:
        """Go on; in the child, without the requests of threads that it does not have."""
        if is_child:
            for lane in self._lanes:
                if lane.is_left and lane.running is not None:
                    lane.key = lane.running = None
                    self._gone.settled += 1
        self._lock.release()
        self.history.lock.release()

    def _open(self, lane: Lane) -> None:
        """Take notice of a lane, and give up those whose threads are gone, but for the last."""
        with self._lock:
            gone = [each for each in self._lanes if each.is_left]
            for old in gone[:-SPARE_LANES]:
                self._leave(old)
                self._gone.take_over(old)
                self._lanes.remove(old)
            self._lanes.append(lane)

    def _leave(self, lane: Lane) -> None:
        """Keep a request that goes on without its thread, if there is one; the lock is held."""
        if lane.running is None:
            return
        if len(self._left) >= MANY:  # somebody does not close what they begin
            del self._left[next(iter(self._left))]
            self._gone.settled += 1
        self._left[id(lane.key)] = lane.key, lane.running
        lane.key = lane.running = None

    def _taken(self, key: object) -> Begun | None:
        """Return what is known of a request, wherever it began, and forget it."""
        with self._lock:
            left = self._left.pop(id(key), None)
            if left is not None:
                return left[1]
            for lane in self._lanes:
                if lane.key is key:
                    begun = lane.running
                    lane.key = lane.running = None
                    return begun
        return None

    def _notice(
        self, ended: Ended, uriset: str | None, slow_queries: float, slow_queries_count: int
    ) -> None:
        """Keep a request that is slow, and add it to its uri set."""
        seconds = ended[2]
        with self._lock:
            if uriset:
                _track(self.figures, uriset, seconds)
            if slow_queries and seconds > slow_queries:
                slow = dict.setdefault(self.figures, "Slow Queries", [])
                slow.append(_record_of_ended(ended))
                del slow[: max(len(slow) - slow_queries_count, 0)]

    def _bring_up_to_date(self) -> None:
        """Add to the figures what came since the last time."""
        with self._lock:
            lanes = self._lanes
            done = sum(lane.done for lane in lanes)  # first, or more might be over than began
            begun = sum(lane.begun for lane in lanes)
            totals = {
                "Current Requests": begun - done,
                "Total Bytes Read": sum(lane.bytes_read for lane in lanes),
                "Total Bytes Written": sum(lane.bytes_written for lane in lanes),
                "Total Requests": begun,
                "Total Time": sum(lane.total_time for lane in lanes),
            }
            figures = self.figures
            for name, total in totals.items():
                known = _as_it_is(figures, name) or 0
                _put(figures, name, known + total - self._added.get(name, 0))
            self._added = totals
            mine = {lane.ident: _record(lane) for lane in lanes if lane.running or lane.last}
            others = _as_it_is(figures, "Requests") or {}
            others = {key: other for key, other in others.items() if key not in self._shown}
            _put(figures, "Requests", others | mine)
            self._shown = mine.keys()

    def _drain(self) -> Increment | None:
        """Return what came since the last time; None if nothing is counted."""
        with self._lock:
            times = [seconds for lane in self._lanes for seconds in lane.settle()]
            sums = (
                sum(lane.errors for lane in self._lanes),
                sum(lane.bytes_read for lane in self._lanes),
                sum(lane.bytes_written for lane in self._lanes),
            )
            before, self._drained = self._drained, sums
        latencies = LatencyHistogram()
        latencies.record_all(times)
        if not (latencies.count or self.figures.is_enabled):
            return None
        return Increment(latencies, *map(sub, sums, before))


def _live(name: str, statistics: Scope) -> LiveFigures:
    """Return the namespace called `name`, made to be brought up to date if it is not yet."""
    found = namespace(name, statistics)
    if not isinstance(found, LiveFigures):
        found = statistics[name] = LiveFigures(found)
    return found


def _record(lane: Lane) -> Scope:
    """Return the documented record of what a thread does, or has most recently done."""
    if (begun := lane.running) is not None:
        return _record_of_begun(begun)
    if (ended := lane.last) is not None:
        return _record_of_ended(ended)
    return {}


def _record_of_begun(begun: Begun) -> Scope:
    start, client, line = begun
    return {
        "Bytes Read": None,
        "Bytes Written": None,
        "Client": _text(client),
        "End Time": None,
        "Processing Time": proc_time,
        "Request-Line": _text(line)[:LONGEST_LINE],
        "Response Status": None,
        "Start Time": start,
    }


def _record_of_ended(ended: Ended) -> Scope:
    begun, end, seconds, status, bytes_read, bytes_written = ended
    return _record_of_begun(begun) | {
        "Bytes Read": bytes_read,
        "Bytes Written": bytes_written,
        "End Time": end,
        "Processing Time": seconds,
        "Response Status": status,
    }


def _text(pieces: Text) -> str:
    return pieces if isinstance(pieces, str) else "".join(pieces)


def _track(figures: Scope, uriset: str, seconds: float) -> None:
    sets = dict.setdefault(figures, "URI Set Tracking", {})
    one = sets.setdefault(
        uriset,
        {"Min": None, "Max": None, "Sum": 0.0, "Count": 0, "Avg": average_uriset_time},
    )
    one["Count"] += 1
    one["Sum"] += seconds
    one["Min"] = seconds if one["Min"] is None else min(one["Min"], seconds)
    one["Max"] = seconds if one["Max"] is None else max(one["Max"], seconds)
