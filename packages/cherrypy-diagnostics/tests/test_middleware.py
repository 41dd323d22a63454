from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cherrypy_diagnostics import (
    ByteCountWrapper,
    RequestRecorder,
    StatisticsMiddleware,
    process_recorder,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def recorder() -> Any:
    return RequestRecorder({})


def environ_for(path: Any = "/", body: Any = b"", **changes: Any) -> Any:
    environ = {"PATH_INFO": path, "wsgi.input": io.BytesIO(body), "REMOTE_ADDR": "1.2.3.4"}
    environ |= {"REMOTE_PORT": "5", "CONTENT_LENGTH": str(len(body)), **changes}
    setup_testing_defaults(environ)
    return environ


def call(application: Any, environ: Any) -> Any:
    def start_response(status: Any, headers: Any, exc_info: Any = None) -> Any:
        return lambda data: None

    response = application(environ, start_response)
    try:
        return b"".join(response)
    finally:
        if hasattr(response, "close"):
            response.close()


def ignore(*args: Any) -> Any:
    """Stand for `start_response`."""


def echo(environ: Any, start_response: Any) -> Any:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body, b"!"]


def only_record(recorder: Any) -> Any:
    (record,) = recorder.figures["Requests"].values()
    return record


def test_a_request_and_its_response_are_recorded(recorder: Any) -> None:
    app = StatisticsMiddleware(echo, recorder)
    assert (
        call(app, environ_for("/a", b"hello", SCRIPT_NAME="/app", QUERY_STRING="b=c")) == b"hello!"
    )
    record = only_record(recorder)
    assert record["Request-Line"] == "GET /app/a?b=c HTTP/1.0"
    assert record["Client"] == "1.2.3.4:5"
    assert record["Response Status"] == "200 OK"
    assert (record["Bytes Read"], record["Bytes Written"]) == (5, 6)
    assert recorder.figures["Current Requests"] == 0


def test_it_keeps_to_wsgi(recorder: Any) -> None:
    def hello(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    app = validator(StatisticsMiddleware(validator(hello), recorder))
    assert call(app, environ_for(CONTENT_LENGTH="0", QUERY_STRING="", SCRIPT_NAME="")) == b"hello"


def test_the_process_statistics_are_the_default() -> None:
    app = StatisticsMiddleware(echo)
    before = app.recorder.figures["Total Requests"]
    call(app, environ_for())
    assert app.recorder.figures["Total Requests"] == before + 1


def test_all_have_the_recorder_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging, "statistics", {}, raising=False)
    one, other = StatisticsMiddleware(echo), StatisticsMiddleware(echo)
    assert one.recorder is other.recorder
    assert process_recorder("1.0", {"Queue": lambda: 3}) is one.recorder
    assert one.recorder.figures["Server Version"] == "1.0"
    assert "Queue" in one.recorder.history.view("5m").series
    process_recorder("2.0")
    assert one.recorder.figures["Server Version"] == "1.0"


def test_a_paused_recorder_lets_the_application_alone(recorder: Any) -> None:
    recorder.figures["Enabled"] = False
    environ = environ_for()
    stream = environ["wsgi.input"]
    assert call(StatisticsMiddleware(echo, recorder), environ) == b"!"
    assert environ["wsgi.input"] is stream


def test_an_application_that_fails_is_over(recorder: Any) -> None:
    def broken(environ: Any, start_response: Any) -> Any:
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        call(StatisticsMiddleware(broken, recorder), environ_for())
    assert recorder.figures["Current Requests"] == 0
    assert only_record(recorder)["Response Status"] is None


class Body:
    def __init__(self, error: Any = None) -> None:
        self.error = error
        self.was_closed = False

    def __iter__(self) -> Iterator[Any]:
        yield b"abc"
        raise OSError("reading")

    def close(self) -> None:
        self.was_closed = True
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("error", [None, RuntimeError("closing")])
def test_a_response_that_fails_is_over_when_it_is_closed(recorder: Any, error: Any) -> None:
    body = Body(error)

    def app(environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return body

    with pytest.raises((OSError, RuntimeError)):
        call(StatisticsMiddleware(app, recorder), environ_for())
    assert body.was_closed
    assert recorder.figures["Current Requests"] == 0
    assert only_record(recorder)["Bytes Written"] == 3


def test_closing_twice_counts_once(recorder: Any) -> None:
    response = StatisticsMiddleware(echo, recorder)(environ_for(), ignore)
    response.close()  # type: ignore[attr-defined]
    response.close()  # type: ignore[attr-defined]
    assert recorder.figures["Current Requests"] == 0


def test_what_is_written_through_write_is_counted(recorder: Any) -> None:
    def app(environ: Any, start_response: Any) -> Any:
        write = start_response("200 OK", [])
        write(b"abc")
        return [b"d"]

    call(StatisticsMiddleware(app, recorder), environ_for())
    assert only_record(recorder)["Bytes Written"] == 4


def test_the_error_information_is_handed_on(recorder: Any) -> None:
    seen = []

    def remember(*args: Any) -> Any:
        seen.append(args)
        return ignore

    def app(environ: Any, start_response: Any) -> Any:
        start_response("500 Internal Server Error", [], ("type", "value", "traceback"))
        return []

    response = StatisticsMiddleware(app, recorder)(environ_for(), remember)
    response.close()  # type: ignore[attr-defined]
    assert seen[0][2] == ("type", "value", "traceback")
    assert only_record(recorder)["Response Status"].startswith("500")


def test_requests_are_put_into_sets(recorder: Any) -> None:
    def first_segment(environ: Any) -> Any:
        return environ["PATH_INFO"].split("/")[1] or None

    app = StatisticsMiddleware(echo, recorder, uriset=first_segment)
    for path in ("/a/1", "/a/2", "/b", "/"):
        call(app, environ_for(path))
    counts = {k: v["Count"] for k, v in recorder.figures["URI Set Tracking"].items()}
    assert counts == {"a": 2, "b": 1}
    call(StatisticsMiddleware(echo, recorder, uriset="all"), environ_for())
    assert recorder.figures["URI Set Tracking"]["all"]["Count"] == 1


def test_request_is_over_although_it_has_no_uri_set(recorder: Any) -> None:
    app = StatisticsMiddleware(echo, recorder, uriset=lambda environ: environ["no such key"])
    with pytest.raises(KeyError, match="no such key"):
        call(app, environ_for())
    assert recorder.figures["Current Requests"] == 0
    assert only_record(recorder)["Response Status"] == "200 OK"


def test_slow_requests_are_kept(recorder: Any) -> None:
    app = StatisticsMiddleware(echo, recorder, slow_queries=1e-12, slow_queries_count=1)
    for path in ("/a", "/b"):
        call(app, environ_for(path))
    assert [s["Request-Line"] for s in recorder.figures["Slow Queries"]] == ["GET /b HTTP/1.0"]


# ByteCountWrapper


def test_every_way_of_reading_is_counted() -> None:
    wrapped = ByteCountWrapper(io.BytesIO(b"12\n34\n56\n78\n90"))
    assert wrapped.read(1) == b"1"
    assert wrapped.readline() == b"2\n"
    assert next(wrapped) == b"34\n"
    assert wrapped.readlines(1) == [b"56\n"]
    assert wrapped.bytes_read == 9
    assert list(wrapped) == [b"78\n", b"90"]
    assert wrapped.bytes_read == 14
    assert wrapped.read() == b""


def test_closing_closes_what_can_be_closed() -> None:
    inner = io.BytesIO()
    ByteCountWrapper(inner).close()
    assert inner.closed

    class Unclosable:
        def read(self, size: int = -1, /) -> bytes:
            return b""

    ByteCountWrapper(Unclosable()).close()  # type: ignore[arg-type]
