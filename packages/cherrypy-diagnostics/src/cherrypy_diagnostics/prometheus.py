"""Figures of requests for Prometheus, on its official client library (the extra ``prometheus``).

Nothing that a client invents becomes a label, and the number of label sets is bounded: each of them
costs memory for as long as the process lives, here and in whoever collects them.
"""

from __future__ import annotations

import logging
import os
from http import HTTPMethod, HTTPStatus
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

try:
    from prometheus_client import (
        CollectorRegistry,
        Gauge,
        GCCollector,
        Histogram,
        PlatformCollector,
        ProcessCollector,
    )
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
    from prometheus_client.exposition import choose_encoder
    from prometheus_client.multiprocess import MultiProcessCollector
    from prometheus_client.registry import Collector
except ModuleNotFoundError as _error:
    raise ModuleNotFoundError(
        "figures for Prometheus need prometheus-client: "
        "pip install 'cherrypy-diagnostics[prometheus]'",
        name=_error.name,
    ) from _error

from cherrypy_diagnostics.repository import repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cherrypy_diagnostics.repository import Scope

__all__ = ["BUCKETS", "OTHER", "RequestMetrics", "ServerCollector", "exposition", "own_registry"]

log: logging.Logger = logging.getLogger(__name__)

BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the classes that times are counted in, in seconds."""

LIMIT: Final = 1000
"""How many sets of labels there are at most, unless something else is said."""

OTHER: Final = "(other)"
"""The label for unknown methods and statuses, and for all that goes beyond the limit."""

_METHODS: Final = {method.value: method.value for method in HTTPMethod}
_STATUSES: Final = {status.value: str(status.value) for status in HTTPStatus}


class RequestMetrics:
    """Counts requests and their times, by handler, method and status.

    It fills the histogram ``http_request_duration_seconds``, with the labels ``handler``,
    ``method`` and ``status``, and the gauge ``http_requests_in_progress``.

    Args:
        registry: Where they are registered; by default one of their own, see `own_registry`.
        buckets: The upper bounds of the classes of times, in seconds.
        limit: How many sets of labels there are at most. What goes beyond them is counted in one
            more, in which each label is `OTHER`.

    Raises:
        ValueError: The registry has metrics of these names already.
    """

    def __init__(
        self,
        registry: CollectorRegistry | None = None,
        *,
        buckets: Sequence[float] = BUCKETS,
        limit: int = LIMIT,
    ) -> None:
        self.registry: CollectorRegistry = own_registry() if registry is None else registry
        self.limit = limit
        self._lock = Lock()
        self._children: dict[tuple[str, str, int], Any] = {}
        self._running = Gauge(
            "http_requests_in_progress",
            "Requests that are being served.",
            registry=self.registry,
            multiprocess_mode="livesum",
        )
        self._seconds = Histogram(
            "http_request_duration_seconds",
            "Time from the beginning of requests to the end of their answers.",
            ["handler", "method", "status"],
            registry=self.registry,
            buckets=buckets,
        )
        self._rest: Any = None

    def begin(self) -> float:
        """Count a request that begins now, and return when that was, for `end`."""
        self._running.inc()
        return perf_counter()

    def end(self, began: float, handler: str, method: str, status: int) -> None:
        """Count a request that is over.

        Args:
            began: What `begin` returned.
            handler: What the program calls such requests; never a text of the client.
            method: The method of the request; an unknown one becomes `OTHER`.
            status: The code of the status.
        """
        seconds = perf_counter() - began
        self._running.dec()
        child = self._children.get((handler, method, status))
        if child is None:
            child = self._new_child(handler, method, status)
        child.observe(seconds)

    def _new_child(self, handler: str, method: str, status: int) -> Any:
        """Return where to count requests of a kind that is new, or is not kept under its name."""
        method = _METHODS.get(method, OTHER)
        code = status if status in _STATUSES else 0
        key = handler, method, code
        with self._lock:
            if key in self._children:
                return self._children[key]
            if len(self._children) < self.limit:
                child = self._seconds.labels(handler, method, _STATUSES.get(code, OTHER))
                self._children[key] = child
                return child
            if self._rest is None:
                self._rest = self._seconds.labels(OTHER, OTHER, OTHER)
            return self._rest


class ServerCollector(Collector):
    """Collects what HTTP servers tell of themselves in ``logging.statistics``.

    These are the threads, connections and queues of cherrypy-server. Its counts of requests and
    bytes are there where the server's own statistics are on.

    Args:
        statistics: The repository; `logging.statistics` by default.
    """

    _PREFIX: Final = "Cheroot HTTPServer "
    _GAUGES: Final = {
        "Threads": ("http_server_threads", "Threads of the server."),
        "Threads Idle": ("http_server_threads_idle", "Threads that have nothing to do."),
        "Queue": ("http_server_queue", "Connections that wait for a thread."),
        "Connections": ("http_server_connections", "Connections that are open."),
    }
    _COUNTERS: Final = {
        "Threads Replaced": ("http_server_threads_replaced", "Threads that died."),
        "Accepts": ("http_server_connections_accepted", "Connections that were accepted."),
        "Socket Errors": ("http_server_socket_errors", "Errors of sockets."),
        "Requests": ("http_server_requests", "Requests that were read."),
        "Bytes Read": ("http_server_read_bytes", "What was read."),
        "Bytes Written": ("http_server_written_bytes", "What was written."),
    }
    _ALWAYS: Final = "Threads Replaced"

    def __init__(self, statistics: Scope | None = None) -> None:
        self._statistics = repository() if statistics is None else statistics

    def describe(self) -> list[Any]:
        """Return what the names are, so that none of them is registered twice."""
        return list(self._families().values())

    def collect(self) -> Iterator[Any]:
        """Yield the figures of the servers that run now, each with its address."""
        families = self._families()
        servers = {
            str(_value(figures, "Bind Address")): figures
            for name, figures in list(self._statistics.items())
            if str(name).startswith(self._PREFIX)
        }
        for address, figures in servers.items():
            for name, family in families.items():
                if name in self._COUNTERS and name != self._ALWAYS and not figures.get("Enabled"):
                    continue
                value = _value(figures, name)
                if value is not None:
                    family.add_metric([address], value)
        yield from families.values()

    def _families(self) -> dict[str, Any]:
        kinds = ((GaugeMetricFamily, self._GAUGES), (CounterMetricFamily, self._COUNTERS))
        return {
            key: kind(name, text, labels=["server"])
            for kind, names in kinds
            for key, (name, text) in names.items()
        }


def _value(figures: Scope, name: str) -> Any:
    value = figures.get(name)
    if not callable(value):
        return value
    try:
        return value(figures)
    except Exception:  # of a server that stops just now, for example: the others are still told
        log.exception("The function of the statistic %r failed; it is left out.", name)
        return None


def _is_shared() -> bool:
    """Tell whether several processes write their figures to one directory."""
    return bool(os.environ.get("PROMETHEUS_MULTIPROC_DIR"))


def own_registry() -> CollectorRegistry:
    """Return a new registry with the figures of this process, and of the servers in it.

    They are its memory, processor time and open files, where the platform tells them, its Python,
    garbage collection, and what `ServerCollector` collects. There are none of them where several
    processes write to one directory: each would be that of whichever process is asked.
    """
    registry = CollectorRegistry(auto_describe=False)
    if not _is_shared():
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        registry.register(ServerCollector())
    return registry


def exposition(registry: CollectorRegistry, accept: str = "") -> tuple[str, bytes]:
    """Return the media type and the text of the figures in a registry.

    Where the environment variable ``PROMETHEUS_MULTIPROC_DIR`` names a directory, they are the sums
    of all processes that write to it.

    Args:
        registry: The registry.
        accept: The field ``Accept`` of the request; it may ask for OpenMetrics.
    """
    try:
        encode, media_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is none
        encode, media_type = choose_encoder("")
    if _is_shared():
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return media_type, encode(registry)
