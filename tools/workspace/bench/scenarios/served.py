"""Hello over a socket."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import threading
from collections.abc import Callable, Iterable
from typing import Any

from workspace.bench.load import CONNECTIONS, Load
from workspace.bench.wsgi import Application

GROUP = "socket"

_BODY = b"Hello World!"


def cherrypy(_case: str) -> Callable[[], object]:
    """Publish an object."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return _BODY.decode()

    cherrypy.config.update({"log.screen": False})
    return _served(cherrypy.Application(Root()))


ours = cherrypy


def bare(_case: str) -> Callable[[], object]:
    """Do the least that WSGI asks for."""

    def application(_environ: object, start_response: Any) -> Iterable[bytes]:
        headers = [("Content-Type", "text/html"), ("Content-Length", str(len(_BODY)))]
        start_response("200 OK", headers)
        return [_BODY]

    return _served(application)


def _served(application: Application) -> Load:
    """Return the load on a cheroot server with its ten threads."""
    from cheroot.wsgi import Server

    server = Server(("127.0.0.1", 0), application, numthreads=10, timeout=60)
    server.keep_alive_conn_limit = 2 * CONNECTIONS  # enough
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    return Load(server.bind_addr[1], _BODY)
