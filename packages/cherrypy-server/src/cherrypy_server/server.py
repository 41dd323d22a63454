"""The settings of a server, and the server that they describe.

Settings are plain attributes, read each time the server starts; a running one does not change.
"""

import os
from collections.abc import Callable
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias

from cherrypy_bus import Bus
from cherrypy_server.adapter import STARTS, HTTPServer, ServerAdapter, priority
from cherrypy_server.address import BindAddress, url
from cherrypy_server.application import WSGIApplication

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cherrypy_server.certificates import ClientCertificates, Password

ServerInstance: TypeAlias = HTTPServer | Callable[[Any], HTTPServer] | str
"""A server, something that makes one from our `Server`, or the latter's dotted name."""

ALL_INTERFACES = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound


def wsgi_server(server: Any) -> HTTPServer:
    """Return our own HTTP server, made from the settings of a `Server`."""
    from cherrypy_server.wsgi import WSGIServer  # noqa: PLC0415 - under another one, for nothing

    return WSGIServer(server)


class Server(ServerAdapter):
    """Serve a WSGI application over HTTP while the bus runs.

    Args:
        bus: The bus to follow after `subscribe()`, and to log to.
        application: The WSGI application.

    Examples:
        >>> from urllib.request import urlopen
        >>> from cherrypy_bus import Bus
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [b"over a socket"]
        >>> bus = Bus()
        >>> server = Server(bus, application)
        >>> server.socket_port = 0  # any free one
        >>> server.subscribe()
        >>> bus.start()
        >>> with urlopen(server.base()) as answer:
        ...     answer.read()
        b'over a socket'
        >>> bus.exit()
    """

    socket_port: int | None = 8080
    """The TCP port; 0 takes any free one, see `bound_addr`."""

    socket_file: str | None = None
    """The path of a Unix socket to listen on instead of host and port."""

    socket_file_mode: int = 0o777
    """The permission bits of the socket file."""

    socket_queue_size: int = 128
    """How many connections the system may hold that are not accepted yet."""

    socket_timeout: float = 10
    """Seconds that the other side may send, or take, nothing."""

    accepted_queue_size: int = -1
    """How many accepted connections may wait for a thread; -1 for any number."""

    accepted_queue_timeout: float = 10
    """Seconds an accepted connection waits for room in a full queue; then it gets a 503."""

    shutdown_timeout: float | None = 5
    """Seconds that running requests have to finish when the server stops; None for any time."""

    protocol_version: str = "HTTP/1.1"
    """The highest HTTP version to speak, as it stands in the status line."""

    thread_pool: int = 10
    """How many threads to start with, and the fewest to keep."""

    thread_pool_max: int = -1
    """The most threads that the pool grows to; -1 keeps it at `thread_pool`."""

    max_request_header_size: int = 500 * 1024
    """The largest request head in bytes, answered with 431 beyond; 0 for any size."""

    max_request_header_fields: int = 200
    """The most header fields of a request, answered with 431 beyond; 0 for any number."""

    max_request_body_size: int = 100 * 1024 * 1024
    """The largest request body in bytes, answered with 413 beyond; 0 for any size."""

    max_request_target_size: int = 64 * 1024
    """The longest request target in bytes, answered with 414 beyond; 0 for any."""

    max_request_body_buffer: int = 64 * 1024
    """How many bytes of a body are awaited before a thread takes the request; 0 for none."""

    max_pipelined_requests: int = 100
    """The most requests sent before the answers to those before them; 0 for any number."""

    max_connections: int = 800
    """The most open connections, those that wait longest closed beyond; 0 for any number."""

    max_waiting_bytes: int = 64 * 1024 * 1024
    """The most bytes of requests that wait for a thread, answered with 503 beyond; 0 for any."""

    request_header_timeout: float = 20
    """Seconds for a request's head to come in all, and on a new connection the TLS handshake."""

    min_body_rate: float = 500
    """Bytes per second that a client has to send of its body, and take of ours; 0 for any."""

    allowed_hosts: "Sequence[str]" = ()
    """The hosts to answer for, such as "*.example.com", others with 400; empty for any."""

    instance: ServerInstance | None = None
    """An HTTP server to use instead of our own, a callable that makes one, or its dotted name."""

    statistics: bool = False
    """Whether to count requests, bytes and times in `logging.statistics`."""

    nodelay: bool = True
    """Whether to send small packets at once (TCP_NODELAY)."""

    wsgi_version: tuple[int | str, int] = (1, 0)
    """The WSGI version that the application gets: (1, 0) or ("u", 0); from TOML, a list."""

    peercreds: bool = False
    """Whether to put process, user and group id of a Unix socket's client into the environ."""

    peercreds_resolve: bool = False
    """Whether to put the names of that user and group there too."""

    ssl_module: str = "builtin"
    """The library that speaks TLS: "builtin" (Python's own) or "pyopenssl"."""

    ssl_certificate: str | None = None
    """The file of the certificate, PEM; with it the server speaks TLS."""

    ssl_private_key: str | None = None
    """The file of its private key, PEM; None if it is in the certificate's file."""

    ssl_private_key_password: "Password" = None
    """The key's password, or what returns it; asked for on the terminal if it is needed."""

    ssl_certificate_chain: str | None = None
    """The file of the certificates between ours and its root, unless they follow ours."""

    ssl_ciphers: str | None = None
    """The cipher suites for TLS 1.2 and before, as OpenSSL names them; None for its defaults."""

    ssl_minimum_version: str = "TLSv1.2"
    """The oldest version of TLS to speak."""

    ssl_hosts: "Mapping[str, str | Sequence[str | None]]" = MappingProxyType({})
    """The files (certificate, key, chain) for other host names, such as "*.example.com"."""

    ssl_client_ca: str | None = None
    """The file of the authorities that vouch for clients, PEM."""

    ssl_verify_client: "ClientCertificates" = "off"
    """Whether clients need a certificate: "off", "optional" or "required"."""

    ssl_context: Any = None
    """A context of that library, made elsewhere, instead of all the other settings of TLS."""

    httpserver_class: Callable[[Any], HTTPServer] = staticmethod(wsgi_server)
    """What makes the HTTP server where `instance` does not say; for subclasses."""

    _socket_host: str | None = "127.0.0.1"

    def __init__(self, bus: Bus, application: WSGIApplication) -> None:
        super().__init__(bus)
        self.application = application
        self._made: HTTPServer | None = None

    @property
    def socket_host(self) -> str | None:
        """The host name or address to listen on; '0.0.0.0' or '::' for all interfaces.

        Raises:
            ValueError: It is set to the empty string, which could mean several things.
        """
        return self._socket_host

    @socket_host.setter
    def socket_host(self, value: str | None) -> None:
        if value == "":
            raise ValueError(
                "The empty string ('') is no host. "
                "For all interfaces use '0.0.0.0' (IPv4) or '::' (IPv6).",
            )
        self._socket_host = value

    @property
    def bind_addr(self) -> BindAddress | None:
        """Where to listen: the socket file, else host and port; None without either."""
        if self.socket_file:
            return os.fspath(self.socket_file)
        if self.socket_host is None or self.socket_port is None:
            return None
        return self.socket_host, self.socket_port

    @bind_addr.setter
    def bind_addr(self, value: BindAddress | None) -> None:
        match value:
            case None:
                self.socket_file = self.socket_host = self.socket_port = None
            case str():
                self.socket_file, self.socket_host, self.socket_port = value, None, None
            case (str() | None as host, int() | None as port):
                self.socket_file, self.socket_host, self.socket_port = None, host, port
            case _:
                raise ValueError(
                    f"bind_addr must be (host, port) or the path of a Unix socket, not {value!r}.",
                )

    @property
    def bound_addr(self) -> BindAddress | None:
        """The address in use, also where a service manager opened the socket."""
        inherited = getattr(self.httpserver, "inherited", None)
        return super().bound_addr if inherited is None else inherited.address

    @priority(STARTS)
    def start(self) -> None:
        """Make the HTTP server from the settings, unless one was given, and serve.

        Raises:
            BindError: The address is in use or cannot be had; the message names it.
            ValueError: There is no address.
        """
        if not self.running and self.httpserver is self._made:
            self.httpserver: HTTPServer | None
            self.httpserver, _ = self.httpserver_from_self()
            self._made = self.httpserver
        super().start()

    def httpserver_from_self(
        self,
        httpserver: ServerInstance | None = None,
    ) -> tuple[HTTPServer, BindAddress | None]:
        """Return an HTTP server with these settings, and the address it shall listen on.

        Raises:
            ValueError: What is to be it, or to make it, does not.
        """
        chosen = httpserver or self.instance or type(self).httpserver_class
        found: Any = _by_name(chosen) if isinstance(chosen, str) else chosen
        if not isinstance(found, type) and hasattr(found, "start"):
            return found, self.bind_addr
        made: Any = found(self) if callable(found) else None
        if not hasattr(made, "start"):
            raise ValueError(
                f"The server's setting instance must be an HTTP server, a callable that returns "
                f"one, or the dotted name of either, not {chosen!r}."
            )
        return made, self.bind_addr

    def base(self) -> str:
        """Return the URL of this server's root for clients, or the path of its Unix socket."""
        address = self.bound_addr
        if address is None or isinstance(address, str):
            return address or ""
        host, port = address
        return url(self._scheme(), _own_name() if host in ALL_INTERFACES else host, port)

    def _scheme(self) -> str:
        if self.httpserver is not None:
            return super()._scheme()
        return "https" if self.ssl_certificate or self.ssl_context is not None else "http"


def _own_name() -> str:
    import socket  # noqa: PLC0415 - it takes long, and who starts no server does without it

    return socket.gethostname()


def _by_name(name: str) -> Any:
    """Return what a dotted name stands for."""
    module, _, attribute = name.rpartition(".")
    if not module:
        raise ValueError(
            f"{name!r} is no dotted name of an HTTP server: use 'package.module.Name'."
        )
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ValueError(
            f"The server's setting instance is {name!r}, which cannot be imported: {error}."
        ) from error
