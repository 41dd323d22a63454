"""Hello over a socket, recorded by `cpstats`."""

from collections.abc import Callable

from workspace.bench.scenarios.served import published

GROUP = "socket"


def cherrypy(case: str) -> Callable[[], object]:
    """Record each request in `logging.statistics`."""
    import cherrypy.lib.cpstats  # noqa: F401, PLC0415 - in CherryPy, that makes the tool

    return published(case, {"tools.cpstats.on": True})


ours = cherrypy


def unrecorded(case: str) -> Callable[[], object]:
    """Turn the tool off."""
    return published(case, {"tools.cpstats.on": False})
