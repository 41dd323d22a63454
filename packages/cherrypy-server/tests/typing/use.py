"""What type-checks, and what must not. Checked by mypy, never run."""

from collections.abc import Iterable
from typing import Any

from cherrypy_bus import Bus
from cherrypy_server import BindError, Server, ServerAdapter, WSGIServer


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [b""]


class Other:
    def start(self) -> None: ...

    def stop(self) -> None: ...


bus = Bus()
server = Server(bus, application)
server.socket_port = 0
server.socket_host = None
server.bind_addr = ("::", 80)
server.bind_addr = "/run/site.sock"
server.instance = Other()
server.instance = WSGIServer
server.instance = "package.module.Name"
ServerAdapter(bus, Other(), ("127.0.0.1", 80)).subscribe()
ServerAdapter(bus, WSGIServer(server))

Server(bus)  # type: ignore[call-arg]
Server(bus, "application")  # type: ignore[arg-type]
ServerAdapter(bus, object())  # type: ignore[arg-type]
server.socket_port = "8080"  # type: ignore[assignment]
server.bind_addr = 8080  # type: ignore[assignment]
server.thread_pool = None  # type: ignore[assignment]


def report(error: BindError) -> str:
    return f"{error.bind_addr} {error.holder or 'unknown'}"
