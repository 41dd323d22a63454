"""Servers of any make under a process bus, under their documented names."""

from cherrypy_server import FlupCGIServer, FlupFCGIServer, FlupSCGIServer, ServerAdapter

__all__ = ["FlupCGIServer", "FlupFCGIServer", "FlupSCGIServer", "ServerAdapter"]
