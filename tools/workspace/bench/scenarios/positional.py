"""Positional arguments: segments of the path."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Application, Request, asking

GROUP = "requests"
CASES = {
    "positional-default": "Positional arguments by `default`",
    "positional-popargs": "Positional arguments by `popargs`",
}


def cherrypy(case: str) -> Callable[[], object]:
    """Collect them in default, or name them with popargs."""
    import cherrypy

    class Rest:
        @cherrypy.expose
        def default(self, *parts: str) -> str:
            return "/".join(parts)

    @cherrypy.popargs("year", "month", "day")
    class Named:
        @cherrypy.expose
        def page(self, year: str, month: str, day: str) -> str:
            return _join(year, month, day)

    class Root:
        blog = Rest() if case == "positional-default" else Named()

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()), case)


ours = cherrypy


def flask(case: str) -> Callable[[], object]:
    """Take the rest of the path, or three variables of a route."""
    from flask import Flask

    app = Flask(__name__)
    if case == "positional-default":
        app.add_url_rule("/blog/<path:rest>", view_func=_same)
    else:
        app.add_url_rule("/blog/<year>/<month>/<day>/page", view_func=_join)
    return _asking(app, case)


def bottle(case: str) -> Callable[[], object]:
    """Take the rest of the path, or three variables of a route."""
    from bottle import Bottle  # type: ignore[import-not-found]  # in its own environment

    app = Bottle()
    if case == "positional-default":
        app.route("/blog/<rest:path>", callback=_same)
    else:
        app.route("/blog/<year>/<month>/<day>/page", callback=_join)
    return _asking(app, case)


def falcon(case: str) -> Callable[[], object]:
    """Take the rest of the path, or three variables of a route."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Rest:
        def on_get(self, _request: object, response: Any, rest: str) -> None:
            response.text = rest

    class Named:
        def on_get(self, _request: object, response: Any, **named: str) -> None:
            response.text = _join(**named)

    app = App(media_type="text/html")
    if case == "positional-default":
        app.add_route("/blog/{rest:path}", Rest())
    else:
        app.add_route("/blog/{year}/{month}/{day}/page", Named())
    return _asking(app, case)


def _same(rest: str) -> str:
    return rest


def _join(year: str, month: str, day: str) -> str:
    return f"{year}/{month}/{day}"


def _asking(application: Application, case: str) -> Callable[[], object]:
    path = "/blog/2026/11/22" if case == "positional-default" else "/blog/2026/11/22/page"
    return asking(application, Request(path), b"2026/11/22")
