"""The tool that counts requests for Prometheus, and the page that it scrapes."""

from __future__ import annotations

import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse_text

import cherrypy
from cherrypy.lib import prometheus
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly

COUNT = "http_request_duration_seconds_count"
RUNNING = "http_requests_in_progress"


class Shop:
    @cherrypy.expose
    def item(self, name: str = "") -> str:
        return name

    @cherrypy.expose
    def broken(self) -> str:
        raise RuntimeError("broken")

    @cherrypy.expose
    @cherrypy.tools.prometheus(handler="a search")
    def search(self, **params: str) -> str:
        return "found"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self) -> Any:
        yield "piece"


class Root:
    def __init__(self, figures: prometheus.RequestMetrics) -> None:
        self.shop = Shop()
        self.metrics = prometheus.MetricsPage(figures.registry)

    @cherrypy.expose
    def index(self) -> str:
        return "hello"


@pytest.fixture
def figures() -> prometheus.RequestMetrics:
    return prometheus.RequestMetrics(CollectorRegistry())


@pytest.fixture
def ask(site: Assembly, figures: prometheus.RequestMetrics, tmp_path: Path) -> Client:
    (tmp_path / "a.txt").write_text("a")
    config: dict[str, dict[str, Any]] = {
        "/": {"tools.prometheus.on": True, "tools.prometheus.metrics": figures},
        "/metrics": {"tools.prometheus.on": False},
        "/files": {"tools.staticdir.on": True, "tools.staticdir.dir": str(tmp_path)},
    }
    site.tree.mount(Root(figures), "/app", config=config)
    return Client(site.tree)


def scrape(ask: Client) -> dict[tuple[str, ...], float]:
    """Return the counts by handler, method and status, and how many requests are running."""
    answer = ask.get("/app/metrics")
    assert answer.status_code == 200
    found: dict[tuple[str, ...], float] = {}
    for family in parse_text(answer.text):
        for sample in family.samples:
            if sample.name == COUNT:
                key = (sample.labels[name] for name in ("handler", "method", "status"))
                found[tuple(key)] = sample.value
            elif sample.name == RUNNING:
                found[(RUNNING,)] = sample.value
    return found


def test_requests_are_counted_by_url_pattern_method_and_status(ask: Client) -> None:
    for path in ("/", "/shop/item/a", "/shop/item/b?x=y", "/shop/item?name=c", "/nowhere/17"):
        ask.get(f"/app{path}")
    ask.post("/app/shop/item/d")
    ask.get("/app/shop/broken")
    ask.get("/app/shop/search?q=1")
    ask.get("/app/files/a.txt")
    ask.get("/app/files/missing.txt")
    assert scrape(ask) == {
        ("/app/", "GET", "200"): 1,
        ("/app/shop/item/{name?}", "GET", "200"): 2,
        ("/app/shop/item/{name?}", "GET", "404"): 1,
        ("/app/shop/item/{name?}", "POST", "200"): 1,
        ("/app/shop/broken", "GET", "500"): 1,
        ("a search", "GET", "200"): 1,
        ("/app/files/{*}", "GET", "200"): 1,
        ("/app/files/{*}", "GET", "404"): 1,
        ("(no page)", "GET", "404"): 1,
        (RUNNING,): 0,
    }


def test_no_path_and_no_method_of_a_client_becomes_a_label(ask: Client) -> None:
    for number in range(20):
        ask.request(f"M{number}", f"/app/no/{number}")
        ask.get(f"/app/shop/item/{number}")
    assert set(scrape(ask)) == {
        ("(no page)", "(other)", "404"),
        ("/app/shop/item/{name?}", "GET", "200"),
        (RUNNING,),
    }


def test_requests_of_other_dispatchers_have_their_patterns(
    site: Assembly, figures: prometheus.RequestMetrics
) -> None:
    routes = cherrypy.dispatch.RoutesDispatcher()
    routes.connect("item", "/items/{name}", Shop(), action="item")

    class Dispatch:
        def __call__(self, path: str) -> None:
            cherrypy.request.config = {**cherrypy.request.base_config, **config["/"]}
            cherrypy.request.handler = lambda: "hello"

    for dispatch in (routes, Dispatch()):
        config: dict[str, Any] = {
            "/": {
                "tools.prometheus.on": True,
                "tools.prometheus.metrics": figures,
                "request.dispatch": dispatch,
            }
        }
        site.tree.mount(Shop(), "/shop", config=config)
        assert Client(site.tree).get("/shop/items/17").status_code == 200
    site.tree.mount(prometheus.MetricsPage(figures.registry), "/app/metrics")
    own = f"{__name__}.test_requests_of_other_dispatchers_have_their_patterns"
    labels = {key[0] for key in scrape(Client(site.tree)) if key != (RUNNING,)}
    assert labels == {"/shop/items/{name}", f"{own}.<locals>.Dispatch.__call__.<locals>.<lambda>"}


def test_counts_are_exact_under_load(site: Assembly, ask: Client) -> None:
    def load() -> None:
        client = Client(site.tree)
        for number in range(25):
            client.get(f"/app/shop/item/{number}")
            client.get(f"/app/{number}")

    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(load) for _ in range(8)]:
            done.result()
    assert scrape(ask) == {
        ("/app/shop/item/{name?}", "GET", "200"): 200,
        ("(no page)", "GET", "404"): 200,
        (RUNNING,): 0,
    }


def test_figures_of_another_kind_are_refused_before_there_is_a_request() -> None:
    with pytest.raises(TypeError, match="has to be a RequestMetrics, not 'x'"):
        cherrypy.tools.prometheus(metrics="x")


def test_stream_is_running_until_it_is_over(site: Assembly, ask: Client) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/app/shop/stream",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": None,
    }
    answer: Any = site.tree(environ, lambda status, fields, exc_info=None: lambda data: None)
    assert scrape(ask) == {(RUNNING,): 1}
    assert b"".join(answer) == b"piece"
    answer.close()
    assert scrape(ask) == {("/app/shop/stream", "GET", "200"): 1, (RUNNING,): 0}


def test_scrape_may_be_openmetrics(ask: Client) -> None:
    ask.get("/app/")
    accept = "application/openmetrics-text; version=1.0.0,text/plain;version=0.0.4;q=0.5"
    answer = ask.get("/app/metrics", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert (answer.headers["Vary"], answer.headers["Cache-Control"]) == ("Accept", "no-store")
    parse: Any = parse_open  # which has no types
    names = {sample.name for family in parse(answer.text) for sample in family.samples}
    assert COUNT in names
    plain = ask.get("/app/metrics", headers={"Accept": "text/plain; version=x"})
    assert plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_server_and_process_are_in_a_scrape(site: Assembly) -> None:
    class Page:
        metrics = prometheus.MetricsPage()

    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.tree.mount(Page(), config={"/": {"tools.prometheus.on": True}})
    site.server.subscribe()
    site.engine.start()
    with urllib.request.urlopen(f"{site.server.base()}/metrics") as answer:
        text = answer.read().decode()
    port = str(urlsplit(site.server.base()).port)
    found = {
        sample.name: sample.value
        for family in parse_text(text)
        for sample in family.samples
        if port in sample.labels.get("server", port)
    }
    assert found["http_server_threads"] == site.server.thread_pool
    assert found["http_server_connections"] >= 1
    assert found["python_info"] == 1
    assert found[RUNNING] == 1
    assert prometheus.registry is Page.metrics.registry
    with pytest.raises(AttributeError, match="nothing"):
        prometheus.nothing  # noqa: B018 - it raises
