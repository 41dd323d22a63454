"""Record what requests do, in the documented figures of one namespace.

`start` and `stop` stand in the path of every request. They write values that are at hand, and
leave every division to functions that only a report calls. Totals change under one lock: adding to
an entry of a dict is no single step.
"""

from __future__ import annotations

import threading
from threading import get_ident
from time import time
from typing import TYPE_CHECKING

from cherrypy_diagnostics.history import History
from cherrypy_diagnostics.repository import namespace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_diagnostics.history import Gauge
    from cherrypy_diagnostics.repository import Scope

APPLICATIONS = "CherryPy Applications"
"""The documented name of the namespace of requests."""

SPARE_RECORDS = 16
"""Records of threads that are gone which may stay in the `Requests` collection."""

LONGEST_LINE = 2000
"""Characters of a request line that are kept: a hundred slow ones must not fill the memory."""


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
        >>> record = recorder.start("192.0.2.1:4711", "GET / HTTP/1.1")
        >>> recorder.figures["Current Requests"]
        1
        >>> recorder.stop(record, "200 OK", bytes_read=0, bytes_written=512)
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
        self.figures: Scope = namespace(name, statistics)
        for key, value in self._initial(version).items():
            self.figures.setdefault(key, value)
        self.history: History = History(self.figures, gauges)
        self._lock = self.history.lock

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

    def start(self, client: str, request_line: str) -> Scope | None:
        """Count a request that begins now, and return its record.

        Args:
            client: Its address and port.
            request_line: Method, target and protocol; `LONGEST_LINE` characters of it are kept.

        Returns:
            The record, to be given to `stop` or `drop` once; None while the namespace is not
            `Enabled`.
        """
        figures = self.figures
        if not figures.get("Enabled", False):
            return None
        record: Scope = {
            "Bytes Read": None,
            "Bytes Written": None,
            "Client": client,
            "End Time": None,
            "Processing Time": proc_time,
            "Request-Line": request_line[:LONGEST_LINE],
            "Response Status": None,
            "Start Time": time(),
        }
        ident = get_ident()
        with self._lock:
            figures["Current Requests"] += 1
            figures["Total Requests"] += 1
            requests = figures["Requests"]
            if ident not in requests:
                _drop_threads_that_are_gone(requests)
            requests[ident] = record
        return record

    def stop(
        self,
        record: Scope | None,
        status: str | None,
        bytes_read: int,
        bytes_written: int,
        *,
        uriset: str | None = None,
        slow_queries: float = 1.0,
        slow_queries_count: int = 100,
    ) -> None:
        """Complete a record, and add it to the totals.

        Args:
            record: What `start` returned; None does nothing.
            status: Code and reason phrase of the response; None if there is none, a failure.
            bytes_read: Size of what was read of the request's body.
            bytes_written: Size of what was sent of the response's body.
            uriset: The name under which `URI Set Tracking` adds it up with others.
            slow_queries: Seconds beyond which it is kept in `Slow Queries`; 0 keeps none.
            slow_queries_count: How many slow queries are kept; the oldest go first.
        """
        if record is None:
            return
        end = time()
        seconds = end - record["Start Time"]
        if seconds < 0:  # the clock was set
            seconds = 0.0
        record["Bytes Read"] = bytes_read
        record["Bytes Written"] = bytes_written
        record["End Time"] = end
        record["Processing Time"] = seconds
        record["Response Status"] = status
        figures = self.figures
        with self._lock:
            figures["Current Requests"] -= 1
            figures["Total Bytes Read"] += bytes_read
            figures["Total Bytes Written"] += bytes_written
            figures["Total Time"] += seconds
            due = self.history.add(end, seconds, failed=status is None or status[0] == "5")
            if uriset:
                self._track(uriset, seconds)
            if slow_queries and seconds > slow_queries:
                self._keep(record, slow_queries_count)
        if due:
            self.history.sample()

    def drop(self, record: Scope | None, bytes_read: int = 0) -> None:
        """Take a record back: its request has no answer, because another one goes on with it.

        Args:
            record: What `start` returned, in the same thread; None does nothing.
            bytes_read: Size of what was read of the request's body all the same.
        """
        if record is None:
            return
        figures = self.figures
        with self._lock:
            figures["Current Requests"] -= 1
            figures["Total Requests"] -= 1
            figures["Total Bytes Read"] += bytes_read
            if figures["Requests"].get(get_ident()) is record:
                del figures["Requests"][get_ident()]

    def _keep(self, record: Scope, count: int) -> None:
        slow = self.figures.setdefault("Slow Queries", [])
        slow.append(record.copy())
        del slow[: max(len(slow) - count, 0)]

    def _track(self, uriset: str, seconds: float) -> None:
        sets = self.figures.setdefault("URI Set Tracking", {})
        one = sets.setdefault(
            uriset,
            {"Min": None, "Max": None, "Sum": 0.0, "Count": 0, "Avg": average_uriset_time},
        )
        one["Count"] += 1
        one["Sum"] += seconds
        one["Min"] = seconds if one["Min"] is None else min(one["Min"], seconds)
        one["Max"] = seconds if one["Max"] is None else max(one["Max"], seconds)


def _drop_threads_that_are_gone(requests: Scope) -> None:
    if len(requests) > threading.active_count() + SPARE_RECORDS:
        alive: set[object] = {thread.ident for thread in threading.enumerate()}
        for gone in [key for key in requests if key not in alive]:
            del requests[gone]
