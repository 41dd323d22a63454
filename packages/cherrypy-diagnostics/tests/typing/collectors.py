"""What type-checks with figures for Prometheus and spans for OpenTelemetry, and what does not."""

from typing import assert_type

from opentelemetry.trace import NoOpTracerProvider
from prometheus_client import CollectorRegistry

from cherrypy_diagnostics.opentelemetry import RequestSpan, RequestTracer, TracedBody
from cherrypy_diagnostics.prometheus import RequestMetrics, exposition

figures = RequestMetrics(CollectorRegistry(), buckets=[0.1, 1], limit=10)
figures.end(figures.begin(), "/", "GET", 200)
figures.end(figures.begin(), "/", "GET", "200")  # type: ignore[arg-type]
assert_type(exposition(figures.registry), tuple[str, bytes])

span = RequestTracer(NoOpTracerProvider()).begin("GET", "/", {"traceparent": ""}, {"a": 1})
assert_type(span, RequestSpan)
assert_type(next(TracedBody([b"a"], span)), bytes)
assert_type(span.run(lambda: 1), int)
span.end("200", {})  # type: ignore[arg-type]
