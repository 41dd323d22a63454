"""When the session of a request is locked, saved and released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly


class Root:
    def __init__(self) -> None:
        self.locked_early: bool | None = None

    @cherrypy.expose
    def count(self) -> str:
        cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
        return f"{cherrypy.session['count']} {cherrypy.session.locked} {self.locked_early}"

    @cherrypy.expose
    def streams(self) -> Iterator[str]:
        yield "begun "
        cherrypy.session["count"] = 41
        yield "done"

    @cherrypy.expose
    def renews(self) -> str:
        old = cherrypy.session.id
        cherrypy.tools.sessions.regenerate()
        return str(old != cherrypy.session.id)

    @cherrypy.expose
    def fails(self) -> None:
        cherrypy.session["count"] = 0
        raise RuntimeError("the reason")


@pytest.fixture
def root() -> Root:
    return Root()


def client(site: Assembly, root: Root, **options: Any) -> Client:
    def look() -> None:
        root.locked_early = cherrypy.session.locked

    entries: dict[str, Any] = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0}
    entries |= {f"tools.sessions.{name}": value for name, value in options.items()}
    entries["hooks.before_request_body"] = cherrypy._cprequest.Hook(look, priority=99)
    streaming = {"response.stream": True}
    site.tree.mount(root, config={"/": entries, "/streams": streaming})
    return Client(site.tree)


@pytest.mark.parametrize(
    ("locking", "in_handler", "before_body"),
    [("implicit", True, False), ("early", True, True), ("explicit", False, False)],
)
def test_session_is_locked_when_config_says(
    site: Assembly, root: Root, locking: Any, in_handler: Any, before_body: Any
) -> None:
    ask = client(site, root, locking=locking)
    ask.get("/count")
    assert ask.get("/count").text == f"2 {in_handler} {before_body}"


def test_session_that_is_read_only_cannot_be_changed(site: Assembly, root: Root) -> None:
    answer = client(site, root, locking="readonly").get("/count")
    assert answer.status_code == 500
    assert "ReadOnlySessionError" in answer.text


def test_session_of_a_stream_is_saved_after_it(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    assert ask.get("/streams").text == "begun done"
    assert ask.get("/count").text.startswith("42 ")


def test_session_is_released_when_the_handler_fails(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/count")
    assert ask.get("/fails").status_code == 500
    assert ask.get("/count").text.startswith("2 True")


def test_session_gets_another_id(site: Assembly, root: Root) -> None:
    ask = client(site, root)
    ask.get("/count")
    assert ask.get("/renews").text == "True"
    assert ask.get("/count").text.startswith("2 ")
