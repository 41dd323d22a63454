"""Page out of the cache."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import itertools
from collections.abc import Callable

from workspace.bench.wsgi import Request, ask, asking

GROUP = "tools"
CASES = {"caching": "Page out of the cache"}


def cherrypy(_case: str) -> Callable[[], object]:
    """Switch the tool on; the handler runs once."""
    import cherrypy

    turns = itertools.count(1)

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return f"turn {next(turns)}"

    cherrypy.config.update({"log.screen": False})
    application = cherrypy.Application(Root(), "", {"/": {"tools.caching.on": True}})
    ask(application, Request("/"))
    return asking(application, Request("/"), b"turn 1")


ours = cherrypy
