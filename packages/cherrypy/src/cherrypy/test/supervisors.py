"""Who starts and stops the server that a test case asks.

A server in the process of the tests is the site's own; one in another process is told by files
what to serve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from wsgiref.validate import validator

import cherrypy

if TYPE_CHECKING:
    from cherrypy_testing import WSGIApplication

__all__ = ["LocalSupervisor", "LocalWSGISupervisor", "NativeServerSupervisor", "Supervisor"]


class Supervisor:
    """Controls a server while tests ask it.

    Args:
        kwargs: What becomes its attributes.

    Attributes:
        scheme: ``http`` or ``https``.
        host: Where the server listens.
        port: The port there.
        protocol: The version of HTTP that it speaks.
        case: The test case whose ``setup_server`` mounts what is to be served, for another process;
            without it, that of the module does.
    """

    using_apache: ClassVar[bool] = False
    using_wsgi: ClassVar[bool] = False

    scheme: str = "http"
    host: str = "127.0.0.1"
    port: int = 8080
    protocol: str = "HTTP/1.1"
    validate: bool = False
    case: str = ""

    def __init__(self, **kwargs: Any) -> None:
        for name, value in kwargs.items():
            setattr(self, name, int(value) if name == "port" else value)

    def start(self, modulename: str | None = None) -> None:
        """Start the server, and return when it accepts connections.

        Args:
            modulename: The module that has what is to be served; see `case`.
        """
        raise NotImplementedError(f"{type(self).__name__} has to start a server")

    def stop(self) -> None:
        """Stop the server."""
        raise NotImplementedError(f"{type(self).__name__} has to stop its server")


class LocalSupervisor(Supervisor):
    """Controls the site's server in the process of the tests.

    Attributes:
        httpserver_class: The dotted name of the HTTP server; ``None`` for the usual one.
    """

    httpserver_class: str | None = None

    def start(self, modulename: str | None = None) -> None:  # noqa: ARG002 - for other processes
        """Start the engine, and with it the server."""
        if cherrypy.server.instance is None:
            cherrypy.server.instance = self.httpserver_class
        cherrypy.engine.start()
        self.sync_apps()

    def stop(self) -> None:
        """Stop the engine and all servers, as at the end of a program."""
        cherrypy.engine.exit()
        for server in cherrypy.servers.values():
            server.unsubscribe()
        cherrypy.servers.clear()

    def sync_apps(self) -> None:
        """Tell the running server which application to serve; the tree knows that itself."""


class LocalWSGISupervisor(LocalSupervisor):
    """Controls the usual server, which speaks WSGI."""

    httpserver_class: str = "cherrypy._cpwsgi_server.CPWSGIServer"
    using_wsgi = True

    def sync_apps(self) -> None:
        """Have the running server call what `get_app` returns."""
        httpserver: Any = cherrypy.server.httpserver
        httpserver.wsgi_app = self.get_app()

    def get_app(self, app: WSGIApplication | None = None) -> WSGIApplication:
        """Return the WSGI application to serve.

        Args:
            app: An application; by default the tree.

        Returns:
            It, or where `validate` is true what checks each call of it by the rules of WSGI.
        """
        app = cherrypy.tree if app is None else app
        return validator(app) if self.validate else app


class NativeServerSupervisor(LocalSupervisor):
    """Controls the native server, which calls the site without WSGI."""

    httpserver_class: str = "cherrypy._cpnative_server.CPHTTPServer"
