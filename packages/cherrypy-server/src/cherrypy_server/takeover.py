"""Hand a connection over to a protocol that goes on where HTTP ends (RFC 9110, 7.8).

An application that answers 101 finds its connection at ``environ["wsgi.input"].rfile``, where
libraries for WebSockets look for it. The server forgets the socket then, and closes it no more.
"""

from typing import Any


class Takeover:
    """A connection as the file that it once was.

    Args:
        connection: The connection.

    Attributes:
        raw: The same: libraries look for ``raw._sock``.
        is_done: Whether the connection belongs to somebody else now.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.is_done: bool = False

    @property
    def raw(self) -> "Takeover":
        """The same object: libraries look for ``raw._sock``."""
        return self

    @property
    def _sock(self) -> Any:
        """The socket."""
        return self._connection.socket

    def detach(self) -> "Takeover":
        """Take the connection from the server, and return what has its socket.

        It has the server's time-out again; what it had received already stays unread.
        """
        self.is_done = True
        self._connection.socket.settimeout(self._connection.server.timeout)
        return self
