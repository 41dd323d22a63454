"""Query parameters on a deep path."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Application, Request, asking

GROUP = "requests"

_PATH = "/shop/books/search/page"
_QUERY = "title=Don+Quijote&year=1605&sort=price"


def cherrypy(_case: str) -> Callable[[], object]:
    """Take the parameters as arguments."""
    import cherrypy

    class Search:
        @cherrypy.expose
        def page(self, title: str, year: str, sort: str) -> str:
            return _text(title, year, sort)

    class Books:
        search = Search()

    class Shop:
        books = Books()

    class Root:
        shop = Shop()

    cherrypy.config.update({"log.screen": False})
    return _asking(cherrypy.Application(Root()))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Read the parameters from the request."""
    from flask import Flask, request

    def page() -> str:
        return _text(request.args["title"], request.args["year"], request.args["sort"])

    app = Flask(__name__)
    app.add_url_rule(_PATH, view_func=page)
    return _asking(app)


def bottle(_case: str) -> Callable[[], object]:
    """Read the parameters from the request."""
    from bottle import Bottle, request  # type: ignore[import-not-found]  # in its own environment

    def page() -> str:
        query = request.query
        return _text(query["title"], query["year"], query["sort"])

    app = Bottle()
    app.route(_PATH, callback=page)
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Read the parameters from the request."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    class Page:
        def on_get(self, request: Any, response: Any) -> None:
            get = request.get_param
            response.text = _text(get("title"), get("year"), get("sort"))

    app = App(media_type="text/html")
    app.add_route(_PATH, Page())
    return _asking(app)


def _text(title: str, year: str, sort: str) -> str:
    return f"{title} of {year} by {sort}"


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, Request(_PATH, _QUERY), b"Don Quijote of 1605 by price")
