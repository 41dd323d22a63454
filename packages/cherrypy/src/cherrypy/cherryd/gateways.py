"""Other protocols than HTTP between the site and a web server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cherrypy
from cherrypy.cherryd.errors import CommandError
from cherrypy.process import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from cherrypy_server import HTTPServer

__all__ = ["GATEWAYS", "serve_by"]

#: The servers by the name of the protocol.
GATEWAYS: Final[Mapping[str, Callable[..., HTTPServer]]] = {
    "fastcgi": servers.FlupFCGIServer,
    "scgi": servers.FlupSCGIServer,
    "cgi": servers.FlupCGIServer,
}


def serve_by(protocols: Collection[str]) -> None:
    """Put a server of another protocol in the place of the HTTP server.

    Args:
        protocols: One name in `GATEWAYS`.

    Raises:
        CommandError: It is more than one, or flup is not installed.
    """
    if len(protocols) > 1:
        named = ", ".join(protocols)
        raise CommandError(f"a site is served by one protocol; choose one of {named}")
    (protocol,) = protocols
    server = cherrypy.server
    make = GATEWAYS[protocol]
    try:
        gateway = make(application=cherrypy.tree, bindAddress=server.bind_addr)
    except ImportError as error:
        raise CommandError(f"{protocol} is spoken by the library flup: {error}") from error
    cherrypy.config.update({"engine.autoreload.on": False})  # flup's threads do not survive it
    server.unsubscribe()
    adapter = servers.ServerAdapter(cherrypy.engine, httpserver=gateway, bind_addr=server.bind_addr)
    adapter.subscribe()
