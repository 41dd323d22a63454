"""GET / answers hello."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable

from workspace.bench.wsgi import getting

GROUP = "requests"


def cherrypy(_case: str) -> Callable[[], object]:
    """Publish an object."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return "Hello World!"

    cherrypy.config.update({"log.screen": False})
    return getting(cherrypy.Application(Root()), "/", b"Hello World!")


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Route to a function."""
    from flask import Flask  # type: ignore[import-not-found]  # in its own environment

    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "Hello World!", endpoint="hello")
    return getting(app, "/", b"Hello World!")


def bottle(_case: str) -> Callable[[], object]:
    """Route to a function."""
    from bottle import Bottle  # type: ignore[import-not-found]  # in its own environment

    app = Bottle()
    app.route("/", callback=lambda: "Hello World!")
    return getting(app, "/", b"Hello World!")


def falcon(_case: str) -> Callable[[], object]:
    """Route to a resource."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Hello:
        def on_get(self, _request: object, response: object) -> None:
            response.text = "Hello World!"  # type: ignore[attr-defined]  # it has

    app = App(media_type="text/html")
    app.add_route("/", Hello())
    return getting(app, "/", b"Hello World!")
