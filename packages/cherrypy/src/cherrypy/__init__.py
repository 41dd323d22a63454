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

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import cherrypy_web
from cherrypy import _cpdispatch as dispatch
from cherrypy import _cpwsgi as wsgi
from cherrypy import lib
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
from cherrypy_serving import ThreadData, late_proxy, proxy, serving
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
    "checker",
    "config",
    "dispatch",
    "engine",
    "expose",
    "lib",
    "log",
    "popargs",
    "quickstart",
    "request",
    "response",
    "server",
    "servers",
    "serving",
    "session",
    "thread_data",
    "tools",
    "tree",
    "url",
    "wsgi",
]

_assembly = Assembly()

engine: Engine = _assembly.engine
tools: DefaultToolbox = _assembly.tools
log: LogManager = _assembly.log
config: Settings = _assembly.config
tree: SiteTree = _assembly.tree
server: SiteServer = _assembly.server
checker: Checker = _assembly.checker
servers: dict[str, SiteServer] = _assembly.servers
quickstart: Final = _assembly.quickstart
thread_data: ThreadData = ThreadData()

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from cherrypy import (
        _cpchecker,  # noqa: F401
        _cpcompat,  # noqa: F401
        _cpconfig,  # noqa: F401 - see __getattr__
        _cperror,  # noqa: F401
        _cplogging,  # noqa: F401
        _cpnative_server,  # noqa: F401
        _cpreqbody,  # noqa: F401
        _cprequest,  # noqa: F401
        _cpserver,  # noqa: F401
        _cptools,  # noqa: F401
        _cptree,  # noqa: F401
        _cpwsgi_server,  # noqa: F401
        _helper,  # noqa: F401
        process,  # noqa: F401
        test,  # noqa: F401
        wsgiserver,  # noqa: F401
    )
    from cherrypy.assembly.checker import Checker
    from cherrypy.assembly.engine import Engine
    from cherrypy.assembly.settings import Settings
    from cherrypy.assembly.sites import SiteApplication as Application
    from cherrypy.assembly.sites import SiteServer, SiteTree
    from cherrypy.assembly.toolbox import DefaultToolbox
    from cherrypy_sessions import Session
    from cherrypy_web import LogManager
else:
    Application = _assembly.application_class

    _LATER = frozenset(
        {
            "_cpchecker",
            "_cpcompat",
            "_cpconfig",
            "_cperror",
            "_cplogging",
            "_cpnative_server",
            "_cpreqbody",
            "_cprequest",
            "_cpserver",
            "_cptools",
            "_cptree",
            "_cpwsgi_server",
            "_helper",
            "process",
            "test",
            "wsgiserver",
        }
    )

    def __getattr__(name: str) -> ModuleType:
        """Import a documented module when it is first asked for."""
        if name in _LATER:
            return import_module(f"cherrypy.{name}")
        raise AttributeError(f"module 'cherrypy' has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *_LATER})


def _default_request() -> Request:
    """Make what `request` is outside of a request: its hooks and error pages are those of all."""
    outside = Request(Host("127.0.0.1", 80), Host("127.0.0.1", 1111))
    outside.hooks, outside.error_page = Request.hooks, Request.error_page
    return outside


request: Request = proxy("request", Request, default=_default_request)
response: Response = proxy("response", Response, default=SiteResponse)


def _session_class() -> type[Session]:
    from cherrypy_sessions import Session  # noqa: PLC0415 - a site without sessions has no use for it

    return Session


session: Session = late_proxy(
    "session",
    _session_class,
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

    Examples:
        >>> url("/page", {"tag": ["a", "b"]}, base="https://example.org")
        'https://example.org/page?tag=a&tag=b'
    """
    return cherrypy_web.url(path, qs, script_name, base, relative, server_base=server.base)
