"""What hostile clients send, in each of the views that look into a site: it stays text.

It comes over a socket, as bytes that no browser would send.
"""

from __future__ import annotations

import json
import re
import runpy
import socket
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families as parse

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy.lib import cpstats, gctools, profiler, prometheus

coverage = pytest.importorskip("coverage")
pytest.importorskip("opentelemetry.sdk")

from opentelemetry.sdk.trace import TracerProvider  # noqa: E402 - after what it needs
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import (  # noqa: E402
    InMemorySpanExporter,
)

from cherrypy.lib import covercp  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 60

TEXTS = {
    "html": b"<script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": b'"\' onmouseover="alert(1)" x=\'',
    "entity": b"&lt;b&gt;&#60;&amp;",
    "newlines": b"a\r\nSet-Cookie: a=b\r\n\r\n<b>",
    "controls": bytes(range(1, 32)) + b"\x7f",
    "not UTF-8": b"\xff\xfe\x80<b>\xed\xa0\x80",
    "long": b"<b>" + 3000 * b"x",
    "directions": "\u202e\u2066<b>\ufeff\U0010ffff".encode(),
    "template": b"{0} {name} %s %(name)s ${x} {{7*7}}",
}


class Shop:
    """A site with all that looks into it; what it is asked stays in its memory."""

    def __init__(self, profiles: Path, figures: prometheus.RequestMetrics) -> None:
        self.kept: list[Any] = []
        self.stats = cpstats.StatsPage()
        self.profiles = profiler.Profiler(profiles)
        self.coverage = covercp.CoverStats(recorded(profiles.with_name("measured")))
        self.gc = gctools.GCRoot()
        self.gc._report.limit = 10_000  # whatever other tests left in the memory
        self.gc._report.trees = 1
        self.metrics = prometheus.MetricsPage(figures.registry)

    @cherrypy.expose
    def index(self, *_path: str, **_params: str) -> str:
        self.kept.append(cherrypy.serving.request)
        return "hello"

    @cherrypy.expose
    def default(self, *path: str, **params: str) -> str:
        return self.index(*path, **params)

    @cherrypy.expose
    def profiled(self) -> str:
        namespace: dict[str, Any] = {}
        for number, text in enumerate(TEXTS.values()):
            source = f"def f{number}(): return {number}"
            exec(compile(source, text.decode(errors="surrogateescape"), "exec"), namespace)
        calls = [namespace[f"f{number}"] for number in range(len(TEXTS))]
        return str(self.profiles.run(lambda: sum(call() for call in calls)))


def recorded(directory: Path) -> Any:
    """Return what was recorded of files whose names a site could be made to have."""
    record = coverage.Coverage(data_file=None, config_file=False, include=f"{directory}/*")
    directory.mkdir()
    with record.collect():
        for name in ("html", "quotes", "entity", "template"):
            path = directory / TEXTS[name].decode().replace("/", "_")
            path.write_text("x = 1\n")
            runpy.run_path(str(path))
    return record


class Served:
    """The site, and what it is asked byte by byte."""

    def __init__(self, port: int, spans: InMemorySpanExporter) -> None:
        self.port = port
        self.spans = spans

    def send(self, target: bytes, agent: bytes = b"plain") -> tuple[int, bytes, bytes]:
        """Return status, header fields and body of an answer."""
        head = b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(head + b"User-Agent: " + agent + b"\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        fields, _, body = answer.partition(b"\r\n\r\n")
        return int(fields.split()[1]), fields, body

    def get(self, path: str) -> str:
        status, _, body = self.send(path.encode())
        assert status == 200, body
        return body.decode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = Assembly("hostile-clients")
    site.log.screen = False
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.engine.autoreload.unsubscribe()
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    figures = prometheus.RequestMetrics(CollectorRegistry())
    watched = {
        "tools.cpstats.on": True,
        "tools.cpstats.slow_queries": 1e-9,
        "tools.prometheus.on": True,
        "tools.prometheus.metrics": figures,
        "tools.opentelemetry.on": True,
        "tools.opentelemetry.provider": provider,
        "tools.opentelemetry.query": True,
    }
    unwatched = {"tools.cpstats.on": False, "tools.prometheus.on": False}
    config = {"/": watched, "/stats": unwatched, "/metrics": unwatched}
    site.tree.mount(Shop(tmp_path_factory.mktemp("profiles"), figures), config=config)
    site.engine.start()
    assert isinstance(site.server.bound_addr, tuple)
    made = Served(site.server.bound_addr[1], spans)
    try:
        for text in TEXTS.values():
            for agent in (text, b"plain"):
                made.send(b"/" + text, agent)
                made.send(b"/page?" + text, agent)
                made.send(b"/" + quote(text).encode(), agent)
                made.send(b"/page?name=" + quote(text).encode(), agent)
        made.send(b"/profiled")
        yield made
    finally:
        site.engine.exit()
        gctools.request_counter.unsubscribe()


class Tags(HTMLParser):
    """Collects the elements of a page, and the names of their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def assert_harmless(page: str) -> None:
    """Assert that nothing in a page is but what its maker has put there."""
    found = Tags(page)
    assert not found.tags & {"img", "b", "iframe", "object"}
    assert not {each for each in found.attributes if each.startswith("on")}
    assert page.count("<script") == page.count('<script src="script.js" defer></script>')


@pytest.mark.parametrize("view", ["", "tables", "?span=24h"])
def test_statistics(served: Served, view: str) -> None:
    page = served.get(f"/stats/{view}")
    assert_harmless(page)
    assert "&lt;script&gt;alert(1)" in page or "%3Cscript%3Ealert" in page


@pytest.mark.parametrize("view", ["data", "plots"])
def test_statistics_for_programs(served: Served, view: str) -> None:
    assert json.loads(served.get(f"/stats/{view}"))


VIEWS = [
    "/stats/?span=",
    "/profiles/report?filename=",
    "/profiles/report?filename=cp_0001.prof&sort=",
    "/profiles/report?filename=cp_0001.prof&function=",
    "/coverage/menu?showpct=1&base=",
    "/coverage/menu?showpct=1&exclude=",
    "/coverage/menu?showpct=1&pct=",
    "/coverage/menu?showpct=",
    "/coverage/report?name=",
    "/gc/objects?name=",
    "/metrics?",
]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("view", VIEWS)
def test_option_of_a_view(served: Served, view: str, text: bytes) -> None:
    for sent in (quote(text).encode(), text.replace(b" ", b"+").replace(b"\r\n", b"")):
        status, fields, body = served.send(view.encode() + sent, text.replace(b"\r\n", b""))
        assert status in {200, 303, 400, 404}, body
        assert b"Set-Cookie" not in fields
        assert_harmless(body.decode())


@pytest.mark.parametrize("sort", ["name", "calls"])
def test_profile(served: Served, sort: str) -> None:
    page = served.get(f"/profiles/report?filename=cp_0001.prof&sort={sort}")
    assert_harmless(page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("(f") >= len(TEXTS)
    for link in re.findall(r'href="(report\?[^"]*)"', page):
        assert_harmless(served.get(f"/profiles/{unescape(link)}"))


def test_coverage(served: Served) -> None:
    page = served.get("/coverage/")
    assert_harmless(page)
    links = re.findall(r'href="(report\?[^"]*)"', page)
    assert len(links) == 4
    for link in links:
        assert_harmless(served.get(f"/coverage/{unescape(link)}"))


@pytest.mark.parametrize("view", ["", "objects?name=cherrypy_web.request.Request"])
def test_garbage(served: Served, view: str) -> None:
    assert_harmless(served.get(f"/gc/{view}"))


def test_requests_that_are_kept_tell_their_paths_as_text(served: Served) -> None:
    page = served.get("/gc/stats")
    assert_harmless(page)
    assert "path=/&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_metrics_have_labels_of_the_program_only(served: Served) -> None:
    text = served.get("/metrics")
    labels = {
        (name, value)
        for family in parse(text)
        for sample in family.samples
        for name, value in sample.labels.items()
        if name != "le"
    }
    assert {value for name, value in labels if name == "method"} == {"GET"}
    assert len(labels) < 30
    assert "script" not in text


def test_spans_are_named_by_the_program_and_can_be_sent(served: Served) -> None:
    spans = served.spans.get_finished_spans()
    assert len(spans) > len(TEXTS)
    for span in spans:
        assert "script" not in span.name
        for value in (span.attributes or {}).values():
            str(value).encode()
    agents = {str((span.attributes or {}).get("user_agent.original")) for span in spans}
    assert TEXTS["html"].decode() in agents
