"""The native server, which calls the site without WSGI, under its documented name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cherrypy
from cherrypy.assembly.native import NativeGateway, NativeServer

if TYPE_CHECKING:
    from cherrypy.assembly.sites import SiteServer

__all__ = ["CPHTTPServer", "NativeGateway"]


class CPHTTPServer(NativeServer):
    """The HTTP server with a site behind it, and no WSGI in between.

    It takes the settings as they are at that moment; ``server.instance`` with this class, or its
    dotted name, takes those of each start.

    Args:
        server_adapter: Whose settings to use; the site's own server unless told otherwise.
    """

    def __init__(self, server_adapter: SiteServer = cherrypy.server) -> None:
        super().__init__(server_adapter)
