"""Any WSGI application on a port of its own, for as long as a `with` block lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from cherrypy_bus import Bus
from cherrypy_server import Server

if TYPE_CHECKING:
    from types import TracebackType

    from cherrypy_testing.call import WSGIApplication


class LiveServer:
    """Serve an application over HTTP, on a free port of the loopback interface.

    It listens when the `with` block begins, and all its threads have ended after it.

    Args:
        application: What to serve.
        host: The address to listen on.

    Attributes:
        server: The server; its settings take effect when they are set before the block.

    Examples:
        >>> from urllib.request import urlopen
        >>> def application(environ, start_response):
        ...     start_response("200 OK", [("Content-Type", "text/plain")])
        ...     return [b"over a socket"]
        >>> with LiveServer(application) as live, urlopen(live.url("/")) as answer:
        ...     answer.read()
        b'over a socket'
    """

    def __init__(self, application: WSGIApplication, *, host: str = "127.0.0.1") -> None:
        self._bus = Bus()
        self.server: Server = Server(self._bus, application)
        self.server.socket_host, self.server.socket_port = host, 0
        self.server.subscribe()

    @property
    def base_url(self) -> str:
        """Scheme, host and port."""
        return self.server.base()

    def url(self, path: str = "/") -> str:
        """Return the url of a path, which begins with a slash."""
        return self.base_url + path

    def __enter__(self) -> Self:
        self._bus.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bus.exit()
