"""The tool that makes spans of requests."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

import cherrypy
from cherrypy_diagnostics.opentelemetry import TraceFilter
from cherrypy_testing import Client
from cherrypy_web import JSONFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.sdk.trace import ReadableSpan

    from cherrypy.assembly import Assembly

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class Root:
    @cherrypy.expose
    def item(self, name: str = "", **query: str) -> str:
        return f"{trace.get_current_span().get_span_context().trace_id:032x}"

    @cherrypy.expose
    def broken(self) -> str:
        raise LookupError("broken")

    @cherrypy.expose
    def unavailable(self) -> str:
        raise cherrypy.HTTPError(503)

    @cherrypy.expose
    def elsewhere(self) -> str:
        raise cherrypy.InternalRedirect("/item")

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self, **how: str) -> Iterator[bytes]:
        yield f"{trace.get_current_span().get_span_context().trace_id:032x}".encode()
        if how:
            raise OSError("disk")


class Traced:
    """A site whose requests make spans."""

    def __init__(self, site: Assembly, **config: Any) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        config |= {"tools.opentelemetry.on": True, "tools.opentelemetry.provider": provider}
        self.app = site.tree.mount(Root(), "/app", config={"/": config})
        self.client = Client(site.tree)

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(f"/app{path}", headers={"traceparent": PARENT}, **options)

    def only(self) -> ReadableSpan:
        (span,) = self.exporter.get_finished_spans()
        return span


@pytest.fixture
def traced(site: Assembly) -> Iterator[Traced]:
    before = contexts.get_current()
    yield Traced(site)
    assert contexts.get_current() == before


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def test_request_is_a_span_named_after_its_url_pattern(traced: Traced) -> None:
    assert traced.get("/item/17?token=secret").text == TRACE
    span = traced.only()
    assert span.name == "GET /app/item/{name?}"
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" in PARENT
    found = attributes(span)
    agent = found.pop("user_agent.original", None)
    assert agent is None or isinstance(agent, str)
    found.pop("network.peer.port", None)
    assert found == {
        "http.request.method": "GET",
        "http.route": "/app/item/{name?}",
        "http.response.status_code": 200,
        "url.scheme": "http",
        "url.path": "/app/item/17",
        "network.protocol.version": "1.1",
        "network.peer.address": "127.0.0.1",
        "client.address": "127.0.0.1",
        "server.address": "localhost",
    }


def test_query_string_is_there_when_asked_for(site: Assembly) -> None:
    traced = Traced(site, **{"tools.opentelemetry.query": True})
    traced.get("/item/17?page=2")
    traced.get("/item/17")
    found = [attributes(each).get("url.query") for each in traced.exporter.get_finished_spans()]
    assert found == ["page=2", None]


def test_client_and_server_are_those_that_the_proxy_tells_of(site: Assembly) -> None:
    traced = Traced(site, **{"tools.proxy.on": True})
    headers = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Host": "www.example.com:8443"}
    traced.client.get("/app/item", headers=headers)
    found = attributes(traced.only())
    assert found["client.address"] == "192.0.2.7"
    assert (found["server.address"], found["server.port"]) == ("www.example.com", 8443)
    assert found["network.peer.address"] == "127.0.0.1"


def test_hostile_host_leaves_the_span_whole(traced: Traced) -> None:
    answer = traced.client.get("/app/item", headers={"Host": "localhost:99999"})
    assert answer.status_code == 200
    found = attributes(traced.only())
    assert found["http.response.status_code"] == 200
    assert "server.address" not in found


def test_unexpected_error_is_recorded(traced: Traced) -> None:
    assert traced.get("/broken").status_code == 500
    span = traced.only()
    assert (span.status.status_code, span.status.description) == (
        StatusCode.ERROR,
        "LookupError: broken",
    )
    assert attributes(span)["error.type"] == "LookupError"
    assert attributes(span)["http.response.status_code"] == 500
    assert "exception" in [event.name for event in span.events]


def test_error_that_nobody_answers_is_recorded(site: Assembly) -> None:
    traced = Traced(site, **{"request.throw_errors": True})
    assert traced.get("/broken").status_code == 500  # by whoever stands around the application
    span = traced.only()
    assert span.status.description == "LookupError: broken"
    assert "http.response.status_code" not in attributes(span)


@pytest.mark.parametrize(
    ("path", "status", "failed"), [("/unavailable", 503, True), ("/nowhere", 404, False)]
)
def test_answers_that_are_errors(traced: Traced, path: str, status: int, failed: bool) -> None:
    assert traced.get(path).status_code == status
    span = traced.only()
    assert attributes(span)["http.response.status_code"] == status
    assert (span.status.status_code is StatusCode.ERROR) is failed
    assert "exception" not in [event.name for event in span.events]


def test_path_without_a_page_is_no_name(traced: Traced) -> None:
    traced.get("/nowhere")
    assert traced.only().name == "GET"


def test_page_in_no_tree_is_told_by_its_function(site: Assembly) -> None:
    def dispatch(path: str) -> None:
        cherrypy.request.config = {**cherrypy.request.base_config, **own.app.config["/"]}
        cherrypy.request.handler = lambda: "hello"

    own = Traced(site, **{"request.dispatch": dispatch})
    assert own.get("/item/17").text == "hello"
    span = own.only()
    assert span.name == "GET"
    assert attributes(span)["code.function.name"].endswith("dispatch.<locals>.<lambda>")


def test_both_requests_of_an_internal_redirect_are_spans(traced: Traced) -> None:
    traced.get("/elsewhere")
    first, second = traced.exporter.get_finished_spans()
    assert (first.name, second.name) == ("GET /app/elsewhere", "GET /app/item/{name?}")
    assert first.status.status_code is StatusCode.UNSET
    assert "http.response.status_code" not in attributes(first)
    assert second.parent == first.parent


def test_hooks_are_events(traced: Traced) -> None:
    traced.get("/item")
    events = {event.name: event.attributes for event in traced.only().events}
    found = events["before_handler"]
    assert found is not None
    hooks = found["cherrypy.hooks"]
    assert isinstance(hooks, tuple)
    assert hooks[-1] == "encode"
    assert "on_end_resource" not in events


def test_stream_is_part_of_the_span(traced: Traced) -> None:
    assert traced.get("/stream").text == TRACE
    assert traced.only().status.status_code is StatusCode.UNSET


def test_span_ends_when_the_stream_does(site: Assembly, traced: Traced) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/app/stream",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
    }
    answer: Any = site.tree(environ, lambda status, fields, exc_info=None: lambda data: None)
    assert traced.exporter.get_finished_spans() == ()
    assert b"".join(answer)
    assert traced.exporter.get_finished_spans() == ()
    answer.close()
    assert traced.only().name == "GET /app/stream"


def test_stream_that_fails_is_an_error(traced: Traced) -> None:
    with pytest.raises(OSError, match="disk"):
        traced.get("/stream?fail=1")
    assert traced.only().status.description == "OSError: disk"


def test_lines_of_a_json_log_tell_their_span(traced: Traced) -> None:
    text = StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(JSONFormatter())
    handler.addFilter(TraceFilter())
    traced.app.log.access_log.addHandler(handler)
    traced.get("/item")
    assert json.loads(text.getvalue())["trace_id"] == TRACE


def test_nothing_is_loaded_or_attached_while_it_is_off() -> None:
    program = (
        "import sys, cherrypy\n"
        "cherrypy.log.screen = False\n"
        "class Root:\n"
        "    @cherrypy.expose\n"
        "    def index(self):\n"
        "        hooks = [hook for point in cherrypy.request.hooks.values() for hook in point]\n"
        "        return str([h for h in hooks if 'assembly' in h.callback.__module__])\n"
        "print(cherrypy.Application(Root()).test_client().get('/').text)\n"
        "print([name for name in sys.modules if 'opentelemetry' in name or 'prometheus' in name])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[]\n[]\n", done.stderr
