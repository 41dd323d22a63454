"""The tool that records what requests do. What it needs is loaded when config first turns it on."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from cherrypy._version import __version__
from cherrypy.assembly.once import once
from cherrypy_httputil import InternalRedirect
from cherrypy_serving import ambient
from cherrypy_web import Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy_bus import Bus
    from cherrypy_diagnostics import ByteCountWrapper, RequestRecorder, Scope

__all__ = ["StatsTool", "recorder"]

_NONE: Final = (None, None)

_running: Final[dict[int, tuple[Scope, ByteCountWrapper | None]]] = {}
"""The records of running requests with their bodies, by the identities of those.

An attribute of its own would make each request a tenth slower (see `cherrypy_web.layout`).
"""


@once
def recorder() -> RequestRecorder:
    """Return the one recorder of this process, with what a site looks at."""
    from cherrypy_diagnostics import default_gauges, process_recorder  # noqa: PLC0415 - most sites do without it

    return process_recorder(__version__, {**default_gauges(), "Sessions": _sessions})


def _sessions() -> int | None:
    """Return how many sessions are in memory; None where they are kept elsewhere, or not at all."""
    loaded = sys.modules.get("cherrypy_sessions")  # who uses none need not load them for this
    return None if loaded is None else len(loaded.RamSession.cache) or None


def _tick() -> None:
    recorder().history.tick()


def _begin(request: Any, _response: Any) -> None:
    """Begin a record for the running request."""
    record = recorder().start(_client(request), request.request_line)
    if record is None:
        return
    if request.method not in request.methods_with_bodies:
        _running[id(request)] = record, None
    else:
        from cherrypy_diagnostics import ByteCountWrapper  # noqa: PLC0415 - loaded by now

        body = request.rfile = request.body.fp = ByteCountWrapper(request.rfile)
        _running[id(request)] = record, body


def _client(request: Any) -> str:
    environ = request.wsgi_environ
    if environ is None:
        return f"{request.remote.ip}:{request.remote.port}"
    return f"{environ.get('REMOTE_ADDR', '')}:{environ.get('REMOTE_PORT', '')}"


def _complete(
    request: Any,
    response: Any,
    /,
    uriset: str | None = None,
    slow_queries: float = 1.0,
    slow_queries_count: int = 100,
    debug: bool = False,  # noqa: ARG001 - documented option
    **kwargs: Any,  # noqa: ARG001 - documented: other options do no harm
) -> None:
    """Complete the record of the running request.

    What was written is its ``Content-Length``: of a stream that has none, and in answer to HEAD,
    nothing is counted. One that was redirected internally counts once, as the last one of them.

    Args:
        uriset: A name for all requests that are added up together.
        slow_queries: Seconds beyond which a request is kept in ``Slow Queries``.
        slow_queries_count: How many of those are kept.
        debug: Accepted for the documented signature.
        kwargs: Not used.
    """
    record, body = _running.pop(id(request), _NONE)
    bytes_read = 0 if body is None else body.bytes_read
    has_answer = bool(response.status_line)
    if not has_answer and isinstance(sys.exception(), InternalRedirect):
        recorder().drop(record, bytes_read)
        return
    recorder().stop(
        record,
        str(response.status) if has_answer else None,
        bytes_read,
        0 if request.method == "HEAD" else int(response.headers.get("Content-Length") or 0),
        uriset=uriset,
        slow_queries=slow_queries,
        slow_queries_count=slow_queries_count,
    )


class StatsTool(Tool[...]):
    """Record the running request in ``logging.statistics``, while its namespace is ``Enabled``.

    Its options are those of `record_stop`.

    Args:
        engine: While its main thread waits, the history goes on without requests.
    """

    record_start: Final = staticmethod(ambient(_begin))
    record_stop: Final = staticmethod(ambient(_complete))

    def __init__(self, engine: Bus | None = None) -> None:
        super().__init__("on_end_request", self.record_stop)
        self._engine = engine

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks for the beginning and the end of a request."""
        if self._engine is not None:  # its main thread tells the time, also while nobody comes
            self._engine.subscribe("main", _tick)
        yield "on_start_resource", Hook(self.record_start, priority=0)
        # Failsafe, or the request would count as running for ever.
        yield self._point, self._hook(self.callable, options | {"failsafe": True})
