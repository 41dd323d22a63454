"""The pages on the objects of a site."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.lib import gctools
from cherrypy_diagnostics import GarbageReport
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly

kept: list[Any] = []


class Root:
    def __init__(self) -> None:
        self.gc = gctools.GCRoot()

    @cherrypy.expose
    def leak(self, **params: str) -> str:
        kept.append(cherrypy.serving.request)
        return "leaked"

    @cherrypy.expose
    def index(self) -> str:
        return "hello"


@pytest.fixture
def ask(site: Assembly) -> Iterator[Client]:
    gc.collect()
    site.tree.mount(Root())
    yield Client(site.tree)
    kept.clear()
    gctools.request_counter.unsubscribe()
    gctools.request_counter.count = 0


def test_request_counter_counts_what_is_being_served() -> None:
    counter = gctools.RequestCounter(cherrypy.engine)
    counter.subscribe()
    try:
        inside: list[int] = []

        class Page:
            @cherrypy.expose
            def index(self) -> str:
                inside.append(counter.count)
                return ""

        client = cherrypy.Application(Page()).test_client()
        client.get("/")
        assert (inside, counter.count) == ([1], 0)
        counter.after_request()
        client.get("/")
        assert (inside, counter.count) == ([1, 1], 0)
    finally:
        counter.unsubscribe()


def test_mounting_the_pages_subscribes_the_counter(ask: Client) -> None:
    assert gctools.request_counter.before_request in cherrypy.engine.listeners["before_request"]


def test_planted_leak_of_a_request_is_found(ask: Client) -> None:
    bounds = {cls.__name__: bounds for cls, *bounds, _ in gctools.GCRoot.classes}
    assert bounds == {"Request": [2, 2], "Response": [2, 2], "AppResponse": [1, 1]}
    before = ask.get("/gc/stats").text
    assert ask.get("/leak?x=%3Cscript%3E").text == "leaked"
    after = ask.get("/gc/stats").text
    assert "path=/leak" not in before
    assert "path=/leak" in after
    assert "Should be 1 in this request thread and 1 in the main thread." in after
    assert "<script>" not in after


def test_new_objects_are_counted_from_the_mark(ask: Client) -> None:
    answer = ask.post("/gc/mark")
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://localhost/gc/")
    assert ask.get("/leak").text == "leaked"
    name = "cherrypy_web.request.Request"
    assert f'objects?name={name}"' in ask.get("/gc/").text
    page = ask.get(f"/gc/objects?name={name}").text
    assert "path=/leak" in page


def test_mark_is_not_set_by_a_link(ask: Client) -> None:
    assert ask.get("/gc/mark").status_code == 405


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://birds.example"}]
)
def test_mark_is_not_set_by_another_site(ask: Client, headers: dict[str, str]) -> None:
    assert ask.post("/gc/mark", headers=headers).status_code == 403
    assert "there is no mark yet" in ask.get("/gc/").text


def test_one_page_is_made_at_a_time(ask: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[Any] = []
    calls: list[GarbageReport] = []

    def new(report: GarbageReport) -> str:
        calls.append(report)
        if len(calls) > 1:
            return "made at the same time"
        with ThreadPoolExecutor(1) as pool:
            paths = ("/gc/", "/gc/stats", "/gc/objects?name=builtins.dict")
            others.extend(pool.map(ask.get, paths))
            others.append(pool.submit(ask.post, "/gc/mark").result())
        return "made"

    monkeypatch.setattr(GarbageReport, "new", new)
    assert ask.get("/gc/").text == "made"
    assert [each.status_code for each in others] == [503] * 4
    assert ask.get("/gc/objects?name=no.such.Class").status_code == 200


def test_context_tells_the_request() -> None:
    request = cherrypy.serving.defaults.get("request")
    assert gctools.get_context(request).startswith("path=")
    assert gctools.get_context(cherrypy.serving.defaults.get("response")) == "status="
    assert gctools.get_context(object()) == ""
