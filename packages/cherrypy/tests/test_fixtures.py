"""Clients of an application, and pytest's fixtures."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import cherrypy

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return cherrypy.url("/")

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def double(self) -> dict[str, Any]:
        return {"result": 2 * cherrypy.request.json["number"]}

    @cherrypy.expose
    def size(self, file: Any) -> str:
        return f"{file.filename}: {len(file.file.read())}"

    @cherrypy.expose
    def count(self) -> str:
        number = int(cherrypy.session.get("number", 0)) + 1
        cherrypy.session["number"] = number
        return str(number)

    @cherrypy.expose
    def leave(self) -> str:
        raise cherrypy.HTTPRedirect("/blog/")

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def endless(self) -> Any:
        while True:
            yield "again "


SESSIONS = {"/": {"tools.sessions.on": True}}


def test_an_application_has_a_client(site: Assembly) -> None:
    from cherrypy_testing import Upload

    client = site.tree.mount(Root(), "/blog", SESSIONS).test_client()
    assert client.get("/blog/").text == "http://localhost/blog/"
    assert client.get("/").status_code == 404
    assert client.post("/blog/double", json={"number": 4}).json() == {"result": 8}
    file = {"file": Upload("a.txt", b"12345")}
    assert client.post("/blog/size", files=file).text == "a.txt: 5"
    assert client.get("/blog/leave").status_code == 303
    assert client.get("/blog/leave", follow_redirects=True).text == "http://localhost/blog/"
    with client.stream("GET", "/blog/endless") as answer:
        assert next(iter(answer)) == b"again "


def test_a_client_keeps_its_own_cookies(site: Assembly) -> None:
    app = site.tree.mount(Root(), "", SESSIONS)
    client = app.test_client()
    assert [client.get("/count").text for _ in range(3)] == ["1", "2", "3"]
    assert app.test_client().get("/count").text == "1"


def test_options_are_those_of_clients(site: Assembly) -> None:
    app = site.application_class(Root(), None)
    client = app.test_client(base_url="https://example.com", validate=True)
    assert client.get("/").text == "https://example.com/"


SUITE = """
    from urllib.request import urlopen

    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self):
            return cherrypy.request.config.get("own.entry", "nothing")

    def test_in_process(cherrypy_app):
        app = cherrypy_app(Root(), "", {"/": {"own.entry": "one"}, "global": {"own.site": 1}})
        assert app.test_client().get("/").text == "one"
        assert cherrypy.config["own.site"] == 1
        assert cherrypy.tree.apps[""] is app

    def test_nothing_is_left(cherrypy_app):
        assert not cherrypy.tree.apps
        assert "own.site" not in cherrypy.config

    def test_over_a_socket(cherrypy_app, live_server):
        cherrypy_app(Root(), "/later")
        seen = []
        cherrypy.engine.subscribe("stop", lambda: seen.append("stop"))
        with urlopen(live_server.url("/later/")) as answer:
            assert answer.read() == b"nothing"
        assert live_server.base_url == cherrypy.server.base()
        assert cherrypy.engine.state is cherrypy.engine.states.STARTED

    def test_over_a_socket_again(live_server, cherrypy_app):
        cherrypy_app(Root())
        with urlopen(live_server.url()) as answer:
            assert answer.read() == b"nothing"

    def test_the_server_is_gone():
        assert not cherrypy.server.running
        assert cherrypy.engine.state is cherrypy.engine.states.EXITING
        assert cherrypy.log.screen is True
"""


def test_fixtures_last_as_long_as_a_test(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["cherrypy.test.fixtures"]\n')
    (tmp_path / "test_site.py").write_text(textwrap.dedent(SUITE), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "5 passed" in done.stdout, done.stdout + done.stderr
