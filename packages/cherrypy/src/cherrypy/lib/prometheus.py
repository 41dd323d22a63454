"""A page with the figures of a site, in the text format that Prometheus collects.

The tool ``prometheus`` fills it. Both need the extra ``prometheus``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy.assembly.metrics import process_metrics
from cherrypy_diagnostics.prometheus import (
    BUCKETS,
    OTHER,
    RequestMetrics,
    ServerCollector,
    exposition,
)
from cherrypy_serving import serving

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

__all__ = [
    "BUCKETS",
    "OTHER",
    "MetricsPage",
    "RequestMetrics",
    "ServerCollector",
    "exposition",
    "registry",
]

registry: CollectorRegistry


def __getattr__(name: str) -> CollectorRegistry:
    """Return the registry of this process, made when it is first asked for."""
    if name == "registry":
        return process_metrics().registry
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class MetricsPage:
    """The figures of a site, for Prometheus. They tell what it has and how busy it is: guard it.

    Mount it as an attribute, such as ``metrics``; then they are at ``/metrics``.

    Args:
        registry: Where the figures are; by default the ``registry`` of this module, which the tool
            ``prometheus`` fills.
    """

    exposed = True

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry: CollectorRegistry = (
            process_metrics().registry if registry is None else registry
        )

    def __call__(self) -> bytes:
        """Return the figures, as OpenMetrics where the client asks for that."""
        request, response = serving.request, serving.response
        media_type, text = exposition(self.registry, request.headers.get("Accept", ""))
        response.headers["Content-Type"] = media_type
        response.headers["Vary"] = "Accept"
        response.headers["Cache-Control"] = "no-store"
        return text
