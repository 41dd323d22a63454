"""What a process looks like at this moment, for the history of a recorder.

What servers tell of themselves is found where they publish it, in `logging.statistics`: cheroot's
do, and so does whatever is built on it.
"""

from __future__ import annotations

import math
import os
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cherrypy_diagnostics.repository import repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cherrypy_diagnostics.history import Gauge
    from cherrypy_diagnostics.repository import Scope

SERVERS = "Cheroot HTTPServer"
"""How the names of the namespaces of servers begin."""

_STATM = Path("/proc/self/statm")


def memory() -> float | None:
    """Return the bytes of memory that the process has in use, or None where Linux does not tell.

    Examples:
        >>> used = memory()
        >>> used is None or used > 1_000_000
        True
    """
    with suppress(OSError):
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return None


def server_gauges(statistics: Scope | None = None) -> dict[str, Gauge]:
    """Return gauges of all HTTP servers in the process, added up.

    `Threads` are alive, `Threads Busy` serve a request, `Queue` is how many connections wait for
    one, and `Connections` how many are open.

    Args:
        statistics: The repository that they publish in; the process's own by default.

    Examples:
        >>> published = {"Cheroot HTTPServer 1": {"Threads": 10, "Threads Idle": 8, "Queue": 0}}
        >>> server_gauges(published)["Threads Busy"]()
        2.0
    """

    def total(find: Callable[[Scope], float]) -> Gauge:
        def gauge() -> float | None:
            found = [find(scope) for scope in _servers(statistics)]
            return sum(found) if found else None

        return gauge

    def busy(scope: Scope) -> float:
        return max(_value("Threads", scope) - _value("Threads Idle", scope), 0)

    names = ("Threads", "Queue", "Connections")
    own = {name: total(partial(_value, name)) for name in names}
    return {**own, "Threads Busy": total(busy)}


def default_gauges(statistics: Scope | None = None) -> dict[str, Gauge]:
    """Return the gauges of the servers, and `Memory`.

    Args:
        statistics: The repository that the servers publish in; the process's own by default.

    Examples:
        >>> from cherrypy_diagnostics import RequestRecorder
        >>> recorder = RequestRecorder({}, gauges=default_gauges())
        >>> sorted(recorder.history.gauges)
        ['Connections', 'Memory', 'Queue', 'Threads', 'Threads Busy']
    """
    return {**server_gauges(statistics), "Memory": memory}


def seldom(gauge: Gauge, share: float = 0.001) -> Gauge:
    """Return a gauge that asks another one no more often than it can be afforded.

    Where that takes 5 milliseconds, it is asked every 5 seconds. Meanwhile its last value is shown.

    Args:
        gauge: The other one, such as one that counts files.
        share: The part of the time that it may take.

    Raises:
        ValueError: The share is not above 0 and at most 1.

    Examples:
        >>> from pathlib import Path
        >>> count = seldom(lambda: len(list(Path().iterdir())))
        >>> count() == count()
        True
    """
    if not 0 < share <= 1:
        raise ValueError(f"share has to be above 0 and at most 1, not {share!r}")
    known: float | None = None
    due = -math.inf

    def ask() -> float | None:
        nonlocal known, due
        now = perf_counter()
        if now >= due:
            try:
                known = None  # unless it can be told
                known = gauge()
            finally:
                due = now + (perf_counter() - now) / share
        return known

    return ask


def _servers(statistics: Scope | None) -> Iterator[Scope]:
    whole = repository() if statistics is None else statistics
    for name, scope in whole.copy().items():
        if str(name).startswith(SERVERS):
            yield scope


def _value(name: str, scope: Scope) -> float:
    value: Any = scope.get(name, 0)
    return float((value(scope) if callable(value) else value) or 0)
