"""cheroot's WSGI server, told by a `Server`'s settings what to be.

Only cheroot's public API is overridden here: what it binds, where it logs and what it calls itself.
"""

import logging
import socket
from typing import TYPE_CHECKING, Any

from cheroot import wsgi

from cherrypy_server.activation import Inherited, activation, descriptors
from cherrypy_server.address import BindAddress, BindError
from cherrypy_server.connection import Connection
from cherrypy_server.handshake import tls_adapter
from cherrypy_server.head import Refused
from cherrypy_server.loop import Loop
from cherrypy_server.pool import Pool
from cherrypy_server.settings import check
from cherrypy_server.unix import UnixSocketFile

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from cherrypy_server.server import Server

BUSY = Refused("503 Service Unavailable", "Too many requests wait.", "Retry-After: 1\r\n")


class Framed:
    """What keeps a body as long as its ``Content-Length`` says: where it ends, the next one begins.

    It stands before a gateway of cheroot.
    """

    req: Any
    remaining_bytes_out: int | None

    def respond(self) -> None:
        """Call the application; end the connection after a body that is too short."""
        super().respond()  # type: ignore[misc]  # cheroot's
        left, req = self.remaining_bytes_out, self.req
        if left and req.method != b"HEAD" and req.status[:3] != b"304":
            req.close_connection = True
            message = f"A response ended {left} bytes before its Content-Length: {req.uri!r}"
            req.server.error_log(message, logging.ERROR)

    def write(self, chunk: bytes) -> None:
        """Send a piece of the body.

        Raises:
            ValueError: It goes beyond the ``Content-Length``; what is beyond is not sent.
        """
        left = self.remaining_bytes_out
        if left is None or len(chunk) <= left:
            super().write(chunk)  # type: ignore[misc]  # cheroot's
            if left is not None:
                self.remaining_bytes_out = left - len(chunk)
            return
        if left and self.req.sent_headers:
            super().write(chunk[:left])  # type: ignore[misc]  # cheroot's
        raise ValueError(f"A response is longer than its Content-Length: {self.req.uri!r}")


class Gateway10(Framed, wsgi.Gateway_10):
    """WSGI 1.0 with the host as SERVER_NAME: cheroot puts there what it sends as Server field."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # the stub says None
        """Return the environ of one request."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]  # the stub's
        environ["SERVER_NAME"] = self.req.server.host
        return environ


class GatewayU0(Framed, wsgi.Gateway_u0):
    """The same for the experimental WSGI u.0, which decodes path and query string as UTF-8."""

    def get_environ(self) -> dict[str, Any]:  # type: ignore[override]  # the stub says None
        """Return the environ of one request."""
        environ: dict[str, Any] = super().get_environ()  # type: ignore[no-untyped-call]  # the stub's
        environ["SERVER_NAME"] = self.req.server.host
        return environ


GATEWAYS: dict[tuple[int | str, int], type[wsgi.Gateway]] = {
    Gateway10.version: Gateway10,
    GatewayU0.version: GatewayU0,
}


class WSGIServer(wsgi.Server):
    """One run of cheroot with the settings that a `Server` has at that moment.

    Args:
        server: Whose settings to use; its bus gets cheroot's log lines.

    Attributes:
        host: What the application finds as SERVER_NAME.
        inherited: The listening socket that a service manager handed over, if there is one.

    Examples:
        >>> from wsgiref.simple_server import demo_app
        >>> from cherrypy_bus import Bus
        >>> from cherrypy_server import Server
        >>> server = Server(Bus(), demo_app)
        >>> server.socket_port, server.thread_pool = 0, 2
        >>> httpserver = WSGIServer(server)
        >>> httpserver.prepare()
        >>> httpserver.ready, httpserver.requests.size
        (True, 2)
        >>> httpserver.stop()
    """

    keep_alive_conn_limit: Any = None  # `max_connections` is one for all
    _connections: Any

    def __init__(self, server: "Server") -> None:
        check(server)
        self.server_adapter = server
        self.host: str = server.socket_host or "localhost"
        options: dict[str, Any] = {
            "request_queue_size": server.socket_queue_size,
            "timeout": server.socket_timeout,
            "shutdown_timeout": server.shutdown_timeout,
            "peercreds_enabled": server.peercreds,
            "peercreds_resolve_enabled": server.peercreds_resolve,
        }
        self.inherited: Inherited | None = activation.claim(server, server.bind_addr)
        address = self.inherited.address if self.inherited else server.bind_addr
        super().__init__(_required(address), server.application, **options)
        self.requests: Any = Pool(
            self,
            server.thread_pool,
            server.thread_pool_max,
            server.accepted_queue_size,
            server.accepted_queue_timeout,
        )
        self.wsgi_version: Any = server.wsgi_version
        self.gateway: Any = _gateway(server.wsgi_version)
        self.protocol: str = server.protocol_version
        self.nodelay: bool = server.nodelay
        self.ssl_adapter: Any = tls_adapter(server, self.error_log)
        self.max_request_header_size: int = server.max_request_header_size or 0
        self.max_request_header_fields: int = server.max_request_header_fields
        self.allowed_hosts: frozenset[str] = frozenset(
            each.lower() for each in server.allowed_hosts
        )
        self.max_request_target_size: int = server.max_request_target_size
        self.max_request_body_size: int = server.max_request_body_size or 0
        self.max_request_body_buffer: int = server.max_request_body_buffer
        self.max_pipelined_requests: int = server.max_pipelined_requests
        self.max_connections: int = server.max_connections
        self.max_waiting_bytes: int = server.max_waiting_bytes
        self.request_header_timeout: float = server.request_header_timeout
        self.min_body_rate: float = server.min_body_rate
        self.stats["Enabled"] = server.statistics
        self.stats["Threads"] = lambda _: self.requests.size
        self.stats["Connections"] = lambda _: len(self._connections.open) if self.ready else 0
        self.stats["Connections Waiting"] = lambda _: self._connections.waiting if self.ready else 0
        self.stats["Bytes Waiting"] = lambda _: self._connections.weight if self.ready else 0
        self.stats["Threads Replaced"] = lambda _: self.requests.replaced
        self._publish_statistics(listed=False)
        self._socket_file: UnixSocketFile | None = None
        self._bind_error: OSError | None = None

    def prepare(self) -> None:
        """Bind, listen and start the threads.

        Raises:
            BindError: The address cannot be had; the error names it.
        """
        wanted: BindAddress = self.bind_addr
        try:
            super().prepare()
        except OSError as error:
            cause = self._bind_error or error
            raise BindError(cause.errno or 0, wanted, cause.strerror or str(cause)) from error
        self._connections.close()
        self._connections = Loop(self)
        self._publish_statistics(listed=True)

    def stop(self) -> None:
        """Stop accepting, finish what runs, and leave no socket file behind.

        A request that still runs after `shutdown_timeout` is left to itself, and the log says so.
        """
        super().stop()
        self._publish_statistics(listed=False)
        if self._socket_file is not None:
            self._socket_file.remove()

    def bind(self, family: int, type: int, proto: int = 0) -> Any:  # noqa: A002 - cheroot's name
        """Create the socket, and remember the system's own error: cheroot reports only its text."""
        if self.inherited is not None:
            return self._adopt(self.inherited)
        try:
            return super().bind(family, type, proto)
        except OSError as error:
            self._bind_error = error
            raise

    def bind_unix_socket(self, bind_addr: str) -> Any:
        """Create the socket file, unless the path belongs to somebody else."""
        if self.inherited is not None:
            return self._adopt(self.inherited)
        try:
            UnixSocketFile.require_free(bind_addr)
            listening = super().bind_unix_socket(bind_addr)  # type: ignore[no-untyped-call]  # cheroot's
        except OSError as error:
            self._bind_error = error
            raise
        self._socket_file = UnixSocketFile(bind_addr, self.server_adapter.socket_file_mode)
        return listening

    @staticmethod
    def bind_socket(socket_: socket.socket, bind_addr: BindAddress) -> socket.socket:
        """Bind, or close the socket: cheroot forgets those that it could not bind."""
        try:
            socket_.bind(bind_addr)
        except OSError:
            socket_.close()
            raise
        return socket_

    def put_conn(self, conn: Connection) -> None:
        """Wait for a connection's next request."""
        self._connections.put(conn)

    def linger(self, conn: Connection) -> bool:
        """Wait for the end of what a client sends that was answered before; return whether so."""
        waits: bool = self._connections.linger(conn)
        return waits

    def forget(self, conn: Connection) -> None:
        """Take notice that a connection is closed."""
        self._connections.forget(conn)

    def lighten(self, conn: Connection) -> None:
        """Take notice that what has come on a connection waits no more."""
        self._connections.lighten(conn)

    def turn_away(self, conn: Connection) -> None:
        """Say to a client that there is too much to do, and close its connection."""
        conn.refuse(BUSY)

    def refuse_overdue(self) -> None:
        """Say to those that waited for a thread in vain that too many others do."""
        for conn in self.requests.overdue():
            self.turn_away(conn)

    def error_log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Write to the bus's log."""
        self.server_adapter.bus.log(msg, level, traceback)

    def _adopt(self, inherited: Inherited) -> Any:
        """Serve from a socket that was handed over, and keep it for the program's next run."""
        self.server_adapter.bus.survivors.update(descriptors())
        listening: Any = inherited.copy()
        if self.nodelay and listening.family != socket.AF_UNIX:
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = listening
        return listening

    def _publish_statistics(self, *, listed: bool) -> None:
        """Keep cheroot's figures in `logging.statistics` exactly while the server runs."""
        published: MutableMapping[str, Any] = logging.__dict__.setdefault("statistics", {})
        name = f"Cheroot HTTPServer {id(self)}"
        if listed:
            published[name] = self.stats
        else:
            published.pop(name, None)


def _required(bind_addr: BindAddress | None) -> BindAddress:
    if bind_addr is None:
        raise ValueError(
            "The server has no address: set socket_host and socket_port, or socket_file. "
            "For all interfaces the host is '0.0.0.0' (IPv4) or '::' (IPv6).",
        )
    return bind_addr


def _gateway(version: Any) -> type[wsgi.Gateway]:
    version = tuple(version) if isinstance(version, list) else version
    if version not in tuple(GATEWAYS):  # compared, as not everything has a hash
        known = " or ".join(str(each) for each in GATEWAYS)
        raise ValueError(f"wsgi_version must be {known}, not {version!r}.")
    return GATEWAYS[version]
