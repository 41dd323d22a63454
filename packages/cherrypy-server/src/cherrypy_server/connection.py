"""One client's connection: hands are shaken before its first request, and it is closed for good.

cheroot leaves connections that it refuses to the garbage collector.
"""

import logging
import socket
from contextlib import suppress
from typing import Any

from cheroot.errors import FatalSSLAlert, NoSSLError
from cheroot.server import HTTPConnection

from cherrypy_server.handshake import ShakesHands
from cherrypy_server.head import Refused
from cherrypy_server.request import Request

CHUNK = 64 * 1024
MOST_CHUNKS = 16
"""What is thrown away before giving up: a client that never ends shall not keep a thread."""

NO_TLS = b"This port speaks HTTPS: the request came without TLS."


class Connection(HTTPConnection):
    """A connection that is closed when it is closed, also after a request that was not read."""

    RequestHandlerClass = Request
    socket: Any
    ssl_env: Any

    def __init__(self, server: Any, *args: Any) -> None:
        super().__init__(server, *args)
        adapter = server.ssl_adapter
        self._stranger = adapter if isinstance(adapter, ShakesHands) else None

    def communicate(self) -> bool:
        """Serve one request, after the TLS handshake if it is the first.

        Returns:
            Whether the connection stays open for another one.
        """
        if self._stranger is not None and not self._shake_hands(self._stranger):
            return False
        return bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot's

    def refuse(self, refused: Refused) -> None:
        """Answer without reading a request, and close; before the TLS handshake, only close."""
        if self._stranger is None:
            Request(self.server, self).refuse(refused)
        with suppress(OSError):
            self.close()

    def close(self) -> None:
        """Close the connection so that the client still gets what was sent."""
        super().close()
        if self.linger:
            self._close_unread()

    def _shake_hands(self, adapter: ShakesHands) -> bool:
        self._stranger = None
        try:
            self.ssl_env = adapter.shake_hands(self.socket)
        except NoSSLError:
            self._refuse_plain_http()
        except FatalSSLAlert as error:
            self._note(f"TLS handshake failed: {error}")
        else:
            return True
        return False

    def _refuse_plain_http(self) -> None:
        """Answer below TLS, as the client does not speak it."""
        self._note("HTTP without TLS was refused")
        head = f"{self.server.protocol} 400 Bad Request\r\nContent-Length: {len(NO_TLS)}\r\n"
        kind = "Content-Type: text/plain\r\nConnection: close\r\n\r\n"
        self.socket = _without_tls(self.socket)
        self.linger = True
        with suppress(OSError):
            self.socket.sendall((head + kind).encode() + NO_TLS)

    def _note(self, message: str) -> None:
        self.server.error_log(f"{self.remote_addr}: {message}", logging.DEBUG)

    def _close_unread(self) -> None:
        """Throw away what has come: closing with something unread would cancel the answer."""
        if self.server.ssl_adapter is not None:
            self.socket = _without_tls(self.socket)
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.setblocking(False)
            for _ in range(MOST_CHUNKS):
                if not self.socket.recv(CHUNK):
                    break
        self.socket.close()


def _without_tls(wrapped: Any) -> socket.socket:
    """Return the bare socket; the wrapped one has no descriptor any more."""
    return socket.socket(fileno=wrapped.detach())
