"""Entity-tag that the client has: 304."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Application, Request, ask, asking

GROUP = "tools"
CASES = {"etag": "Entity-tag that the client has: 304"}

_PAGE = "<p>In a village of La Mancha, whose name I have no wish to recall.</p>\n" * 28


def cherrypy(_case: str) -> Callable[[], object]:
    """Let the tool make the tag from the page."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return _PAGE

    cherrypy.config.update({"log.screen": False})
    config = {"/": {"tools.etags.on": True, "tools.etags.autotags": True}}
    return _asking(cherrypy.Application(Root(), "", config))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Let the response make the tag from the page."""
    from flask import Flask, request

    app = Flask(__name__)

    def index() -> Any:
        response = app.make_response(_PAGE)
        response.add_etag()
        return response.make_conditional(request)

    app.add_url_rule("/", view_func=index)
    return _asking(app)


def _asking(application: Application) -> Callable[[], object]:
    tag = ask(application, Request("/")).headers["etag"]
    return asking(application, Request("/", headers={"If-None-Match": tag}), b"", 304)
