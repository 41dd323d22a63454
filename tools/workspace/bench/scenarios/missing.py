"""404."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable

from workspace.bench.wsgi import Answer, Application, Request, asking

GROUP = "requests"


def cherrypy(_case: str) -> Callable[[], object]:
    """Find no handler."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return "Hello World!"

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Find no route."""
    from flask import Flask

    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "Hello World!", endpoint="hello")
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Find no route."""
    from bottle import Bottle  # type: ignore[import-not-found]  # in its own environment

    app = Bottle()
    app.route("/", callback=lambda: "Hello World!")
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Find no route."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    return _asking(App(media_type="text/html"))


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, Request("/nothing/here"), _tells_it, 404)


def _tells_it(answer: Answer) -> bool:
    return b"404 Not Found" in answer.body
