"""Responses that take too long."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

import cherrypy
from cherrypy_testing import Client
from cherrypy_web import Response

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly


class Root:
    def __init__(self, site: Assembly) -> None:
        self.site = site

    @cherrypy.expose
    def slow(self) -> str:
        """Take longer than may be, as the monitor sees it."""
        cherrypy.response.time -= cherrypy.response.timeout + 1
        self.site.engine.timeout_monitor.run()
        return f"timed out: {cherrypy.response.timed_out}"

    @cherrypy.expose
    def quick(self) -> str:
        self.site.engine.timeout_monitor.run()
        return f"timed out: {cherrypy.response.timed_out}"

    @cherrypy.expose
    def own(self) -> str:
        cherrypy.response.time -= 301
        cherrypy.response.check_timeout()
        if cherrypy.response.timed_out:
            raise cherrypy.TimeoutError
        return "in time"


@pytest.fixture
def client(site: Assembly) -> Client:
    return Client(site.tree.mount(Root(site)))


def test_a_response_that_took_too_long_is_given_up(site: Assembly, client: Client) -> None:
    answer = client.get("/slow")
    assert answer.status_code == 500
    assert "TimeoutError" in answer.text
    assert site.engine.timeout_monitor.active == {}


def test_one_in_time_is_left_alone(site: Assembly, client: Client) -> None:
    assert client.get("/quick").text == "timed out: False"
    assert site.engine.timeout_monitor.active == {}


def test_the_page_may_look_itself(client: Client) -> None:
    assert client.get("/own").status_code == 500


def test_config_says_how_long_it_may_take(site: Assembly) -> None:
    class Page:
        @cherrypy.expose
        def index(self) -> str:
            cherrypy.response.time -= 10
            cherrypy.response.check_timeout()
            return f"{cherrypy.response.timeout} {cherrypy.response.timed_out}"

    client = Client(site.tree.mount(Page(), "", {"/": {"response.timeout": 20}}))
    assert client.get("/").text == "20 False"


def test_the_monitor_is_on_once_a_minute(site: Assembly) -> None:
    monitor = site.engine.timeout_monitor
    assert monitor.frequency == 60
    site.config.update({"engine.timeout_monitor.frequency": 60 * 60})
    assert monitor.frequency == 3600
    lines: list[str] = []
    site.engine.subscribe("log", lambda msg, level: lines.append(msg))
    site.engine.start()
    assert "_TimeoutMonitor" in {thread.name for thread in threading.enumerate()}
    assert "Started monitor thread '_TimeoutMonitor'." in lines
    site.engine.stop()


@pytest.mark.parametrize("by_config", [True, False])
def test_the_monitor_can_be_turned_off(site: Assembly, client: Client, by_config: bool) -> None:
    if by_config:
        site.config.update({"engine.timeout_monitor.on": False})
    else:
        site.engine.timeout_monitor.unsubscribe()
    assert client.get("/slow").text == "timed out: False"
    assert site.engine.timeout_monitor.start not in site.engine.listeners["start"]


def test_the_thread_calls_it(site: Assembly) -> None:
    checked = threading.Event()

    class Seen(Response):
        def check_timeout(self) -> None:
            super().check_timeout()
            checked.set()

    class Page:
        @cherrypy.expose
        def index(self) -> str:
            cherrypy.response.time -= 301
            assert checked.wait(30)
            return "never seen"

    app = site.tree.mount(Page())
    app.response_class = Seen
    site.config.update({"engine.timeout_monitor.frequency": 0.01})
    site.engine.start()
    assert "TimeoutError" in Client(app).get("/").text


def test_assemblies_watch_their_own_requests(site: Assembly, client: Client) -> None:
    other = cherrypy.Assembly("another-site")
    other.log.screen = False
    client.get("/quick")
    assert other.engine.timeout_monitor.active == {}
    watched: list[object] = []
    site.engine.subscribe(
        "before_request", lambda: watched.extend(other.engine.timeout_monitor.active)
    )
    client.get("/quick")
    assert watched == []
