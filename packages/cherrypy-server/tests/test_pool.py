"""The threads of a server: how many there are, and what becomes of them."""

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from cherrypy_server import pool as pool_module
from cherrypy_server.pool import Pool


class Connection:
    """What a worker serves; it says when it begins, and ends when it may."""

    remote_addr = "192.0.2.1"

    def __init__(self, failure: BaseException | None = None, stays: bool = False) -> None:
        self.failure, self.stays = failure, stays
        self.requests_seen = 1
        self.rfile, self.wfile = SimpleNamespace(bytes_read=2), SimpleNamespace(bytes_written=3)
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.closed = threading.Event()

    def communicate(self) -> bool:
        self.begun.set()
        self.may_end.wait(10)
        if self.failure is not None:
            raise self.failure
        return self.stays

    def close(self) -> None:
        self.closed.set()


class Server:
    """As much of an HTTP server as a pool looks at."""

    def __init__(self) -> None:
        self.stats: dict[str, Any] = {"Enabled": True, "Worker Threads": {}}
        self.lines: list[tuple[str, int]] = []
        self.kept: list[Connection] = []
        self.interrupt: BaseException | None = None
        self.requests: Pool

    def error_log(self, msg: str, level: int = 20, traceback: bool = False) -> None:
        self.lines.append((msg, level))

    def put_conn(self, conn: Connection) -> None:
        self.kept.append(conn)
        conn.closed.set()


Make = Callable[..., Pool]


@pytest.fixture
def make() -> Any:
    """Make pools that are stopped after the test."""
    made: list[Pool] = []

    def make(least: int, most: float = -1, waiting: int = -1, patience: float = 10) -> Pool:
        server = Server()
        server.requests = pool = Pool(server, least, most, waiting, patience)
        pool.start()
        made.append(pool)
        return pool

    yield make
    for pool in made:
        pool.stop(5)


def serve(pool: Pool, *connections: Connection) -> None:
    """Serve connections to their end."""
    for each in connections:
        pool.put(each)
        each.may_end.set()
        assert each.closed.wait(5)


def test_without_a_limit_the_pool_stays_as_it_is(make: Make) -> None:
    pool = make(1)
    busy, waiting = Connection(), Connection()
    pool.put(busy)
    assert busy.begun.wait(5)
    pool.put(waiting)
    assert (pool.size, pool.qsize) == (1, 1)
    serve(pool)
    for each in (busy, waiting):
        each.may_end.set()
        assert each.closed.wait(5)


def test_it_grows_to_its_limit_when_nobody_is_idle(make: Make) -> None:
    pool = make(1, 2)
    connections = [Connection() for _ in range(3)]
    for each in connections[:2]:
        pool.put(each)
        assert each.begun.wait(5)
    pool.put(connections[2])
    assert (pool.size, pool.idle, pool.qsize) == (2, 0, 1)
    for each in connections:
        each.may_end.set()
        assert each.closed.wait(5)


def test_threads_beyond_the_least_leave_when_they_have_nothing_to_do(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "IDLE", 0.01)
    before = set(threading.enumerate())
    pool = make(1, 3)
    connections = [Connection() for _ in range(3)]
    for each in connections:
        pool.put(each)
        assert each.begun.wait(5)
    workers = set(threading.enumerate()) - before
    for each in connections:
        each.may_end.set()
    assert _one_is_left(workers)
    assert pool.size == 1
    figures = pool.server.stats["Worker Threads"].values()
    assert sum(each["Requests"](each) for each in figures) == 3
    serve(pool, Connection())


def _one_is_left(workers: set[threading.Thread]) -> bool:
    """Wait until all threads but one have ended; nobody knows beforehand which stays."""
    for _ in range(500):
        alive = [each for each in workers if each.is_alive()]
        if len(alive) == 1:
            return True
        alive[0].join(0.01)
    return False


def test_a_thread_that_dies_is_replaced_and_counted(make: Make) -> None:
    pool = make(1)
    serve(pool, Connection(GeneratorExit("gone")), Connection())
    assert (pool.replaced, pool.size) == (1, 1)
    assert pool.server.lines == [("A thread of the HTTP server died", 50)]


def test_an_error_on_a_connection_ends_only_that(make: Make) -> None:
    pool = make(1)
    serve(pool, Connection(ValueError("bug")), Connection(BrokenPipeError("left")), Connection())
    assert (pool.replaced, pool.size) == (0, 1)
    assert pool.server.lines == [
        ("Error on the connection of 192.0.2.1: ValueError('bug')", 40),
        ("Error on the connection of 192.0.2.1: BrokenPipeError('left')", 40),
    ]


def test_an_exit_stops_the_server(make: Make) -> None:
    pool = make(1)
    leave = SystemExit()
    serve(pool, Connection(leave))
    pool.stop(5)
    assert pool.server.interrupt is leave
    assert pool.size == 0


def test_a_connection_that_stays_is_given_back(make: Make) -> None:
    pool = make(1)
    conn = Connection(stays=True)
    serve(pool, conn)
    assert pool.server.kept == [conn]


def test_only_so_many_connections_may_wait(make: Make) -> None:
    pool = make(1, waiting=1, patience=0)
    busy, waiting, late = Connection(), Connection(), Connection()
    pool.put(busy)
    assert busy.begun.wait(5)
    pool.put(waiting)
    assert pool.overdue() == []
    pool.put(late)
    assert pool.overdue() == [late]
    assert pool.overdue() == []
    for each in (busy, waiting):
        each.may_end.set()
        assert each.closed.wait(5)


@pytest.mark.parametrize("stops", [False, True])
def test_one_that_waits_for_room_is_served_when_there_is_some(make: Make, stops: bool) -> None:
    pool = make(1, waiting=1, patience=60)
    connections = [Connection() for _ in range(4)]
    for each in connections:
        pool.put(each)
        assert connections[0].begun.wait(5)
    assert (pool.qsize, pool.overdue()) == (1, [])
    for each in connections:
        each.may_end.set()
    if stops:
        pool.stop(5)
    assert all(each.closed.wait(5) for each in connections)


def test_a_pool_that_has_stopped_closes_what_it_gets(make: Make) -> None:
    pool = make(1)
    pool.stop(5)
    conn = Connection()
    pool.put(conn)
    assert conn.closed.is_set()
    assert not conn.begun.is_set()


def test_a_connection_that_needed_no_thread_is_counted(make: Make) -> None:
    pool = make(1)
    pool.count(Connection())
    figures = pool.server.stats["Worker Threads"]["Former threads"]
    assert figures["Bytes Written"](figures) == 3


def test_what_a_thread_did_is_counted_once(make: Make) -> None:
    pool = make(1)
    conn = Connection(stays=True)
    serve(pool, conn, conn)
    pool.stop(5)
    (figures,) = pool.server.stats["Worker Threads"].values()
    assert figures["Requests"](figures) == 1
    assert figures["Bytes Read"](figures) == 2
    assert figures["Bytes Written"](figures) == 3


def test_where_no_more_threads_can_be_had_the_others_go_on(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(worker: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    pool = make(1, 2)
    busy, waiting = Connection(), Connection()
    pool.put(busy)
    assert busy.begun.wait(5)
    monkeypatch.setattr(pool_module.Worker, "start", start)
    pool.put(waiting)
    assert (pool.size, pool.qsize) == (1, 1)
    for each in (busy, waiting):
        each.may_end.set()
        assert each.closed.wait(5)
    assert pool.server.lines == [("A thread cannot be started: can't start new thread", 40)]
