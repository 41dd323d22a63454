"""Hello over a socket."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from workspace.bench.load import CONNECTIONS, Load
from workspace.bench.wrk import Wrk
from workspace.bench.wsgi import Application

GROUP = "socket"
CASES = {
    "served": "Hello over a socket",
    "native": "Hello over a socket, the native server",
    "crowd": "Hello over four times as many sockets as threads",
    "served_file": "Static file of 10 kB over a socket",
}

_HELLO = b"Hello World!"
_FILE = b".windmill { rotate: 30deg }\n" * 366
_THREADS = 10


def cherrypy(case: str) -> Callable[[], object]:
    """Publish an object, or a file, on the server that comes with it."""
    return published(case, _file_tool() if case == "served_file" else {})


ours = cherrypy


def published(case: str, config: dict[str, object]) -> Callable[[], object]:
    """Publish an object, with some config, on the server that comes with it."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return _HELLO.decode()

    settings: dict[str, Any] = {"log.screen": False, "server.socket_port": 0}
    settings["server.thread_pool"] = _THREADS
    if case == "native":
        settings["server.instance"] = "cherrypy._cpnative_server.CPHTTPServer"
    cherrypy.config.update(settings)
    cherrypy.tree.mount(Root(), "", {"/": config})
    server, _ = cherrypy.server.httpserver_from_self()
    return _loaded(server, case)


def bare(case: str) -> Callable[[], object]:
    """Do the least that WSGI asks for, on plain cheroot."""
    body = _body(case)

    def application(_environ: object, start_response: Any) -> Iterable[bytes]:
        headers = [("Content-Type", "text/html"), ("Content-Length", str(len(body)))]
        start_response("200 OK", headers)
        return [body]

    return _loaded(_cheroot(application), case)


def _cheroot(application: Application) -> Any:
    from cheroot.wsgi import Server

    return Server(("127.0.0.1", 0), application, numthreads=_THREADS, timeout=60)


def _loaded(server: Any, case: str) -> Load | Wrk:
    """Start a server and return the load on it: by wrk, where that is installed."""
    connections = 4 * _THREADS if case == "crowd" else CONNECTIONS
    if server.keep_alive_conn_limit is not None:
        server.keep_alive_conn_limit = 2 * connections  # cheroot's ten would end connections
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    load = Wrk if shutil.which("wrk") else Load
    return load(server.bind_addr[1], _body(case), connections)


def _body(case: str) -> bytes:
    return _FILE if case == "served_file" else _HELLO


def _file_tool() -> dict[str, object]:
    """Return the config of a page that is a file."""
    path = Path(tempfile.mkdtemp()) / "windmill.css"
    path.write_bytes(_FILE)
    return {"tools.staticfile.on": True, "tools.staticfile.filename": str(path)}
