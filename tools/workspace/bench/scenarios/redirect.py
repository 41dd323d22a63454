"""Redirect."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable

from workspace.bench.wsgi import Answer, Application, Request, asking

GROUP = "requests"


def cherrypy(_case: str) -> Callable[[], object]:
    """Raise the redirect."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def here(self) -> str:
            raise cherrypy.HTTPRedirect("/there")

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Return the redirect."""
    from flask import Flask, redirect

    app = Flask(__name__)
    app.add_url_rule("/here", view_func=lambda: redirect("/there", 303), endpoint="here")
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Raise the redirect."""
    from bottle import Bottle, redirect  # type: ignore[import-not-found]  # in its own environment

    app = Bottle()
    app.route("/here", callback=lambda: redirect("/there"))
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Raise the redirect."""
    from falcon import App, HTTPSeeOther  # type: ignore[import-not-found]  # in its own environment

    class Here:
        def on_get(self, _request: object, _response: object) -> None:
            raise HTTPSeeOther("/there")

    app = App(media_type="text/html")
    app.add_route("/here", Here())
    return _asking(app)


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, Request("/here"), _leads_there, 303)


def _leads_there(answer: Answer) -> bool:
    return answer.headers["location"] in {"/there", "http://127.0.0.1:8080/there"}
