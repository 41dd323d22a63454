"""One client's connection: from its first byte to its last, and what is waited for meanwhile.

While nobody serves it, a connection belongs to the thread of the loop, which calls `arrive` when
something has come; while a request is served, it belongs to the thread that does so.
"""

import enum
import logging
import socket
import time
from contextlib import suppress
from typing import Any

from cheroot.server import HTTPConnection

from cherrypy_server.arrival import Arrival
from cherrypy_server.channel import READ, Channel, Gone, Reader, Unready, Writer
from cherrypy_server.handshake import Failed, Plain
from cherrypy_server.head import Refused
from cherrypy_server.pace import Late, Pace
from cherrypy_server.request import Request
from cherrypy_server.takeover import Takeover

PIECE = 16 * 1024
"""Bytes that are taken at a time before a request is served."""

MOST_PIECES = 16
"""How many of them are thrown away before others have their turn."""

LINGER = 2.0
"""Seconds for a client to take an answer that came before the end of its request."""

NO_TLS = b"This port speaks HTTPS: the request came without TLS."


class Next(enum.Enum):
    """What is to be done with a connection on which something has come."""

    WAIT = enum.auto()
    SERVE = enum.auto()
    CLOSE = enum.auto()


class Connection(HTTPConnection):
    """A connection, and how much of its next request has come.

    Args:
        server: The HTTP server.
        channel: Where the bytes come from and go to.

    Attributes:
        arrival: What has come of the request.
        deadline: When it is given up unless something comes (`time.monotonic`).
        since: When it began to wait for this request.
        event: What it waits for: READ or WRITE.
        weight: What counts against `max_waiting_bytes`, in bytes.
        row: How many requests came before the answer to the one before them was sent.
        linger: Whether what the client still sends is taken, and thrown away, before closing.
    """

    requests_seen: int
    socket: Any
    ssl_env: Any
    rfile: Any
    wfile: Any

    def __init__(self, server: Any, channel: Channel) -> None:
        self.reading: Pace = Pace(server.timeout, server.min_body_rate)
        self.writing: Pace = Pace(server.timeout, server.min_body_rate)
        super().__init__(server, channel.socket, lambda _, mode, __: self._file(channel, mode))
        self.channel: Channel = channel
        self.arrival: Arrival = Arrival(server)
        self.event: int = READ
        self.row: int = 0
        self.weight: int = 0
        self.linger: bool = False
        self.closed: bool = False
        self._parting = False
        self._shaking = server.ssl_adapter is not None
        self._is_fresh = True
        self._takeover: Takeover | None = None
        self._looked: float | None = None
        self.since: float = time.monotonic()
        self._begun: float | None = self.since
        self.deadline: float = self.since + min(server.timeout, server.request_header_timeout)

    def _file(self, channel: Channel, mode: str) -> Reader | Writer:
        return Reader(channel, self.reading) if "r" in mode else Writer(channel, self.writing)

    @property
    def held(self) -> int:
        """How many bytes have come of the request that no thread works on yet."""
        return 0 if self._parting else len(self.rfile.buffer) + self.arrival.head_size

    @property
    def has_begun(self) -> bool:
        """Whether a request has begun to come, or the client has only just connected."""
        return self._begun is not None and not self._parting

    def arrive(self) -> Next:
        """Take what has come, without waiting for more, and say what is to be done."""
        before = self.rfile.bytes_read
        try:
            if self._parting:
                self._throw_away()
                return Next.CLOSE
            if self._shaking:
                self.ssl_env = self.channel.shake_hands()
                self._shaking = False
            return self._take()
        except Unready as unready:
            self.event = unready.event
            self._set_deadline(self.rfile.bytes_read - before)
            return Next.WAIT
        except Plain:
            self._refuse_plain_http()
        except Failed as error:
            self.note(f"TLS handshake failed: {error}")
        except Gone as error:
            self.note(f"the client has gone: {error}")
        return Next.CLOSE

    def rest(self) -> None:
        """Begin to wait for another request."""
        self.row = self.row + 1 if self.rfile.has_data() else 0
        self.arrival = Arrival(self.server)
        self.reading.begin()
        self.writing.begin()
        self.event = READ
        self._is_fresh = False
        self._begun = self._looked = None
        self.since = time.monotonic()
        self.deadline = self.since + self.server.timeout

    def expire(self) -> None:
        """Give up a client whose request, or handshake, did not come in time, and tell it so."""
        if self._shaking:
            self.note("TLS handshake failed: it took too long")
        elif not self._parting and self._begun is not None:
            self.refuse(Late())
            return
        self.end()

    def communicate(self) -> bool:
        """Answer the request that has come.

        Returns:
            Whether the connection stays open for another one.
        """
        if self.weight:
            self.server.lighten(self)
        request = Request(self.server, self)
        try:
            request.parse_request()
            self.requests_seen += 1
            if request.ready:
                request.respond()
        except Gone as error:
            self.note(f"the client has gone: {error}")
        except Refused as refused:
            request.refuse(refused)
        except Exception as error:  # noqa: BLE001 - whatever an application raises
            self.server.error_log(repr(error), logging.ERROR, True)
            request.fail()
        else:
            return request.ready and not request.close_connection and not self._is_taken()
        return False

    def takeover(self) -> Takeover:
        """Return what another protocol takes the connection by."""
        if self._takeover is None:
            self._takeover = Takeover(self)
        return self._takeover

    def _is_taken(self) -> bool:
        return self._takeover is not None and self._takeover.is_done

    def refuse(self, refused: Refused) -> None:
        """Answer without serving a request, if that needs no waiting, and close."""
        if not self._shaking:
            self.writing.end()
            Request(self.server, self).refuse(refused)
        self.close()

    def close(self) -> None:
        """Close the connection, so that the client still gets what was sent."""
        lingers = self.linger or self.rfile.has_data()
        if lingers and not self._parting and not self._is_taken():
            self._part()
            if self.server.linger(self):
                return
        self.end()

    def end(self) -> None:
        """Close the connection at once."""
        if not self.closed:
            self.closed = True
            self.server.forget(self)
            self.server.requests.count(self)
            self.rfile.close()
            if not self._is_taken():
                self.channel.close()

    def resolve_peer_creds(self) -> tuple[str, str]:
        """Return the names of the client's user and group.

        Raises:
            RuntimeError: They are not to be looked up, or this system has none for the numbers.
        """
        try:
            user, group = super().resolve_peer_creds()  # type: ignore[no-untyped-call]  # cheroot's
        except KeyError as error:
            raise RuntimeError(str(error)) from error
        return user, group

    def note(self, message: str) -> None:
        """Write a quiet line about this client."""
        self.server.error_log(f"{self.remote_addr}: {message}", logging.DEBUG)

    def _take(self) -> Next:
        """Take what has come of the request.

        Raises:
            Unready: It is not complete.
            Gone: The client left.
        """
        rfile, arrival = self.rfile, self.arrival
        while True:
            was_known = arrival.head is not None
            is_complete = arrival.is_complete(rfile.buffer)
            if not was_known and arrival.may_go_on():
                self._go_on()
            if is_complete:
                return Next.SERVE
            if not rfile.fill(PIECE):
                return self._left()

    def _left(self) -> Next:
        """Let a request be answered whose body ends too early; the application sees that."""
        if self.arrival.head is not None:
            return Next.SERVE
        if self._is_fresh or self.rfile.has_data():
            self.note("the client has gone before its request was complete")
        return Next.CLOSE

    def _go_on(self) -> None:
        """Tell a client that its body is welcome (RFC 9110, 15.2.1)."""
        line = self.server.protocol.encode() + b" 100 Continue\r\n\r\n"
        with suppress(Unready):  # it may send the body without having been told
            self.wfile.bytes_written += self.channel.send(line)

    def _set_deadline(self, received: int) -> None:
        has_begun = self._is_fresh or self.arrival.head is not None or self.rfile.has_data()
        if self._parting or not has_begun:
            return
        now = time.monotonic()
        if self._begun is None:
            self._begun = now
        if self.arrival.head is None:
            latest = self._begun + self.server.request_header_timeout
            self.deadline = min(now + self.server.timeout, latest)
            return
        if self._looked is not None:
            self.reading.waited(now - self._looked)
            self.reading.moved(received)
        self._looked = now
        self.deadline = now + self.reading.left

    def _refuse_plain_http(self) -> None:
        """Answer below TLS, as the client does not speak it."""
        self.note("HTTP without TLS was refused")
        head = f"{self.server.protocol} 400 Bad Request\r\nContent-Length: {len(NO_TLS)}\r\n"
        kind = "Content-Type: text/plain\r\nConnection: close\r\n\r\n"
        self._use(self.channel.bare())
        self.linger = True
        with suppress(Unready, OSError):
            self.channel.send((head + kind).encode() + NO_TLS)

    def _part(self) -> None:
        """Say that nothing more is sent."""
        self._parting = True
        self.rfile.close()
        self.server.lighten(self)
        self._use(self.channel.bare())
        self.deadline = time.monotonic() + LINGER
        self.event = READ
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def _use(self, channel: Channel) -> None:
        self._shaking = False
        self.channel, self.socket = channel, channel.socket

    def _throw_away(self) -> None:
        """Take what still comes: closing with something unread would cancel the answer.

        Raises:
            Unready: The client has not ended the connection.
            Gone: It broke.
        """
        for _ in range(MOST_PIECES):
            if not self.channel.recv(PIECE):
                return
        raise Unready(READ)
