"""The threads that serve connections: as many as are needed, between two limits.

The pool grows when a connection finds no idle thread, and only towards a limit that was set.
Threads beyond the least leave when they had nothing to do for a while. One that dies is replaced
and counted.
"""

import logging
import queue
import threading
import time
from collections import deque
from contextlib import suppress
from math import inf
from typing import Any

from cheroot.workers.threadpool import WorkerThread

IDLE = 10.0
"""Seconds without work after which a thread beyond the least leaves."""

GRACE = 1.0
"""Seconds for winding up, beyond those that requests have for finishing."""

FIGURES = ("requests_seen", "bytes_read", "bytes_written", "work_time")
"""What is counted for each thread."""


class Worker(WorkerThread):
    """A thread that serves one connection after the other, until the pool has no more for it."""

    conn: Any
    requests_seen: int
    bytes_read: int
    bytes_written: int
    work_time: float  # type: ignore[assignment]  # cheroot says int
    start_time: float | None
    ready: bool

    def __init__(self, server: Any) -> None:
        super().__init__(server)  # type: ignore[no-untyped-call]  # cheroot's
        self.stats["Work Time"] = lambda _: self.work_time + self._this_turn()

    def _this_turn(self) -> float:
        """Return the seconds that the connection which is being served has taken so far."""
        began = self.start_time
        return 0 if began is None else time.monotonic() - began

    def run(self) -> None:
        """Serve, whatever connections do; only the end of the program or a bug ends the thread."""
        pool: Pool = self.server.requests
        self.server.stats["Worker Threads"][self.name] = self.stats
        self.ready = True
        try:
            while (conn := pool.get()) is not None:
                self._serve(conn)
        except (KeyboardInterrupt, SystemExit) as error:
            self.server.interrupt = error
        except BaseException:  # noqa: BLE001 - reported, and another one takes over
            self.server.error_log("A thread of the HTTP server died", logging.CRITICAL, True)
            pool.replace(self)
        finally:
            self.ready = False
            pool.leave(self)

    def _serve(self, conn: Any) -> None:
        self.conn, self.start_time = conn, time.monotonic()
        stays = False
        try:
            stays = conn.communicate()
        except Exception as error:  # noqa: BLE001 - one connection's trouble is not the thread's
            message = f"Error on the connection of {conn.remote_addr}: {error!r}"
            self.server.error_log(message, logging.ERROR, True)
        finally:
            self.count(conn)
            self.conn = None
            (self.server.put_conn if stays else _close)(conn)

    def count(self, conn: Any) -> None:
        """Add a turn's figures to those of the thread; the connection begins anew."""
        if self.server.stats["Enabled"]:
            self.requests_seen += conn.requests_seen
            self.bytes_read += conn.rfile.bytes_read
            self.bytes_written += conn.wfile.bytes_written
            if self.start_time is not None:
                self.work_time += time.monotonic() - self.start_time
        self.start_time = None
        conn.requests_seen = conn.rfile.bytes_read = conn.wfile.bytes_written = 0


class Pool:
    """The threads of one server, with the queue of the connections that wait for them.

    Args:
        server: The HTTP server.
        least: How many threads there are at least.
        most: How many it may grow to; -1 or infinity keeps it at the least.
        waiting: How many connections may wait; -1 for any number.
        patience: Seconds that a connection waits for room among those.

    Attributes:
        replaced: How many threads died and were replaced.
    """

    def __init__(self, server: Any, least: int, most: float, waiting: int, patience: float) -> None:
        self.server = server
        self.min = least
        self.max: float = least if most in (-1, inf) else most
        self.replaced: int = 0
        self._waiting = waiting
        self._patience = patience
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._late: deque[tuple[float, Any]] = deque()
        self._former = self._new()
        self._threads: set[Worker] = set()
        self._lock = threading.Lock()
        self._open = False

    def start(self) -> None:
        """Start the least number of threads."""
        self._open = True
        for _ in range(self.min):
            self._spawn()

    def put(self, conn: Any) -> None:
        """Let a connection be served, by a new thread if none is idle and there may be more.

        Where too many wait it waits for room among them; `overdue` has those that waited in vain.
        """
        with self._lock:
            if self._open:
                self._line_up(conn)
                return
        _close(conn)

    def get(self) -> Any:
        """Wait for a connection; None tells the thread that asks to leave."""
        conn = self._next()
        if self._late:
            self._admit()
        return conn

    def overdue(self) -> list[Any]:
        """Return the connections that found no room in time; they are served no more."""
        found = []
        with self._lock:
            while self._late and self._late[0][0] <= time.monotonic():
                found.append(self._late.popleft()[1])
        return found

    @property
    def crowded(self) -> bool:
        """Whether connections wait for room among those that wait."""
        return bool(self._late)

    def count(self, conn: Any) -> None:
        """Add the figures of a connection that was answered without a thread."""
        with self._lock:
            self._former.count(conn)
            self._publish_former()

    def replace(self, worker: Worker) -> None:
        """Put another thread in the place of one that dies."""
        with self._lock:
            if self._open and worker in self._threads:
                self._threads.discard(worker)
                self.replaced += 1
                self._spawn()

    def leave(self, worker: Worker) -> None:
        """Forget a thread that ends, but not what it did."""
        with self._lock:
            self._threads.discard(worker)
            for figure in FIGURES:
                total = getattr(self._former, figure) + getattr(worker, figure)
                setattr(self._former, figure, total)
            self._publish_former()
            self.server.stats["Worker Threads"].pop(worker.name, None)

    def _publish_former(self) -> None:
        self.server.stats["Worker Threads"]["Former threads"] = self._former.stats

    @property
    def idle(self) -> int:
        """How many threads have nothing to do."""
        return sum(each.conn is None for each in list(self._threads))

    @property
    def size(self) -> int:
        """How many threads there are."""
        return len(self._threads)

    @property
    def qsize(self) -> int:
        """How many connections wait for a thread."""
        return self._queue.qsize()

    def stop(self, timeout: float | None) -> None:
        """Let all threads leave: at once, or when what they serve is done.

        After the time-out, nothing is read for those that are left; soon after, the log says so.
        """
        with self._lock:
            self._open = False
            while self._late:
                self._queue.put(self._late.popleft()[1])
            workers = list(self._threads)
        for _ in workers:
            self._queue.put(None)
        workers = [each for each in workers if each is not threading.current_thread()]
        deadline = None if timeout is None else time.monotonic() + timeout
        _join(workers, deadline)
        late = [each for each in workers if each.is_alive()]
        for worker in late:
            _stop_reading(worker.conn)
        _join(late, time.monotonic() + GRACE)
        if any(each.is_alive() for each in late):
            self.server.error_log(
                f"Requests still run {timeout} s after the server stopped", logging.WARNING
            )

    def _line_up(self, conn: Any) -> None:
        if len(self._threads) < self.max and self.qsize >= self.idle:
            self._spawn()
        if self._late or 0 < self._waiting <= self.qsize - self.idle:
            self._late.append((time.monotonic() + self._patience, conn))
        else:
            self._queue.put(conn)

    def _admit(self) -> None:
        """Let those that wait for room take what there is."""
        with self._lock:
            while self._late and self.qsize < self._waiting:
                self._queue.put(self._late.popleft()[1])

    def _next(self) -> Any:
        if self.max == self.min:
            return self._queue.get()
        while True:
            with suppress(queue.Empty):
                return self._queue.get(timeout=IDLE)
            with self._lock:
                if len(self._threads) > self.min:
                    self._threads.discard(threading.current_thread())
                    return None

    def _spawn(self) -> None:
        worker = self._new()
        worker.name = f"CP Server {worker.name}"
        self._threads.add(worker)
        try:
            worker.start()
        except RuntimeError as error:  # the system has no more; those that there are go on
            self._threads.discard(worker)
            self.server.error_log(f"A thread cannot be started: {error}", logging.ERROR)

    def _new(self) -> Worker:
        return Worker(self.server)


def _close(conn: Any) -> None:
    with suppress(OSError):  # the client has gone, or the socket is no more
        conn.close()


def _join(workers: list[Worker], deadline: float | None) -> None:
    for worker in workers:
        worker.join(None if deadline is None else max(0, deadline - time.monotonic()))


def _stop_reading(conn: Any) -> None:
    """End a wait for the client: what is read from now on has ended."""
    if conn is not None:
        conn.channel.stop_reading()
