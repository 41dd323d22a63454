"""The recorder that a process has one of.

Of two on the same figures, each would have half of the history.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from cherrypy_diagnostics.recorder import APPLICATIONS, RequestRecorder
from cherrypy_diagnostics.repository import repository

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_diagnostics.history import Gauge

_lock = Lock()

_made: Final[list[RequestRecorder]] = []
"""One, unless somebody puts another dict into `logging.statistics`."""


def process_recorder(
    version: str = "", gauges: Mapping[str, Gauge] | None = None
) -> RequestRecorder:
    """Return the recorder of this process, which fills `logging.statistics`.

    Args:
        version: What to report as `Server Version`, if nothing is reported yet.
        gauges: What its history is to show, too; see `History.watch`.

    Examples:
        >>> process_recorder() is process_recorder()
        True
    """
    with _lock:
        figures = repository().get(APPLICATIONS)
        found = next((each for each in _made if each.figures is figures), None)
        if found is None:
            found = RequestRecorder()
            _made.append(found)
    found.history.watch(gauges or {})
    found.figures["Server Version"] = found.figures["Server Version"] or version
    return found
