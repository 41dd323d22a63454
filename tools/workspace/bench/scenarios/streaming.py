"""Streaming of 10 chunks."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable, Iterator
from typing import Any

from workspace.bench.wsgi import Application, Request, asking

GROUP = "requests"

_CHUNKS = [f"<p>This is paragraph number {number}.</p>\n".encode() for number in range(10)]


def cherrypy(_case: str) -> Callable[[], object]:
    """Yield with response.stream on."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> Iterator[bytes]:
            yield from _CHUNKS

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root(), "", {"/": {"response.stream": True}}))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Return a generator."""
    from flask import Flask

    app = Flask(__name__)
    app.add_url_rule("/", view_func=_generate)
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Return a generator."""
    from bottle import Bottle  # type: ignore[import-not-found]  # in its own environment

    app = Bottle()
    app.route("/", callback=_generate)
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Stream a generator."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Root:
        def on_get(self, _request: object, response: Any) -> None:
            response.stream = _generate()

    app = App(media_type="text/html")
    app.add_route("/", Root())
    return _asking(app)


def _generate() -> Iterator[bytes]:
    yield from _CHUNKS


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, Request("/"), b"".join(_CHUNKS))
