"""The HTTP server itself, under the name that ``server.instance`` may give."""

from cherrypy_server import WSGIServer as CPWSGIServer

__all__ = ["CPWSGIServer"]
