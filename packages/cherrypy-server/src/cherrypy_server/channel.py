"""The bytes of one connection, with TLS or without: nothing here waits for the client.

Rule: an operation that the client has to enable first raises `Unready`, and whoever called decides
who waits for how long. A client that is gone is `Gone`, and never an error of an application's.
"""

import select
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from cherrypy_server.pace import Pace

READ, WRITE = 1, 2
"""What a connection can wait for: the numbers of `selectors.EVENT_READ` and `EVENT_WRITE`."""

MOST_AT_ONCE = 64 * 1024
"""Bytes that the system, or a TLS library, is given at a time."""

LOOK = 1.0
"""Seconds between two looks at how much a client has taken of what the system still has to send."""

T = TypeVar("T")

if sys.platform == "linux":
    import fcntl
    import termios


class Unready(Exception):  # noqa: N818 - no error: it says what to wait for
    """The client has to do something first.

    Attributes:
        event: READ or WRITE.
    """

    def __init__(self, event: int) -> None:
        super().__init__(event)
        self.event = event


class Gone(ConnectionError):  # noqa: N818 - it says what the client did
    """The client ended the connection, or it broke."""


class Channel:
    """A client's connection without TLS, and what those with TLS have in common.

    Args:
        sock: The socket; from now on it never blocks.

    Attributes:
        socket: The socket, or what wraps it.
    """

    def __init__(self, sock: Any) -> None:
        sock.setblocking(False)
        self.socket = sock

    def shake_hands(self) -> dict[str, str]:
        """Go on with the handshake and return what the environ says of it: nothing without TLS."""
        return {}

    def recv(self, size: int) -> bytes:
        """Return what has come, up to so many bytes; none when the client sends no more.

        Raises:
            Unready: Nothing has come.
            Gone: The connection broke.
        """
        try:
            data: bytes = self.socket.recv(size)
        except BlockingIOError:
            raise Unready(READ) from None
        except OSError as error:
            raise Gone(*error.args) from error
        return data

    def send(self, data: Any) -> int:
        """Send some bytes and return their number.

        Raises:
            Unready: The client has to take something first.
            Gone: The client takes nothing more.
        """
        try:
            sent: int = self.socket.send(data)
        except BlockingIOError:
            raise Unready(WRITE) from None
        except OSError as error:
            raise Gone(*error.args) from error
        return sent

    def pending(self) -> bool:
        """Return whether something has come that the system does not tell of any more."""
        return False

    def bare(self) -> "Channel":
        """Say good-bye as TLS wants it, and return the same connection without TLS."""
        return self

    def stop_reading(self) -> None:
        """Let whoever waits for the client see the end of what it sends."""
        with suppress(OSError):
            socket.socket.shutdown(self.socket, socket.SHUT_RD)  # TLS has one that forgets the keys

    def close(self) -> None:
        """End the connection in both directions."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


def patiently(step: Callable[[], T], channel: Channel, pace: Pace) -> T:
    """Repeat an operation until it is done, sleeping while the client has to do something.

    Raises:
        Late: The client took too long.
    """
    while True:
        try:
            return step()
        except Unready as unready:
            event = unready.event
        before = _unsent(channel.socket) if event == WRITE else 0
        with pace.waiting() as seconds:
            _sleep(channel.socket.fileno(), event, min(seconds, LOOK))
        if event == WRITE:
            pace.moved(before - _unsent(channel.socket))


def _unsent(sock: Any) -> int:
    """Return how many bytes the client has not taken, as far as the system tells.

    There is room for more only after it has taken many, for which a slow client may need minutes.
    """
    if sys.platform != "linux":  # pragma: no cover - other systems do not tell
        return 0
    found: bytes = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(struct.calcsize("i")))
    return int(struct.unpack("i", found)[0])


def _sleep(descriptor: int, event: int, seconds: float) -> None:
    """Sleep until the system has something to tell of a socket, or the time is over."""
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        select.select([descriptor][: event & READ], [descriptor][: event & WRITE], [], seconds)
        return
    poll = select.poll()
    poll.register(descriptor, select.POLLIN if event == READ else select.POLLOUT)
    poll.poll(seconds * 1000)


class Reader:
    """What a client sends, as a file that an application may read from.

    Args:
        channel: Where it comes from.
        pace: How long reading may take.

    Attributes:
        buffer: What has come and was not read.
        bytes_read: How much has come.
    """

    def __init__(self, channel: Channel, pace: Pace) -> None:
        self._channel = channel
        self._pace = pace
        self.buffer: bytearray = bytearray()
        self.bytes_read: int = 0

    def fill(self, size: int) -> bool:
        """Take what has come, without waiting; return whether the client may send more.

        Raises:
            Unready: Nothing has come.
            Gone: The connection broke.
        """
        data = self._channel.recv(size)
        self.buffer += data
        self.bytes_read += len(data)
        return bool(data)

    def read1(self, size: int) -> bytes:
        """Return some bytes, at most so many; none when the client sends no more.

        Raises:
            Late: They came too slowly.
            Gone: The connection broke.
        """
        if self.buffer:
            return self._taken(size)
        data = patiently(lambda: self._channel.recv(size), self._channel, self._pace)
        self._pace.moved(len(data))
        self.bytes_read += len(data)
        return data

    def readline(self, limit: int) -> bytes:
        """Return a line with its end, or the first so many bytes of it.

        Raises:
            Late: It came too slowly.
            Gone: The connection broke.
        """
        seen = 0
        while (end := self.buffer.find(b"\n", seen, limit)) < 0 and len(self.buffer) < limit:
            seen = len(self.buffer)
            if not patiently(lambda: self.fill(limit), self._channel, self._pace):
                break
            self._pace.moved(len(self.buffer) - seen)
        return self._taken(end + 1 if end >= 0 else limit)

    def has_data(self) -> bool:
        """Return whether something has come that was not read."""
        return bool(self.buffer)

    def close(self) -> None:
        """Forget what was not read."""
        self.buffer.clear()

    def _taken(self, size: int) -> bytes:
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data


class Writer:
    """What a client gets, as a file.

    Args:
        channel: Where it goes.
        pace: How long the client may take.

    Attributes:
        bytes_written: How much was sent.
    """

    def __init__(self, channel: Channel, pace: Pace) -> None:
        self._channel = channel
        self._pace = pace
        self.bytes_written: int = 0

    def write(self, data: bytes) -> int:
        """Send all of it.

        Raises:
            Late: The client took it too slowly.
            Gone: The client takes nothing more.
        """
        left = len(data) - self._send(data)
        while left:
            left -= self._send(memoryview(data)[-left:])
        return len(data)

    def _send(self, data: bytes | memoryview) -> int:
        piece = data if len(data) <= MOST_AT_ONCE else data[:MOST_AT_ONCE]
        sent = patiently(lambda: self._channel.send(piece), self._channel, self._pace)
        self._pace.moved(sent)
        self.bytes_written += sent
        return sent
