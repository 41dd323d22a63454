"""The thread that accepts connections, and waits for what clients send until a request is complete.

A client that sends slowly, or nothing, costs a descriptor and no thread. Time is that of a clock
that nobody sets.

Rule: nothing here waits for a client, for a thread or for a log that may block.
"""

import errno
import logging
import select
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from cherrypy_server.channel import Channel
from cherrypy_server.connection import Connection, Next

TICK = 0.1
"""Seconds between two looks at the clock, while there are connections."""

MOST_AT_ONCE = 64
"""How many connections are accepted before others have their turn."""

HEARING = 0.25
"""Seconds that a request which has begun, or a new connection, has to come when a server stops."""

EPISODE = 10.0
"""Seconds without want of room after which the log tells of it again."""

LIGHT = 16 * 1024
"""Bytes of a request that do not count against `max_waiting_bytes`: most have less, for nothing."""

EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
"""What the system says when it has nothing left for another connection."""

NEEDS_NEWS = not (hasattr(select, "epoll") or hasattr(select, "kqueue"))
"""Whether a selector that sleeps has to be woken to see another connection."""


class Loop:
    """The connections of a server that no thread serves at the moment.

    It takes the place of cheroot's connection manager, with the methods that the server calls.

    Args:
        server: The HTTP server; its socket listens.

    Attributes:
        open: All connections of the server, those that are being served among them.
        weight: How many bytes wait of requests that no thread works on yet, without small ones.
    """

    def __init__(self, server: Any) -> None:
        self.server = server
        self.open: set[Connection] = set()
        self._listening = server.socket
        self._listening.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._waiting: dict[int, Connection] = {}
        self._lock = threading.Lock()
        self._closed = self._stopping = self._accepts = False
        self._full_until = self._heavy_until = self._next_look = 0.0
        self.weight: int = 0
        self._ended = threading.Event()
        self._ended.set()
        self._alarm, self._bell = socket.socketpair()
        self._alarm.setblocking(False)
        self._bell.setblocking(False)
        self._selector.register(self._alarm, selectors.EVENT_READ)
        self._accept_again()

    def run(self, _interval: float = 0) -> None:
        """Accept and wait until `stop` is called; what has come by then is served still."""
        self._ended.clear()
        try:
            while not self._stopping:
                self._turn()
            if self.server.inherited is not None:  # those who wait to be accepted can go on waiting
                self._pause_accepting()
            self._turn()
            self._pause_accepting()
        finally:
            self._ended.set()

    def stop(self) -> None:
        """Let `run` return, and wait until it has."""
        self._stopping = True
        self._ring()
        self._ended.wait()

    def close(self) -> None:
        """Close all connections that wait; those that are served end by themselves.

        A proxy that has just connected may not ask another server, so what it sends is waited for.
        """
        self._hear_out()
        with self._lock:
            self._closed = True
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for conn in waiting:
            conn.end()
        self._selector.close()
        self._alarm.close()
        self._bell.close()

    def _hear_out(self) -> None:
        until = time.monotonic() + HEARING
        while self._someone_speaks() and time.monotonic() < until:
            self._turn()

    def _someone_speaks(self) -> bool:
        return any(conn.has_begun for conn in list(self._waiting.values()))

    def put(self, conn: Connection) -> None:
        """Wait for a connection's next request, which may be there already."""
        conn.rest()
        if conn.rfile.has_data() or conn.channel.pending():
            self._handle(conn)
        else:
            self.wait_for(conn)

    def wait_for(self, conn: Connection) -> None:
        """Wait until something comes on a connection, or its time is over."""
        try:
            self._take_in(conn)
        except (OSError, ValueError, KeyError) as error:  # the system takes no more, or we stop
            conn.note(f"the connection cannot be waited for: {error}")
            conn.end()
        if NEEDS_NEWS:  # pragma: no cover - Windows
            self._ring()

    def linger(self, conn: Connection) -> bool:
        """Wait for the end of what a client sends; return whether that is possible."""
        if self._stopping:
            return False
        self.wait_for(conn)
        return True

    def forget(self, conn: Connection) -> None:
        """Take notice that a connection is closed."""
        self.open.discard(conn)
        self.lighten(conn)

    def lighten(self, conn: Connection) -> None:
        """Take notice that a thread works on what has come, or nobody will."""
        if conn.weight:
            self._weigh(conn, 0)

    @property
    def can_add_keepalive_connection(self) -> bool:
        """Whether one more connection may be kept for further requests."""
        limit = self.server.keep_alive_conn_limit
        return limit is None or len(self._waiting) < limit

    @property
    def waiting(self) -> int:
        """How many connections wait for their clients."""
        return len(self._waiting)

    def _turn(self) -> None:
        """Do what there is to do, or sleep until there is something."""
        for key, _ in self._selector.select(self._sleep()):
            if key.fileobj is self._alarm:
                with suppress(BlockingIOError):
                    self._alarm.recv(1024)
            elif key.fileobj is self._listening:
                self._accept_some()
            elif self._take_out(key.data):
                self._handle(key.data)
        if self.server.requests.crowded:
            self.server.refuse_overdue()
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + TICK
            self._look_at_clock(now)

    def _sleep(self) -> float | None:
        if self._stopping:
            return 0 if self._accepts else TICK / 10
        return TICK if self.open or not self._accepts else None

    def _ring(self) -> None:
        with suppress(BlockingIOError, OSError):
            self._bell.send(b"!")

    def _take_in(self, conn: Connection) -> None:
        descriptor = conn.socket.fileno()
        with self._lock:
            if self._closed:
                raise ValueError("the server stops")
            self._selector.register(descriptor, conn.event, conn)
            self._waiting[descriptor] = conn

    def _take_out(self, conn: Connection) -> bool:
        """Wait no more on a connection; return False if another thread was faster."""
        descriptor = conn.socket.fileno()
        with self._lock:
            if self._waiting.get(descriptor) is not conn:
                return False
            del self._waiting[descriptor]
            self._selector.unregister(descriptor)
            return True

    def _handle(self, conn: Connection) -> None:
        """Look at what has come, and do what is next."""
        with self._caring_for(conn):
            step = conn.arrive()
            if conn.held > LIGHT and step is not Next.CLOSE and not self._has_room_for(conn):
                self.server.turn_away(conn)
                return
            match step:
                case Next.SERVE:
                    self.server.process_conn(conn)
                case Next.WAIT:
                    self.wait_for(conn)
                case Next.CLOSE:
                    conn.close()

    def _has_room_for(self, conn: Connection) -> bool:
        """Count what has come of a request; return False if that is too much, and none has more.

        Others are turned away as long as there is too much, those first of which most has come.
        """
        self._weigh(conn, conn.held)
        most: int = self.server.max_waiting_bytes
        while 0 < most < self.weight:
            self._tell_of_weight(most)
            waiting = list(self._waiting.values())
            heaviest = max(waiting, key=lambda each: each.weight, default=conn)
            if heaviest.weight <= conn.weight:
                return False
            if self._take_out(heaviest):
                with self._caring_for(heaviest):
                    self.server.turn_away(heaviest)
        return True

    def _weigh(self, conn: Connection, weight: int) -> None:
        with self._lock:
            self.weight += weight - conn.weight
            conn.weight = weight

    def _tell_of_weight(self, most: int) -> None:
        now = time.monotonic()
        if now > self._heavy_until:
            why = f"Requests that wait have more than {most} bytes (max_waiting_bytes)"
            self.server.error_log(f"{why}; the largest are answered with 503", logging.WARNING)
        self._heavy_until = now + EPISODE

    @contextmanager
    def _caring_for(self, conn: Connection) -> Iterator[None]:
        """End a connection with which something went wrong: its trouble is not that of all."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is
            message = f"Error on the connection of {conn.remote_addr}: {error!r}"
            self.server.error_log(message, logging.ERROR, True)
            conn.end()

    def _look_at_clock(self, now: float) -> None:
        """Give up those whose time is over, and accept again after a pause."""
        for conn in list(self._waiting.values()):
            if conn.deadline <= now and self._take_out(conn):
                with self._caring_for(conn):
                    conn.expire()
        if not self._accepts and not self._stopping:
            self._accept_again()

    def _accept_some(self) -> None:
        """Accept those that want to connect, as far as there is room."""
        for _ in range(MOST_AT_ONCE):
            if self._is_full() and not self._waiting:
                break
            try:
                sock, address = self._listening.accept()
            except (BlockingIOError, ConnectionError):
                return
            except OSError as error:
                if self.server.stats["Enabled"]:
                    self.server.stats["Socket Errors"] += 1
                if error.errno in EXHAUSTED and self._make_room(f"No room to accept: {error}"):
                    return
                break
            if self._is_full():
                self._make_room(f"{self.server.max_connections} connections are open")
            self._begin(sock, address)
        else:
            return
        self._pause_accepting()

    def _pause_accepting(self) -> None:
        if self._accepts:
            self._selector.unregister(self._listening)
            self._accepts = False

    def _begin(self, sock: socket.socket, address: Any) -> None:
        conn = self._connection(sock, address)
        if conn is not None:
            self.open.add(conn)
        if self.server.stats["Enabled"]:
            self.server.stats["Accepts"] += 1
        if conn is not None:
            self._handle(conn)

    def _connection(self, sock: socket.socket, address: Any) -> Connection | None:
        server = self.server
        adapter = server.ssl_adapter
        try:
            conn = Connection(server, adapter.channel(sock) if adapter else Channel(sock))
        except OSError as error:
            server.error_log(f"{address}: the client has gone: {error}", logging.DEBUG)
        except Exception as error:  # noqa: BLE001 - such as a context that cannot be used
            server.error_log(f"A connection cannot be served: {error!r}", logging.ERROR, True)
        else:
            if isinstance(address, tuple):
                conn.remote_addr, conn.remote_port = address[:2]
            return conn
        sock.close()
        return None

    def _is_full(self) -> bool:
        most: int = self.server.max_connections
        return 0 < most <= len(self.open)

    def _make_room(self, why: str) -> bool:
        """Close the connection that has waited longest; return whether there was one."""
        now = time.monotonic()
        if now > self._full_until:
            self.server.error_log(f"{why}; those that wait longest are closed", logging.WARNING)
        self._full_until = now + EPISODE
        longest = min(list(self._waiting.values()), key=lambda conn: conn.since, default=None)
        if longest is not None and self._take_out(longest):
            longest.end()
        return longest is not None

    def _accept_again(self) -> None:
        self._accepts = True
        self._selector.register(self._listening, selectors.EVENT_READ)
