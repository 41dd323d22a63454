"""Statistics on requests: the tool that collects them and the page that shows them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.lib import cpstats
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


def test_request_that_fails_is_counted_once_and_over(ask: Client) -> None:
    before = figures(ask)["Total Requests"]
    assert ask.get("/fails").status_code == 500
    after = figures(ask)
    assert after["Total Requests"] - before == 1
    assert after["Current Requests"] == 0


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


def test_importing_the_module_makes_no_namespace() -> None:
    program = (
        "import logging, cherrypy.lib.cpstats as cpstats\n"
        "known = lambda: 'CherryPy Applications' in getattr(logging, 'statistics', {})\n"
        "print(known(), cpstats.appstats['Enabled'], known())\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False True True\n"
