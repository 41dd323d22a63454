"""Hello, recorded by `cpstats`."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

from collections.abc import Callable

from workspace.bench.wsgi import Request, asking

GROUP = "requests"


def cherrypy(_case: str) -> Callable[[], object]:
    """Record each request in `logging.statistics`."""
    import cherrypy
    from cherrypy.lib import cpstats

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return "Hello World!"

    cherrypy.config.update({"log.screen": False})
    config = {"/": {"tools.cpstats.on": True}}
    request = asking(cherrypy.Application(Root(), config=config), Request("/"), b"Hello World!")
    recorded = cpstats.appstats["Total Requests"]
    request()
    if cpstats.appstats["Total Requests"] != recorded + 1:
        raise AssertionError(f"{cpstats.appstats['Total Requests']} requests are recorded")
    return request


ours = cherrypy
