"""The tool that records what requests do. What it needs is loaded when config first turns it on."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cherrypy._version import __version__
from cherrypy.assembly.once import once
from cherrypy_httputil import InternalRedirect
from cherrypy_serving import prepared
from cherrypy_web import Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cherrypy_bus import Bus
    from cherrypy_diagnostics import ByteCountWrapper, RequestRecorder
    from cherrypy_web import Hook

__all__ = ["StatsTool", "recorder"]

_bodies: Final[dict[int, ByteCountWrapper]] = {}
"""The bodies of running requests, by the identities of those.

An attribute of its own would make each request a tenth slower (see `cherrypy_web.layout`).
"""

_number = lru_cache(4096)(int)  # most pages have a length that was there before
_get = dict.get  # of a map of header fields, whose keys are in title case


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


def _beginning() -> Callable[[Any, Any], None]:
    """Return what begins a record for a request."""
    from cherrypy_diagnostics import ByteCountWrapper  # noqa: PLC0415 - loaded by now

    start = recorder().start

    def begin(request: Any, _response: Any) -> None:
        environ = request.wsgi_environ
        if environ is None:
            client = (request.remote.ip, ":", str(request.remote.port))
        else:
            client = (environ.get("REMOTE_ADDR", ""), ":", environ.get("REMOTE_PORT", ""))
        query = request.query_string
        line = (
            request.method,
            " ",
            request.script_name,
            request.path_info,
            f"?{query} " if query else " ",
            request.request_protocol,
        )
        is_recorded = start(request, client, line)
        if is_recorded and request.method in request.methods_with_bodies:
            body = request.rfile = request.body.fp = ByteCountWrapper(request.rfile)
            _bodies[id(request)] = body

    return begin


def _completion(
    uriset: str | None = None,
    slow_queries: float = 1.0,
    slow_queries_count: int = 100,
    debug: bool = False,  # noqa: ARG001 - documented option
    **kwargs: Any,  # noqa: ARG001 - documented: other options do no harm
) -> Callable[[Any, Any], None]:
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
    stop, drop = recorder().stop, recorder().drop

    def complete(request: Any, response: Any) -> None:
        body = _bodies.pop(id(request), None) if _bodies else None
        bytes_read = 0 if body is None else body.bytes_read
        status = response.status_line or None
        if status is None and isinstance(sys.exception(), InternalRedirect):
            drop(request, bytes_read)
            return
        length = None if request.method == "HEAD" else _get(response.headers, "Content-Length")
        written = _number(length) if length else 0
        stop(request, status, bytes_read, written, uriset, slow_queries, slow_queries_count)

    return complete


class StatsTool(Tool[...]):
    """Record the running request in ``logging.statistics``, while its namespace is ``Enabled``.

    Its options are those of `record_stop`.

    Args:
        engine: While its main thread waits, the history goes on without requests.
    """

    record_start: Final = staticmethod(prepared(_beginning))
    record_stop: Final = staticmethod(prepared(_completion))

    def __init__(self, engine: Bus | None = None) -> None:
        super().__init__("on_end_request", self.record_stop)
        self._engine = engine

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks for the beginning and the end of a request."""
        if self._engine is not None:  # its main thread tells the time, also while nobody comes
            self._engine.subscribe("main", _tick)
        yield "on_start_resource", self._hook(self.record_start, {"priority": 0})
        # Failsafe, or the request would count as running for ever.
        yield self._point, self._hook(self.callable, options | {"failsafe": True})
