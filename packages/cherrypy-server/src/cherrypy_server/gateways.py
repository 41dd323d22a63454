"""Speak FastCGI, SCGI or CGI to a web server in front, where HTTP is not wanted.

The library flup knows the first two protocols, and Python the third. Listening, threads and the end
are ours: flup's own would take over the process's signals, unlink whatever file has the socket's
name, and wait for connections that a web server keeps open for later.
"""
# ruff: noqa: SLF001 - flup has no public way to what it knows of a connection

import contextlib
import logging
import os
import selectors
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import ModuleType
from typing import Any
from wsgiref.handlers import CGIHandler

from cherrypy_server.address import BindAddress, BindError
from cherrypy_server.application import WSGIApplication
from cherrypy_server.unix import UnixSocketFile

KEEP_CONNECTION = 1
"""The flag FCGI_KEEP_CONN of a request (FastCGI specification, section 5.1)."""

_log = logging.getLogger(__name__)


class FlupServer:
    """Accept connections, and let flup read requests from them, each in a thread.

    Args:
        args: Those of flup's WSGIServer, by position: `application` is the first.
        minSpare: Not used: threads are started when they are needed, and kept.
        maxSpare: Not used.
        maxThreads: The most threads; further connections wait for one.
        kwargs: Those of flup's WSGIServer, by name, such as `application` and `bindAddress`.

    Attributes:
        ready: Whether connections are accepted.
        socket: The listening socket, once there is one.
        flup: The part of flup that reads requests and writes responses.

    Raises:
        ImportError: flup is not installed.
    """

    ready: bool = False

    _module: str
    _server: str

    def __init__(
        self,
        *args: Any,
        minSpare: int = 1,  # noqa: ARG002, N803 - flup's names
        maxSpare: int = 5,  # noqa: ARG002, N803
        maxThreads: int = sys.maxsize,  # noqa: N803
        **kwargs: Any,
    ) -> None:
        self._protocol = _imported(self._module)
        self.flup: Any = getattr(self._protocol, self._server)(*args, **kwargs)
        self._most_threads = maxThreads
        self._connections: set[Any] = set()
        self._file: UnixSocketFile | None = None

    def prepare(self) -> None:
        """Bind the address and listen.

        Raises:
            BindError: The address is in use or cannot be had; the message names it.
            ValueError: Without an address, standard input has to be a listening socket.
        """
        self.socket: socket.socket = self._listening(self.flup._bindAddress)
        self.socket.setblocking(False)  # another process may share it, and be faster
        self._alarm, self._bell = socket.socketpair()
        self.ready = True

    def serve(self) -> None:
        """Serve until stopped, and return when the requests that run have ended."""
        with (
            self._alarm,
            self._bell,
            self.socket,
            ThreadPoolExecutor(self._most_threads, type(self).__name__) as threads,
        ):
            for client, address in self._clients():
                connection = self._connection(client, address)
                self._connections.add(connection)
                threads.submit(self._attend, connection)
            self.socket.close()
            for connection in list(self._connections):
                self._end(connection)
        if self._file is not None:
            self._file.remove()

    def start(self) -> None:
        """Bind, and serve until stopped."""
        self.prepare()
        self.serve()

    def stop(self) -> None:
        """Let `serve` return when the requests that run have ended."""
        if self.ready:
            self.ready = False
            self._bell.send(b"\0")

    def _clients(self) -> Iterator[tuple[socket.socket, Any]]:
        """Yield those who connect until the server is stopped."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ)
            selector.register(self._alarm, selectors.EVENT_READ)
            while self.ready:
                selector.select()
                with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
                    client, address = self.socket.accept()
                    client.setblocking(True)
                    if self._allows(address):
                        yield client, address
                    else:
                        client.close()

    def _attend(self, connection: Any) -> None:
        """Answer what comes over a connection."""
        try:
            connection.run()
        except OSError as error:
            _log.debug("The web server has closed a connection: %s", error)
        except Exception:  # noqa: BLE001 - one connection's trouble is not the server's
            _log.exception("Error in %s", type(self).__name__)
        finally:
            connection._sock.close()
            self._connections.discard(connection)

    def _listening(self, address: BindAddress | None) -> socket.socket:
        if address is None:
            return _standard_input()
        try:
            return self._unix(address) if isinstance(address, str) else _tcp(address)
        except OSError as error:
            raise BindError(error.errno or 0, address, error.strerror or str(error)) from error

    def _unix(self, path: str) -> socket.socket:
        UnixSocketFile.require_free(path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)  # noqa: PTH108 - the path is a text here
        listening = socket.socket(socket.AF_UNIX)
        try:
            listening.bind(path)
            umask = self.flup._umask
            self._file = UnixSocketFile(path, 0o777 & ~(umask or 0))
            listening.listen()
        except OSError:
            listening.close()
            raise
        return listening

    def _allows(self, address: Any) -> bool:
        raise NotImplementedError

    def _connection(self, client: socket.socket, address: Any) -> Any:
        raise NotImplementedError

    def _end(self, connection: Any) -> None:
        raise NotImplementedError


class FlupFCGIServer(FlupServer):
    """Serve a WSGI application to a web server that speaks FastCGI.

    The arguments are those of flup's WSGIServer. Without `bindAddress` it serves from the socket
    that a web server or spawn-fcgi passes as standard input. `FCGI_WEB_SERVER_ADDRS` in the
    environment is obeyed (FastCGI specification, section 3.2).

    Raises:
        ImportError: flup is not installed.

    Examples:
        >>> from wsgiref.simple_server import demo_app
        >>> from cherrypy_bus import Bus
        >>> from cherrypy_server import ServerAdapter
        >>> fcgi = FlupFCGIServer(demo_app, bindAddress=("127.0.0.1", 4000))
        >>> ServerAdapter(Bus(), fcgi).subscribe()  # `bus.start()` listens there
    """

    _module = "flup.server.fcgi_base"
    _server = "BaseFCGIServer"

    def _allows(self, address: Any) -> bool:
        allowed = os.environ.get("FCGI_WEB_SERVER_ADDRS")
        return allowed is None or address[0] in [each.strip() for each in allowed.split(",")]

    def _connection(self, client: socket.socket, address: Any) -> Any:
        return self.flup._connectionClass(client, address, self.flup, None)

    def _end(self, connection: Any) -> None:
        """Close a connection that only waits, and others after their requests."""
        requests = list(connection._requests.values())
        for request in requests:
            request.flags &= ~KEEP_CONNECTION
        if not requests:
            with contextlib.suppress(OSError):  # it was closed meanwhile
                connection._sock.shutdown(socket.SHUT_RD)


class FlupSCGIServer(FlupServer):
    """Serve a WSGI application to a web server that speaks SCGI.

    The arguments are those of flup's WSGIServer. Without `bindAddress` it serves from the socket
    that is its standard input.

    Raises:
        ImportError: flup is not installed.

    Examples:
        >>> from wsgiref.simple_server import demo_app
        >>> from cherrypy_bus import Bus
        >>> from cherrypy_server import ServerAdapter
        >>> scgi = FlupSCGIServer(demo_app, bindAddress=("127.0.0.1", 4000))
        >>> ServerAdapter(Bus(), scgi).subscribe()  # `bus.start()` listens there
    """

    _module = "flup.server.scgi_base"
    _server = "BaseSCGIServer"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # flup's own would be a port that nobody asked for, and a line for each request.
        defaults = {"bindAddress": None, "allowedServers": None, "loggingLevel": logging.WARNING}
        super().__init__(*args, **{**defaults, **kwargs})

    def _allows(self, address: Any) -> bool:
        return bool(self.flup._isClientAllowed(address))

    def _connection(self, client: socket.socket, address: Any) -> Any:
        return self._protocol.Connection(client, address, self.flup, None)

    def _end(self, connection: Any) -> None:
        """Leave it: there is one request on each connection."""


class FlupCGIServer:
    """Answer one request that comes as CGI (RFC 3875), and end.

    Python does it itself: flup's CGI writes text where there are bytes.

    Args:
        application: The WSGI application.
        bindAddress: Not used: there is no socket. It is taken so that the three are made alike.

    Examples:
        >>> from wsgiref.simple_server import demo_app
        >>> from cherrypy_bus import Bus
        >>> from cherrypy_server import ServerAdapter
        >>> cgi = FlupCGIServer(demo_app)
        >>> ServerAdapter(Bus(), cgi).subscribe()  # `bus.start()` answers and ends
    """

    ready: bool = False

    def __init__(self, application: WSGIApplication, bindAddress: object = None) -> None:  # noqa: ARG002, N803
        self.application = application

    def start(self) -> None:
        """Answer the request.

        Raises:
            SystemExit: When it has been answered, for the process has nothing more to do.
        """
        self.ready = True
        CGIHandler().run(self.application)
        raise SystemExit(0)

    def stop(self) -> None:
        """Do nothing: the request ends by itself."""
        self.ready = False


def _imported(module: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{module} cannot be imported: pip install 'cherrypy-server[flup]'", name=module
        ) from error


def _standard_input() -> socket.socket:
    try:
        return socket.socket(fileno=os.dup(0))
    except OSError as error:
        raise ValueError(
            "There is no bindAddress, and standard input is no socket, as it would be if a web "
            f"server had started this program: {error.strerror}."
        ) from error


def _tcp(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return socket.create_server(address, family=family)
