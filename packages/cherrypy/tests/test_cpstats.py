"""Statistics on requests: the tool that collects them and the page that shows them."""

from __future__ import annotations

import subprocess
import sys
from threading import get_ident
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.assembly.statistics import recorder
from cherrypy.lib import cpstats
from cherrypy.lib.auth_basic import checkpassword_dict
from cherrypy_testing import Client
from cherrypy_web.epoch import EPOCH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly


class Root:
    def __init__(self) -> None:
        self.stats = cpstats.StatsPage()

    @cherrypy.expose
    def index(self, **params: str) -> str:
        return "hello"

    @cherrypy.expose
    def moved(self, **params: str) -> str:
        raise cherrypy.InternalRedirect("/")

    @cherrypy.expose
    def fails(self) -> str:
        raise RuntimeError("the reason")


@pytest.fixture
def ask(site: Assembly) -> Iterator[Client]:
    entries = {"tools.cpstats.on": True, "tools.cpstats.uriset": "all"}
    entries["tools.cpstats.slow_queries"] = 0
    site.tree.mount(Root(), config={"/": entries, "/stats": {"tools.cpstats.on": False}})
    yield Client(site.tree)
    cpstats.appstats["Enabled"] = True


def figures(ask: Client) -> Any:
    return ask.get("/stats/data").json()["CherryPy Applications"]


def test_nothing_is_collected_while_it_is_paused(ask: Client) -> None:
    cpstats.appstats["Enabled"] = False
    before = figures(ask)["Total Requests"]
    ask.get("/")
    assert figures(ask)["Total Requests"] == before


def test_request_is_counted_with_its_bytes(ask: Client) -> None:
    before = figures(ask)
    ask.post("/", data={"name": "value"})
    after = figures(ask)
    assert after["Total Requests"] - before["Total Requests"] == 1
    assert after["Total Bytes Read"] - before["Total Bytes Read"] == len("name=value")
    assert after["Total Bytes Written"] - before["Total Bytes Written"] == len("hello")
    assert after["Current Requests"] == 0
    record = next(reversed(after["Requests"].values()))
    assert record["Request-Line"] == "POST / HTTP/1.1"
    assert record["Response Status"] == "200 OK"
    assert after["URI Set Tracking"]["all"]["Count"] > 0


def test_record_names_the_client_and_the_whole_target(ask: Client) -> None:
    ask.get("/?page=2", environ={"REMOTE_ADDR": "192.0.2.7", "REMOTE_PORT": "4711"})
    record = cpstats.appstats["Requests"][get_ident()]
    assert record["Request-Line"] == "GET /?page=2 HTTP/1.1"
    assert record["Client"] == "192.0.2.7:4711"


def test_request_that_no_server_of_wsgi_brought_is_recorded(ask: Client, site: Assembly) -> None:
    local, remote = (
        cherrypy.lib.httputil.Host("127.0.0.1", 80),
        cherrypy.lib.httputil.Host("192.0.2.7", 4711),
    )
    request, _ = site.tree.apps[""].get_serving(local, remote, "http", "HTTP/1.1")
    try:
        request.run("GET", "/", "page=2", "HTTP/1.1", [("Host", "localhost")], None)
    finally:
        site.tree.apps[""].release_serving()
    record = cpstats.appstats["Requests"][get_ident()]
    assert (record["Request-Line"], record["Client"]) == ("GET /?page=2 HTTP/1.1", "192.0.2.7:4711")


def test_request_that_fails_is_counted_once_and_over(ask: Client) -> None:
    before = figures(ask)["Total Requests"]
    assert ask.get("/fails").status_code == 500
    after = figures(ask)
    assert after["Total Requests"] - before == 1
    assert after["Current Requests"] == 0


def test_internal_redirect_counts_once(ask: Client) -> None:
    before = figures(ask)
    assert ask.post("/moved", data={"name": "value"}).text == "hello"
    after = figures(ask)
    assert after["Total Requests"] - before["Total Requests"] == 1
    assert after["Total Bytes Read"] - before["Total Bytes Read"] == len("name=value")
    assert after["Current Requests"] == 0
    record = cpstats.appstats["Requests"][get_ident()]
    assert (record["Request-Line"], record["Response Status"]) == ("GET / HTTP/1.1", "200 OK")


def test_request_without_an_answer_has_no_status(ask: Client, site: Assembly) -> None:
    entries = {"tools.cpstats.on": True, "request.throw_errors": True}
    site.tree.mount(Root(), "/bare", {"/": entries})
    assert ask.get("/bare/fails").status_code == 500  # which the application knows nothing of
    assert cpstats.appstats["Requests"][get_ident()]["Response Status"] is None
    assert cpstats.appstats["Current Requests"] == 0


def test_middleware_has_the_recorder_of_the_tool() -> None:
    def nothing(environ: Any, start_response: Any) -> list[bytes]:
        return []

    assert cpstats.StatisticsMiddleware(nothing).recorder is recorder()
    assert "Sessions" in recorder().history.gauges


def test_requests_with_the_tool_leave_prepared_plans_as_they_are(ask: Client) -> None:
    ask.get("/")
    before = EPOCH.value
    ask.get("/")
    ask.get("/fails")
    assert EPOCH.value == before


def test_page_shows_the_figures_and_a_button(ask: Client) -> None:
    ask.get("/?<script>")
    page = ask.get("/stats/").text
    assert "CherryPy Applications" in page
    assert '<form action="pause" method="POST"' in page
    assert "<script>" not in page


def test_page_needs_nothing_that_is_inline(ask: Client) -> None:
    answer = ask.get("/stats/")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert answer.headers["Cache-Control"] == "no-store"
    for name, kind in (("script.js", "text/javascript"), ("style.css", "text/css")):
        assert f'"{name}"' in answer.text
        found = ask.get(f"/stats/{name}")
        assert (found.status_code, found.headers["Content-Type"]) == (200, f"{kind};charset=utf-8")


def test_plots_and_tables_are_there_for_the_script(ask: Client) -> None:
    assert ask.get("/stats/plots?span=1h").json()["step"] == 10
    assert "<h2>CherryPy Applications</h2>" in ask.get("/stats/tables").text


def test_time_that_is_not_kept_is_404(ask: Client) -> None:
    assert ask.get("/stats/?span=1y").status_code == 404


def test_main_thread_tells_the_time_while_nobody_comes(
    site: Assembly, ask: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask.get("/")
    ticks: list[bool] = []
    monkeypatch.setattr(recorder().history, "tick", lambda: ticks.append(True))
    site.engine.publish("main")
    assert ticks == [True]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://birds.example"},  # all that a browser says by plain HTTP
        {"Origin": "http://localhost:8080"},
        {"Origin": "null"},
    ],
)
def test_other_sites_pause_nothing(ask: Client, headers: dict[str, str]) -> None:
    form = {"namespace": "CherryPy Applications"}
    assert ask.post("/stats/pause", data=form, headers=headers).status_code == 403
    assert cpstats.appstats["Enabled"] is True


def test_page_itself_pauses_by_plain_http(ask: Client) -> None:
    form, headers = {"namespace": "CherryPy Applications"}, {"Origin": "http://localhost"}
    assert ask.post("/stats/pause", data=form, headers=headers).status_code == 303
    assert cpstats.appstats["Enabled"] is False


@pytest.mark.parametrize("path", ["", "plots"])
def test_parameter_that_comes_twice_is_400(ask: Client, path: str) -> None:
    assert ask.get(f"/stats/{path}?span=5m&span=1h").status_code == 400


def test_nothing_is_written_in_answer_to_head(ask: Client) -> None:
    before = cpstats.appstats["Total Bytes Written"]
    ask.head("/")
    assert cpstats.appstats["Total Bytes Written"] == before


def test_every_part_of_the_page_asks_who_is_there(site: Assembly) -> None:
    guard = {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "statistics",
        "tools.auth_basic.checkpassword": checkpassword_dict({"nina": "secret"}),
    }
    site.tree.mount(cpstats.StatsPage(), "/guarded", config={"/": guard})
    ask = Client(site.tree)
    for path in ("", "data", "plots", "tables", "script.js", "style.css"):
        assert ask.get(f"/guarded/{path}").status_code == 401
    for path in ("pause", "resume"):
        assert ask.post(f"/guarded/{path}", data={"namespace": "x"}).status_code == 401


def test_formatting_is_documented_for_servers_too() -> None:
    formatting = cpstats.StatsPage.formatting
    assert formatting["CherryPy WSGIServer"]["Connections/second"] == "%.3f"
    assert formatting["CherryPy Applications"]["Slow Queries"]["End Time"] is None


def test_collection_is_paused_and_resumed(ask: Client) -> None:
    form = {"namespace": "CherryPy Applications"}
    answer = ask.post("/stats/pause", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://localhost/stats/")
    assert cpstats.appstats["Enabled"] is False
    assert '<form action="resume"' in ask.get("/stats/").text
    ask.post("/stats/resume", data=form)
    assert cpstats.appstats["Enabled"] is True


def test_collection_is_not_paused_by_a_link(ask: Client) -> None:
    assert ask.get("/stats/pause?namespace=CherryPy+Applications").status_code == 405
    assert cpstats.appstats["Enabled"] is True


def test_namespace_that_is_not_there_is_404(ask: Client) -> None:
    assert ask.post("/stats/pause", data={"namespace": "nowhere"}).status_code == 404


def test_formatting_of_a_page_can_be_changed(ask: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    formatting = cpstats.StatsPage.formatting["CherryPy Applications"]
    monkeypatch.setitem(formatting, "Total Requests", lambda v: f"{v} in all")
    monkeypatch.setitem(formatting, "Uptime", None)
    page = ask.get("/stats/").text
    assert " in all" in page
    assert "Uptime" not in page


def test_formatting_can_be_replaced_while_the_site_runs(
    ask: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Uptime" in ask.get("/stats/").text
    formatting = {"CherryPy Applications": {"Uptime": None, "Total Requests": "%d so far"}}
    monkeypatch.setattr(cpstats.StatsPage, "formatting", formatting)
    for path in ("", "tables"):
        page = ask.get(f"/stats/{path}").text
        assert "Uptime" not in page
        assert " so far" in page


def test_importing_the_module_makes_no_namespace() -> None:
    program = (
        "import logging, cherrypy.lib.cpstats as cpstats\n"
        "known = lambda: 'CherryPy Applications' in getattr(logging, 'statistics', {})\n"
        "print(known(), cpstats.appstats['Enabled'], known())\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False True True\n"
