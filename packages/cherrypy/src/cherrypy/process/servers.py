"""Servers of any make under a process bus, under their documented name."""

from cherrypy_server import ServerAdapter

__all__ = ["ServerAdapter"]
