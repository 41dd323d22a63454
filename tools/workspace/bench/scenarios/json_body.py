"""JSON in and out."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import json
from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Answer, Application, Request, asking

GROUP = "tools"
CASES = {"json": "JSON in and out"}

_BOOK = {
    "title": "Don Quijote",
    "author": {"name": "Miguel de Cervantes", "born": 1547},
    "tags": ["novel", "knights", "windmills"],
    "price": 12.5,
    "lent": False,
}
_REQUEST = Request(
    "/book",
    method="POST",
    headers={"Content-Type": "application/json"},
    body=json.dumps(_BOOK).encode(),
)


def cherrypy(_case: str) -> Callable[[], object]:
    """Let json_in and json_out convert."""
    import cherrypy

    class Root:
        @cherrypy.expose
        @cherrypy.tools.json_in()
        @cherrypy.tools.json_out()
        def book(self) -> object:
            request: Any = cherrypy.request
            return _lent(request.json)

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Read the object from the request and return another."""
    from flask import Flask, request

    def book() -> Any:
        return _lent(request.get_json())

    app = Flask(__name__)
    app.add_url_rule("/book", view_func=book, methods=["POST"])
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Read the object from the request and return another."""
    from bottle import Bottle, request  # type: ignore[import-not-found]  # in its own environment

    def book() -> Any:
        return _lent(request.json)

    app = Bottle()
    app.route("/book", method="POST", callback=book)
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Read the object from the request and give another to the response."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Book:
        def on_post(self, request: Any, response: Any) -> None:
            response.media = _lent(request.get_media())

    app = App()
    app.add_route("/book", Book())
    return _asking(app)


def _lent(book: dict[str, Any]) -> object:
    return {**book, "lent": True}


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, _REQUEST, _is_right)


def _is_right(answer: Answer) -> bool:
    kind = answer.headers["content-type"].partition(";")[0]
    return kind == "application/json" and json.loads(answer.body) == {**_BOOK, "lent": True}
