"""Urlencoded form."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Application, Request, asking

GROUP = "requests"

_REQUEST = Request(
    "/order",
    method="POST",
    headers={"Content-Type": "application/x-www-form-urlencoded"},
    body=b"name=Alonso+Quijano&street=Calle+Mayor+1&town=Argamasilla&note=ma%C3%B1ana&agree=on",
)


def cherrypy(_case: str) -> Callable[[], object]:
    """Take the fields as arguments."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def order(self, name: str, street: str, town: str, note: str, agree: str) -> str:
            return _text(name, street, town, note, agree)

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Read the fields from the request."""
    from flask import Flask, request

    def order() -> str:
        return _from(request.form)

    app = Flask(__name__)
    app.add_url_rule("/order", view_func=order, methods=["POST"])
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Read the fields from the request."""
    from bottle import Bottle, request  # type: ignore[import-not-found]  # in its own environment

    def order() -> str:
        form = request.forms.decode()
        return _from(form)

    app = Bottle()
    app.route("/order", method="POST", callback=order)
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Read the fields from the request."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Order:
        def on_post(self, request: Any, response: Any) -> None:
            response.text = _from(request.get_media())

    app = App(media_type="text/html")
    app.add_route("/order", Order())
    return _asking(app)


def _from(form: Any) -> str:
    return _text(form["name"], form["street"], form["town"], form["note"], form["agree"])


def _text(name: str, street: str, town: str, note: str, agree: str) -> str:
    return f"{name}, {street}, {town}, {note}, {agree}"


def _asking(application: Application) -> Callable[[], object]:
    expected = "Alonso Quijano, Calle Mayor 1, Argamasilla, mañana, on"
    return asking(application, _REQUEST, expected.encode())
