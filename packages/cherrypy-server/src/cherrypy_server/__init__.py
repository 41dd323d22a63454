"""Serve any WSGI application under a process bus.

The bus says when, cheroot speaks HTTP, and this package stands between the two: nothing here knows
what an application does with a request.
"""

from cherrypy_server.adapter import HTTPServer, PreparedHTTPServer, ServerAdapter
from cherrypy_server.address import BindAddress, BindError
from cherrypy_server.gateways import FlupCGIServer, FlupFCGIServer, FlupSCGIServer
from cherrypy_server.head import Refused
from cherrypy_server.health import Health
from cherrypy_server.knownhosts import KnownHosts
from cherrypy_server.server import Server
from cherrypy_server.wsgi import WSGIApplication, WSGIServer

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
