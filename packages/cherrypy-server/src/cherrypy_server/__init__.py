"""Serve any WSGI application under a process bus.

The bus says when, cheroot speaks HTTP, and this package stands between the two: nothing here knows
what an application does with a request.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cherrypy_server.adapter import HTTPServer, PreparedHTTPServer, ServerAdapter
    from cherrypy_server.address import BindAddress, BindError
    from cherrypy_server.application import WSGIApplication
    from cherrypy_server.gateways import FlupCGIServer, FlupFCGIServer, FlupSCGIServer
    from cherrypy_server.head import Refused
    from cherrypy_server.health import Health
    from cherrypy_server.knownhosts import KnownHosts
    from cherrypy_server.server import Server
    from cherrypy_server.wsgi import WSGIServer
else:
    # Cheroot and TLS take long, and a program may only want to have the settings.
    _NAMES = {
        "adapter": "HTTPServer PreparedHTTPServer ServerAdapter",
        "address": "BindAddress BindError",
        "application": "WSGIApplication",
        "gateways": "FlupCGIServer FlupFCGIServer FlupSCGIServer",
        "head": "Refused",
        "health": "Health",
        "knownhosts": "KnownHosts",
        "server": "Server",
        "wsgi": "WSGIServer",
    }
    _HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

    def __getattr__(name: str) -> object:
        """Import what is asked for the first time."""
        if name not in _HOMES:
            raise AttributeError(f"module 'cherrypy_server' has no attribute {name!r}")
        found = getattr(import_module(f"cherrypy_server.{_HOMES[name]}"), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "BindAddress",
    "BindError",
    "FlupCGIServer",
    "FlupFCGIServer",
    "FlupSCGIServer",
    "HTTPServer",
    "Health",
    "KnownHosts",
    "PreparedHTTPServer",
    "Refused",
    "Server",
    "ServerAdapter",
    "WSGIApplication",
    "WSGIServer",
]
