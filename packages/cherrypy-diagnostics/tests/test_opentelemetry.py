"""Spans of requests, as the SDK's exporter in memory gets them."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from cherrypy_diagnostics.opentelemetry import RequestTracer, TracedBody, TraceFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Spans:
    """What was exported, and a tracer that does it."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = RequestTracer(self.provider)

    def begin(self, method: str = "GET", route: str = "/", **headers: str) -> Any:
        return self.tracer.begin(method, route, headers, {"url.path": "/x"})

    def only(self) -> ReadableSpan:
        (span,) = self.exporter.get_finished_spans()
        return span


@pytest.fixture
def spans() -> Iterator[Spans]:
    before = contexts.get_current()
    yield Spans()
    assert contexts.get_current() == before, "a test left its span current"


def test_span_has_the_names_of_the_conventions(spans: Spans) -> None:
    spans.begin(route="/shop/{name?}").end(200, {"client.address": "::1"})
    span = spans.only()
    assert (span.name, span.kind) == ("GET /shop/{name?}", SpanKind.SERVER)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/shop/{name?}",
        "url.path": "/x",
        "client.address": "::1",
        "http.response.status_code": 200,
    }
    assert span.status.status_code is StatusCode.UNSET


def test_unknown_method_is_no_name(spans: Spans) -> None:
    spans.begin("BREW", "").end(501, {})
    span = spans.only()
    assert span.name == "HTTP"
    assert span.attributes is not None
    assert span.attributes["http.request.method"] == "_OTHER"
    assert span.attributes["http.request.method_original"] == "BREW"
    assert "http.route" not in span.attributes


def test_parent_is_what_the_client_says(spans: Spans) -> None:
    spans.begin(traceparent=PARENT, tracestate="vendor=1").end(200, {})
    span = spans.only()
    assert span.parent is not None
    assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert span.parent.is_remote
    assert span.context.trace_state.get("vendor") == "1"


@pytest.mark.parametrize("parent", ["", "00-zz-b7-01", f"00-{'0' * 32}-{'0' * 16}-01", "é" * 99])
def test_malformed_parent_is_none(spans: Spans, parent: str) -> None:
    spans.begin(traceparent=parent).end(200, {})
    assert spans.only().parent is None


def test_span_that_is_current_comes_before_what_the_client_says(spans: Spans) -> None:
    with spans.provider.get_tracer("middleware").start_as_current_span("outer") as outer:
        spans.begin(traceparent=PARENT).end(200, {})
        assert trace.get_current_span() is outer
    inner = spans.exporter.get_finished_spans()[0]
    assert inner.parent == outer.get_span_context()


def test_span_is_current_from_beginning_to_end(spans: Spans) -> None:
    span = spans.begin()
    assert trace.get_current_span() is span.span
    span.end(200, {})
    assert trace.get_current_span() is trace.INVALID_SPAN
    span.end(500, {})
    assert spans.only().status.status_code is StatusCode.UNSET


def test_request_that_ended_in_another_thread_is_no_parent(spans: Spans) -> None:
    first = spans.begin()
    thread = threading.Thread(target=first.end, args=(200, {}))
    thread.start()
    thread.join()
    spans.begin().end(200, {})
    assert [span.parent for span in spans.exporter.get_finished_spans()] == [None, None]


def test_failure_is_recorded_once(spans: Spans) -> None:
    span = spans.begin()
    error = LookupError("gone")
    span.fail(error)
    span.fail(error)
    span.end(500, {})
    seen = spans.only()
    assert seen.attributes is not None
    assert seen.attributes["error.type"] == "LookupError"
    assert (seen.status.status_code, seen.status.description) == (
        StatusCode.ERROR,
        "LookupError: gone",
    )
    (event,) = seen.events
    assert event.name == "exception"
    assert event.attributes is not None
    assert event.attributes["exception.message"] == "gone"


class UntoldError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("there is no text")


@pytest.mark.parametrize(
    ("error", "message"),
    [(ValueError("a file called \udcff"), r"a file called \udcff"), (UntoldError(), "")],
)
def test_failure_has_a_text_that_can_be_sent(spans: Spans, error: Exception, message: str) -> None:
    span = spans.begin()
    span.fail(error)
    span.end(500, {})
    seen = spans.only()
    assert seen.status.status_code is StatusCode.ERROR
    assert seen.status.description == f"{type(error).__name__}: {message}"
    (event,) = seen.events
    assert event.attributes is not None
    assert event.attributes["exception.message"] == message
    for value in event.attributes.values():
        str(value).encode()


@pytest.mark.parametrize(("status", "failed"), [(404, False), (503, True)])
def test_errors_of_the_server_are_errors(spans: Spans, status: int, failed: bool) -> None:
    spans.begin().end(status, {})
    span = spans.only()
    assert (span.status.status_code is StatusCode.ERROR) is failed
    assert span.attributes is not None
    assert span.attributes.get("error.type") == (str(status) if failed else None)


def test_span_without_an_answer_has_no_status(spans: Spans) -> None:
    spans.begin().end(None, {})
    assert "http.response.status_code" not in (spans.only().attributes or {})


def test_events_name_their_hooks(spans: Spans) -> None:
    span = spans.begin()
    span.event("before_handler", ["encode", "gzip"])
    span.event("before_finalize", [])
    span.end(200, {})
    (event,) = spans.only().events
    assert (event.name, event.attributes) == (
        "before_handler",
        {"cherrypy.hooks": ("encode", "gzip")},
    )


def test_body_is_made_with_the_span_current_in_any_thread(spans: Spans) -> None:
    seen: list[object] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield b"piece"
        finally:
            seen.append(trace.get_current_span())

    span = spans.begin()
    body = TracedBody(pieces(), span)
    after = []

    def read() -> None:
        seen.append(next(body))
        body.close()
        after.append(trace.get_current_span())

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    span.end(200, {})
    assert seen == [b"piece", span.span]
    assert after == [trace.INVALID_SPAN]
    TracedBody(iter([]), span).close()


def test_body_that_fails_is_an_error(spans: Spans) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"piece"
        raise OSError("disk")

    span = spans.begin()
    body = TracedBody(pieces(), span)
    assert next(iter(body)) == b"piece"
    with pytest.raises(OSError, match="disk"):
        next(body)
    span.end(200, {})
    assert spans.only().status.description == "OSError: disk"


def test_body_that_ends_is_none(spans: Spans) -> None:
    span = spans.begin()
    assert list(TracedBody([b"a", b"b"], span)) == [b"a", b"b"]
    span.end(200, {})
    assert spans.only().events == ()


def test_span_that_is_not_sampled_is_current_all_the_same(spans: Spans) -> None:
    span = RequestTracer(TracerProvider(sampler=ALWAYS_OFF)).begin("GET", "/", {}, {})
    assert trace.get_current_span().get_span_context().is_valid
    span.event("before_handler", ["x"])
    span.end(200, {})


def test_without_a_provider_the_context_of_the_client_is_current(spans: Spans) -> None:
    span = RequestTracer().begin("GET", "/", {"traceparent": PARENT}, {})
    current = trace.get_current_span().get_span_context()
    span.end(200, {})
    assert f"{current.trace_id:032x}" in PARENT


def test_provider_of_another_kind_is_refused() -> None:
    nothing: Any = "jaeger"
    with pytest.raises(TypeError, match="has to be a TracerProvider, not 'jaeger'"):
        RequestTracer(nothing)


def test_log_records_tell_their_span(spans: Spans) -> None:
    def logged() -> dict[str, Any]:
        record = logging.makeLogRecord({})
        assert TraceFilter().filter(record)
        return {name: vars(record).get(name) for name in ("trace_id", "span_id")}

    assert logged() == {"trace_id": None, "span_id": None}
    span = spans.begin(traceparent=PARENT)
    found = logged()
    span.end(200, {})
    assert found["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert found["span_id"] == f"{spans.only().context.span_id:016x}"


def test_advice_without_the_library() -> None:
    program = (
        "import sys\n"
        "sys.modules['opentelemetry'] = None\n"
        "import cherrypy_diagnostics.opentelemetry\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert "pip install 'cherrypy-diagnostics[opentelemetry]'" in done.stderr
