"""Hello."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Application, Request, asking

GROUP = "requests"


def cherrypy(_case: str) -> Callable[[], object]:
    """Publish an object."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return "Hello World!"

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Route to a function."""
    from flask import Flask

    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "Hello World!", endpoint="hello")
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Route to a function."""
    from bottle import Bottle  # type: ignore[import-not-found]  # in its own environment

    app = Bottle()
    app.route("/", callback=lambda: "Hello World!")
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Route to a resource."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Hello:
        def on_get(self, _request: object, response: Any) -> None:
            response.text = "Hello World!"

    app = App(media_type="text/html")
    app.add_route("/", Hello())
    return _asking(app)


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, Request("/"), b"Hello World!")
