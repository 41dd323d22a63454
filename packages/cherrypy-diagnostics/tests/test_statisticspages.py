from __future__ import annotations

import io
import json
import time
from typing import Any
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest

from cherrypy_diagnostics import (
    STATISTICS_HEADERS,
    Report,
    RequestRecorder,
    StatisticsApplication,
    StatisticsMiddleware,
    StatisticsPages,
    pause_resume,
)

HOSTILE = "<script>alert(1)</script>\"'&"


class Site:
    """A bare WSGI application with the middleware, and the page of its statistics at `/stats`."""

    def __init__(self, **gauges: Any) -> None:
        self.statistics: dict[str, Any] = {}
        self.recorder = RequestRecorder(self.statistics, gauges=gauges)
        report = Report(self.statistics, controls=pause_resume)
        self.pages = StatisticsPages(self.recorder.history, report, "Of <this> site")
        self.watched = StatisticsMiddleware(hello, self.recorder, uriset=lambda e: e["PATH_INFO"])
        self.stats: Any = StatisticsApplication(self.pages)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"].startswith("/stats"):
            environ["SCRIPT_NAME"] = "/stats"
            environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/stats")
            return self.stats(environ, start_response)
        return self.watched(environ, start_response)

    def ask(self, path: str, query: str = "", body: bytes | None = None, **environ: Any) -> Any:
        """Return status, header fields and body of a response."""
        found: list[Any] = []
        environ |= {"PATH_INFO": path, "QUERY_STRING": query}
        if body is not None:
            environ |= {"REQUEST_METHOD": "POST", "wsgi.input": io.BytesIO(body)}
            environ.setdefault("CONTENT_LENGTH", str(len(body)))
        setup_testing_defaults(environ)
        response = self(environ, lambda status, headers, _=None: found.append((status, headers)))
        try:
            text = b"".join(response).decode()
        finally:
            getattr(response, "close", bool)()
        return found[0][0], dict(found[0][1]), text

    def pass_time(self) -> None:
        """Let the second be over in which requests came, and one in which nobody did."""
        now = time.time()
        self.recorder.history.tick(now + 1)
        self.recorder.history.tick(now + 2)


def hello(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"Hello"]


@pytest.fixture
def site() -> Site:
    return Site(Memory=lambda: 3 << 20)


def test_the_page_refers_to_files_only(site: Site) -> None:
    status, headers, page = site.ask("/stats/")
    assert (status, headers["Content-Type"]) == ("200 OK", "text/html; charset=utf-8")
    assert headers.items() >= STATISTICS_HEADERS.items()
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "<title>Of &lt;this&gt; site</title>" in page
    assert '<script src="script.js" defer></script>' in page
    assert page.count("<script") == 1
    for inline in ("<style", "style=", "onclick", "javascript:", "http://", "https://"):
        assert inline not in page


@pytest.mark.parametrize(
    ("name", "kind"), [("script.js", "text/javascript"), ("style.css", "text/css")]
)
def test_script_and_style_are_files(site: Site, name: str, kind: str) -> None:
    status, headers, text = site.ask(f"/stats/{name}")
    assert (status, headers["Content-Type"]) == ("200 OK", f"{kind}; charset=utf-8")
    assert len(text) > 1000


def test_the_page_says_all_without_its_script(site: Site) -> None:
    for _ in range(3):
        site.ask("/")
    site.pass_time()
    page = site.ask("/stats/")[2]
    assert '<span class="unit">/s</span></h2><dl><div><dt>all</dt><dd>' in page
    assert "<h2>CherryPy Applications</h2>" in page
    row = page[page.index("<tbody>") :].partition("</tr>")[0]
    assert '<time datetime="' in row
    assert '<td class="number">3</td>' in row  # of memory


def test_times_are_chosen_by_links(site: Site) -> None:
    page = site.ask("/stats/", "span=24h")[2]
    assert '<a href="?span=24h" aria-current="page">24 hours</a>' in page
    assert '<a href="?span=1h">1 hour</a>' in page
    assert 'data-span="24h"' in page


@pytest.mark.parametrize("path", ["/stats/", "/stats/plots"])
def test_a_time_that_is_not_kept_is_404(site: Site, path: str) -> None:
    assert site.ask(path, "span=%3Cb%3E")[0] == "404 Not Found"


def test_plots_have_values_in_their_units(site: Site) -> None:
    site.ask("/")
    site.pass_time()
    status, headers, text = site.ask("/stats/plots")
    assert (status, headers["Content-Type"]) == ("200 OK", "application/json")
    whole = json.loads(text)
    plots = {(plot["title"], plot["unit"]): plot["lines"] for plot in whole["plots"]}
    names = {title: [line["name"] for line in lines] for (title, _), lines in plots.items()}
    assert names == {
        "Requests": ["all", "failed"],
        "Latency": ["p50", "p95", "p99"],
        "Memory": ["resident"],
        "Traffic": ["sent", "received"],
    }
    assert plots["Memory", "MiB"][0]["values"][-1] == 3
    assert whole["step"] == 1
    (values,) = (line["values"] for line in plots["Requests", "/s"] if line["name"] == "all")
    assert len(values) == 300
    assert sum(value or 0 for value in values) == 1


def test_a_rate_is_by_second_in_coarser_slots_too(site: Site) -> None:
    now = time.time() // 10 * 10 + 20
    site.recorder.history.tick(now)
    for _ in range(5):
        site.ask("/")
    site.recorder.history.tick(now + 10)
    requests = json.loads(site.ask("/stats/plots", "span=1h")[2])["plots"][0]
    assert requests["lines"][0]["values"][-1] == 0.5


def test_a_gauge_of_ones_own_has_a_plot_of_its_own() -> None:
    site = Site(Orders=lambda: 7)
    site.ask("/")
    site.pass_time()
    plots = {plot["title"]: plot for plot in json.loads(site.ask("/stats/plots")[2])["plots"]}
    assert plots["Orders"]["lines"][0]["values"][-1] == 7


def test_figures_for_programs(site: Site) -> None:
    site.ask("/")
    status, headers, text = site.ask("/stats/data")
    assert (status, headers["Content-Type"]) == ("200 OK", "application/json")
    assert json.loads(text)["CherryPy Applications"]["Total Requests"] == 1


def test_nothing_that_clients_send_becomes_html(site: Site) -> None:
    site.recorder.history.gauges[HOSTILE] = lambda: 1
    site.ask("/" + HOSTILE, HOSTILE, REMOTE_ADDR=HOSTILE)
    site.statistics[HOSTILE] = {"Enabled": True, HOSTILE: HOSTILE}
    for path in ("/stats/", "/stats/tables"):
        page = site.ask(path)[2]
        assert "&lt;script&gt;" in page
        assert "<script>" not in page


def test_a_pause_is_told(site: Site) -> None:
    paused = '<p id="state" role="status">Requests are not recorded now'
    assert json.loads(site.ask("/stats/plots")[2])["note"] == ""
    assert paused not in site.ask("/stats/")[2]
    site.statistics["CherryPy Applications"]["Enabled"] = False
    assert "paused" in json.loads(site.ask("/stats/plots")[2])["note"]
    assert paused in site.ask("/stats/")[2]
    site.statistics["CherryPy Applications"] = "of somebody else"
    assert paused not in site.ask("/stats/")[2]


def test_collection_is_paused_and_resumed_by_post(site: Site) -> None:
    form = b"namespace=CherryPy+Applications"
    for action, enabled in (("pause", False), ("resume", True)):
        page = site.ask("/stats/")[2]
        assert f'<form action="{action}" method="POST">' in page
        status, headers, _ = site.ask(f"/stats/{action}", body=form)
        assert (status, headers["Location"]) == ("303 See Other", "./")
        assert site.statistics["CherryPy Applications"]["Enabled"] is enabled


@pytest.mark.parametrize(
    ("body", "environ", "status"),
    [
        (b"namespace=nowhere", {}, "404 Not Found"),
        (b"", {}, "404 Not Found"),
        (b"namespace=Bare", {}, "404 Not Found"),
        (b"namespace=Mine", {"CONTENT_LENGTH": "x"}, "400 Bad Request"),
        (b"", {"CONTENT_LENGTH": "1000000"}, "413 Content Too Large"),
        (b"namespace=Mine", {"HTTP_SEC_FETCH_SITE": "cross-site"}, "403 Forbidden"),
        (b"namespace=Mine", {"HTTP_SEC_FETCH_SITE": "same-origin"}, "303 See Other"),
        (b"namespace=Mine", {"HTTP_ORIGIN": "http://birds.example"}, "403 Forbidden"),
        (b"namespace=Mine", {"HTTP_ORIGIN": "null"}, "403 Forbidden"),
        (b"namespace=Mine", {"HTTP_ORIGIN": "http://127.0.0.1"}, "303 See Other"),
    ],
)
def test_what_cannot_be_paused(site: Site, body: bytes, environ: Any, status: str) -> None:
    site.statistics |= {"Mine": {"Enabled": True}, "Bare": {}}
    assert site.ask("/stats/pause", body=body, **environ)[0] == status
    assert site.statistics["Mine"]["Enabled"] is (status != "303 See Other")
    assert site.statistics["Bare"] == {}


def test_what_the_standard_asks_of_an_application(site: Site) -> None:
    site.stats = validator(site.stats)
    for path in ("/stats/", "/stats/data", "/stats/nothing", "/stats"):
        assert site.ask(path)[0][0] in "234"


def test_methods(site: Site) -> None:
    status, headers, _ = site.ask("/stats/pause")
    assert (status, headers["Allow"]) == ("405 Method Not Allowed", "POST")
    status, headers, _ = site.ask("/stats/", body=b"")
    assert (status, headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")
    status, headers, text = site.ask("/stats/", REQUEST_METHOD="HEAD")
    assert (status, text) == ("200 OK", "")
    assert int(headers["Content-Length"]) > 0


def test_paths(site: Site) -> None:
    assert site.ask("/stats/nothing")[0] == "404 Not Found"
    status, headers, _ = site.ask("/stats")
    assert (status, headers["Location"]) == ("303 See Other", "stats/")


def test_a_place_with_a_strange_name() -> None:
    found: list[Any] = []
    environ: dict[str, Any] = {"SCRIPT_NAME": "/of\r\nus", "PATH_INFO": ""}
    setup_testing_defaults(environ)
    environ["PATH_INFO"] = ""
    Site().stats(environ, lambda status, headers: found.append(dict(headers)))
    assert found[0]["Location"] == "of%0D%0Aus/"


def test_where_nothing_is_recorded_there_is_nothing_to_show() -> None:
    site = Site()
    site.statistics["CherryPy Applications"]["Enabled"] = False
    assert "There is nothing to show yet" in site.ask("/stats/")[2]


def test_servers_that_do_not_count_say_so() -> None:
    site = Site()
    site.statistics["Cheroot HTTPServer 7"] = {"Enabled": False, "Requests": -1, "Run time": 2.5}
    page = site.ask("/stats/tables")[2]
    prefix = '<td id="Cheroot%20HTTPServer%207/'
    assert f'{prefix}Requests">not counted</td>' in page
    assert f'{prefix}Run%20time" class="number">2.500</td>' in page
    assert 'value="Cheroot HTTPServer 7"' in page
