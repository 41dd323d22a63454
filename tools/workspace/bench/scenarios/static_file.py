"""Static file of 10 kB."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workspace.bench.wsgi import Answer, Application, Request, asking

GROUP = "tools"
CASES = {"static": "Static file of 10 kB"}

_CONTENT = b".windmill { rotate: 30deg }\n" * 366


def cherrypy(_case: str) -> Callable[[], object]:
    """Serve a directory."""
    import cherrypy

    directory = _directory()

    class Root:
        pass

    cherrypy.config.update({"log.screen": False})
    config = {"/static": {"tools.staticdir.on": True, "tools.staticdir.dir": directory}}
    return _asking(cherrypy.Application(Root(), "", config))


ours = cherrypy


def flask(_case: str) -> Callable[[], object]:
    """Serve a directory."""
    from flask import Flask

    return _asking(Flask(__name__, static_folder=_directory(), static_url_path="/static"))


def bottle(_case: str) -> Callable[[], object]:
    """Route to what serves a file."""
    import bottle  # type: ignore[import-not-found]  # in its own environment

    directory = _directory()

    def file(name: str) -> Any:
        return bottle.static_file(name, root=directory)

    app = bottle.Bottle()
    app.route("/static/<name:path>", callback=file)
    return _asking(app)


def falcon(_case: str) -> Callable[[], object]:
    """Serve a directory."""
    from falcon import App  # type: ignore[import-not-found]  # in its own environment

    app = App()
    app.add_static_route("/static", _directory())
    return _asking(app)


def _directory() -> str:
    directory = Path(tempfile.mkdtemp())
    (directory / "style.css").write_bytes(_CONTENT)
    return str(directory)


def _asking(application: Application) -> Callable[[], object]:
    return asking(application, Request("/static/style.css"), _is_the_file)


def _is_the_file(answer: Answer) -> bool:
    kind = answer.headers["content-type"].partition(";")[0]
    return kind == "text/css" and answer.body == _CONTENT
