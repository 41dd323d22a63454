"""The servers of the site, under their documented name."""

from typing import TYPE_CHECKING

from cherrypy import _assembly

if TYPE_CHECKING:
    from cherrypy.assembly.sites import SiteServer as Server
else:
    Server = _assembly.server_class

__all__ = ["Server"]
