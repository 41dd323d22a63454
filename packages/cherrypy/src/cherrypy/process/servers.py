"""Servers of any make under a process bus, under their documented names."""

from cherrypy_server import FlupCGIServer, FlupFCGIServer, FlupSCGIServer, ServerAdapter
from cherrypy_server.occupancy import (
    check_port,
    client_host,
    wait_for_free_port,
    wait_for_occupied_port,
)

__all__ = [
    "FlupCGIServer",
    "FlupFCGIServer",
    "FlupSCGIServer",
    "ServerAdapter",
    "check_port",
    "client_host",
    "wait_for_free_port",
    "wait_for_occupied_port",
]
