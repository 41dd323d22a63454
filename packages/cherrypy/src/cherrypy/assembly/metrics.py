"""The tool that counts requests for Prometheus. What it needs is loaded when config turns it on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cherrypy.assembly.once import once
from cherrypy.assembly.urlpatterns import url_pattern
from cherrypy_serving import ambient, prepared
from cherrypy_web import Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cherrypy_diagnostics.prometheus import RequestMetrics

__all__ = ["PrometheusTool", "process_metrics"]

_running: Final[dict[int, tuple[float, str]]] = {}
"""When running requests began, and their labels, by the identities of the requests.

An attribute of its own would make each request a tenth slower (see `cherrypy_web.layout`).
"""


@once
def process_metrics() -> RequestMetrics:
    """Return the figures of this process that the tool fills unless it is told of others."""
    from cherrypy_diagnostics.prometheus import RequestMetrics  # noqa: PLC0415 - an extra

    return RequestMetrics()


class PrometheusTool(Tool[...]):
    """Count requests and their times, by handler, method and status.

    Its options are those of `record`.
    """

    def __init__(self) -> None:
        super().__init__("on_end_request", prepared(record), priority=101)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks for the beginning and the end of a request.

        Raises:
            TypeError: The option ``metrics`` is something else.
        """
        figures = _checked(options.get("metrics"))
        label = options.get("handler")

        def begin(request: Any, response: Any) -> None:  # noqa: ARG001 - what hooks are given
            handler = url_pattern(request) if label is None else label
            _running[id(request)] = figures.begin(), handler

        yield "on_start_resource", Hook(ambient(begin), priority=-1)
        # Failsafe, or the request would count as running for ever.
        yield self._point, self._hook(self.callable, {**options, "failsafe": True})


def record(
    metrics: RequestMetrics | None = None,
    handler: str | None = None,
) -> Callable[[Any, Any], None]:
    """Count the running request, which is over.

    Args:
        metrics: Where; by default the figures of this process.
        handler: The label ``handler``; by default the url pattern of the page.
    """
    figures = _checked(metrics)
    del handler  # told at the beginning, when it is known which page answers

    def end(request: Any, response: Any) -> None:
        found = _running.pop(id(request), None)
        if found is not None:
            began, handler = found
            figures.end(began, handler, request.method, response.status_code)

    return end


def _checked(metrics: object) -> RequestMetrics:
    from cherrypy_diagnostics.prometheus import RequestMetrics  # noqa: PLC0415 - an extra

    if metrics is None:
        return process_metrics()
    if not isinstance(metrics, RequestMetrics):
        raise TypeError(f"tools.prometheus.metrics has to be a RequestMetrics, not {metrics!r}")
    return metrics
