"""The servers of the site, under their documented name."""

from typing import TYPE_CHECKING

from cherrypy import _assembly
from cherrypy_server.occupancy import wait_for_free_port, wait_for_occupied_port

if TYPE_CHECKING:
    from cherrypy.assembly.sites import SiteServer as Server
else:
    Server = _assembly.server_class

__all__ = ["Server", "wait_for_free_port", "wait_for_occupied_port"]
