"""What type-checks with the statistics, and what does not."""

from collections.abc import Iterable
from typing import Any, assert_type
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from cherrypy_diagnostics import (
    LatencyHistogram,
    RequestRecorder,
    StatisticsApplication,
    StatisticsMiddleware,
    StatisticsPages,
    default_gauges,
    extrapolate_statistics,
    namespace,
    repository,
)

assert_type(extrapolate_statistics(repository()), dict[str, Any])
extrapolate_statistics([])  # type: ignore[arg-type]
namespace("Mine")["Hits"] = 1
namespace()  # type: ignore[call-arg]

recorder = RequestRecorder()
assert_type(recorder.start(recorder, ("192.0.2.1", ":", "1"), "GET / HTTP/1.1"), bool)
recorder.stop(recorder, "200 OK", 0, 0, uriset="pages")
recorder.stop(recorder, 200, 0, 0)  # type: ignore[arg-type]
recorder.start("client")  # type: ignore[call-arg]


def site(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b"a"]


wrapped: WSGIApplication = StatisticsMiddleware(site, recorder, uriset=lambda environ: None)
StatisticsMiddleware(site, slow_queries="1")  # type: ignore[arg-type]
StatisticsMiddleware("site")  # type: ignore[arg-type]

gauged = RequestRecorder(gauges={**default_gauges(), "Orders": lambda: 3})
RequestRecorder(gauges={"Orders": lambda: "3"})  # type: ignore[dict-item, return-value]
pages: WSGIApplication = StatisticsApplication(StatisticsPages(gauged.history))
StatisticsPages(gauged)  # type: ignore[arg-type]
assert_type(gauged.history.view("5m").series, dict[str, list[float | None]])
assert_type(LatencyHistogram().percentile(95), float | None)
LatencyHistogram().record("1")  # type: ignore[arg-type]
