"""The middleware around applications of other people's frameworks: Flask, and bare WebOb."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import webob
from flask import Flask, Response, request

from cherrypy_sessions import FileSession, RamSession, SessionMiddleware

Ask = Callable[..., Any]


def count(session: Any) -> str:
    session["visits"] = session.get("visits", 0) + 1
    return f"{session['visits']} {session.locked}"


def in_pieces(session: Any) -> Iterator[str]:
    yield "visits: "
    yield count(session)


def flask_application() -> Flask:
    app = Flask(__name__)

    @app.get("/")
    def index() -> str:
        return count(request.environ["cherrypy.session"])

    @app.get("/pieces")
    def pieces() -> Response:
        return Response(in_pieces(request.environ["cherrypy.session"]))

    @app.get("/login")
    def login() -> str:
        request.environ["cherrypy.session"].regenerate()
        return count(request.environ["cherrypy.session"])

    @app.get("/fails")
    def fails() -> str:
        request.environ["cherrypy.session"]["visits"] = -1
        raise RuntimeError("broken")

    return app


def webob_application(environ: dict[str, Any], start_response: Any) -> Any:
    session = environ["cherrypy.session"]
    path = webob.Request(environ).path
    if path == "/fails":
        session["visits"] = -1
        raise RuntimeError("broken")
    if path == "/login":
        session.regenerate()
    if path == "/pieces":
        pieces = (text.encode() for text in in_pieces(session))
        return webob.Response(app_iter=pieces)(environ, start_response)
    return webob.Response(text=count(session))(environ, start_response)


class Browser:
    """Keeps its cookies, and asks an application."""

    def __init__(self, site: Any) -> None:
        self._site = site
        self.cookie = ""

    def get(self, path: str) -> str:
        answer = webob.Request.blank(path, headers={"Cookie": self.cookie}).get_response(self._site)
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return str(answer.text)


@pytest.fixture(params=["memory", "files"])
def options(request: pytest.FixtureRequest, store: type[RamSession], tmp_path: Path) -> Any:
    if request.param == "memory":
        return {"storage_class": store}
    return {"storage_class": FileSession, "storage_path": str(tmp_path)}


@pytest.fixture(params=["flask", "webob"])
def browser(request: pytest.FixtureRequest, options: Any) -> Browser:
    if request.param == "webob":
        return Browser(SessionMiddleware(webob_application, **options))
    app = flask_application()
    app.testing = True  # errors come out
    app.wsgi_app = SessionMiddleware(app.wsgi_app, **options)  # type: ignore[method-assign]
    return Browser(app)


def test_visits_are_counted(browser: Browser) -> None:
    assert [browser.get("/") for _ in range(3)] == ["1 False", "2 True", "3 True"]


def test_what_a_stream_writes_is_saved(browser: Browser) -> None:
    browser.get("/")
    assert browser.get("/pieces") == "visits: 2 True"
    assert browser.get("/") == "3 True"


def test_a_login_changes_the_id_and_keeps_the_data(browser: Browser) -> None:
    browser.get("/")
    before = browser.cookie
    assert browser.get("/login") == "2 True"
    assert browser.cookie != before
    assert browser.get("/") == "3 True"
    browser.cookie = before
    assert browser.get("/") == "1 False"


def test_an_error_saves_nothing_and_releases_the_lock(browser: Browser) -> None:
    browser.get("/")
    with pytest.raises(RuntimeError):
        browser.get("/fails")
    assert browser.get("/") == "2 True"
