"""One client's connection: cheroot leaves those that it refuses to the garbage collector."""

import socket
from contextlib import suppress

from cheroot.server import HTTPConnection

CHUNK = 64 * 1024
MOST_CHUNKS = 16
"""What is thrown away before giving up: a client that never ends shall not keep a thread."""


class Connection(HTTPConnection):
    """A connection that is closed when it is closed, also after a request that was not read."""

    def close(self) -> None:
        """Close the connection so that the client still gets what was sent."""
        super().close()
        if self.linger:
            self._close_unread()

    def _close_unread(self) -> None:
        """Throw away what has come: closing with something unread would cancel the answer."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.setblocking(False)
            for _ in range(MOST_CHUNKS):
                if not self.socket.recv(CHUNK):
                    break
        self.socket.close()
