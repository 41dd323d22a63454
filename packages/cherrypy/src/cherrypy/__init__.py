"""CherryPy: a site is a tree of Python objects, and a page is a method.

    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self):
            return "Hello World!"

    cherrypy.quickstart(Root())

This module is the first `Assembly`: one engine, one tree, one server, one config and one toolbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cherrypy_web
from cherrypy import _cpdispatch as dispatch
from cherrypy._version import __version__
from cherrypy.assembly import Assembly
from cherrypy.assembly.sites import SiteResponse
from cherrypy_dispatch import expose, popargs
from cherrypy_httputil import (
    CherryPyException,
    Host,
    HTTPError,
    HTTPRedirect,
    InternalRedirect,
    NotFound,
    TimeoutError,  # noqa: A004 - the documented name
)
from cherrypy_serving import ThreadData, proxy, serving
from cherrypy_sessions import Session
from cherrypy_web import Request, Response, Tool, Toolbox

__all__ = [
    "Application",
    "Assembly",
    "CherryPyException",
    "HTTPError",
    "HTTPRedirect",
    "InternalRedirect",
    "NotFound",
    "TimeoutError",
    "Tool",
    "Toolbox",
    "__version__",
    "config",
    "dispatch",
    "engine",
    "expose",
    "log",
    "popargs",
    "quickstart",
    "request",
    "response",
    "server",
    "serving",
    "session",
    "thread_data",
    "tools",
    "tree",
    "url",
]

_assembly = Assembly()

engine = _assembly.engine
tools = _assembly.tools
log = _assembly.log
config = _assembly.config
tree = _assembly.tree
server = _assembly.server
quickstart = _assembly.quickstart
thread_data = ThreadData()

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cherrypy_web import Application
else:
    Application = _assembly.application_class


def _default_request() -> Request:
    return Request(Host("127.0.0.1", 80), Host("127.0.0.1", 1111))


request = proxy("request", Request, default=_default_request)
response = proxy("response", Response, default=SiteResponse)
session = proxy(
    "session",
    Session,
    hint="turn it on with the config entry tools.sessions.on = True for the path of the request",
)


def url(
    path: str = "",
    qs: str | Mapping[str, Any] | Sequence[tuple[str, Any]] = "",
    script_name: str | None = None,
    base: str | None = None,
    relative: cherrypy_web.Relative = None,
) -> str:
    """Return the url of a path; see `cherrypy_web.url`.

    Outside of a request, it begins with the url of the server.
    """
    return cherrypy_web.url(path, qs, script_name, base, relative, server_base=server.base)
