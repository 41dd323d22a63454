"""Clients that leave, scan, flood or confuse; a clock that jumps; a system that has no more.

Each test ends alike: the server still answers, and nothing is left of those who misbehaved.
"""

import http.client
import logging
import re
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from cherrypy_bus import Bus
from cherrypy_server import Server

PATIENCE = 30.0
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"


class Served:
    """A running server, what it logged below errors, and what its statistics say."""

    def __init__(self, server: Server, notes: list[tuple[int, str]]) -> None:
        self.server, self.notes = server, notes

    def start(self) -> None:
        self.server.statistics = True
        self.server.start()
        del self.notes[:]

    @property
    def address(self) -> tuple[str, int]:
        assert isinstance(self.server.bound_addr, tuple)
        return self.server.bound_addr

    def connect(self) -> socket.socket:
        return socket.create_connection(self.address, PATIENCE)

    def get(self) -> int:
        with closing(http.client.HTTPConnection(*self.address, timeout=PATIENCE)) as client:
            client.request("GET", "/")
            return client.getresponse().status

    def figure(self, name: str) -> Any:
        stats = vars(logging)["statistics"][f"Cheroot HTTPServer {id(self.server.httpserver)}"]
        return stats[name](stats) if callable(stats[name]) else stats[name]

    def is_left_alone(self) -> bool:
        """Wait until no connection is open."""
        return wait_until(lambda: self.figure("Connections") == 0)


def wait_until(holds: Any) -> bool:
    """Wait until something holds that only the server's threads bring about."""
    pause = threading.Event()
    return any(holds() or pause.wait(0.01) for _ in range(1000))


@pytest.fixture
def served(server: Server, bus: Bus) -> Iterator[Served]:
    notes: list[tuple[int, str]] = []
    bus.subscribe("log", lambda msg, level: notes.append((level, msg)))
    served = Served(server, notes)
    yield served
    if server.running:
        assert served.get() == 200
        assert served.is_left_alone()
        assert served.figure("Threads") == server.thread_pool
        assert served.figure("Threads Replaced") == 0
        assert not [note for note in notes if note[0] > logging.WARNING]


@pytest.fixture
def secure(served: Served, tmp_path: Path) -> Served:
    """The same with TLS; nobody can ask it at the end as others are asked."""
    issued = trustme.CA().issue_cert("localhost")
    served.server.ssl_certificate = str(tmp_path / "both.pem")
    issued.private_key_and_cert_chain_pem.write_to_path(served.server.ssl_certificate)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def get() -> int:
        with closing(
            http.client.HTTPSConnection(*served.address, timeout=PATIENCE, context=context)
        ) as client:
            client.request("GET", "/")
            return client.getresponse().status

    served.get = get  # type: ignore[method-assign]  # the one that speaks TLS
    return served


def reset(client: socket.socket) -> None:
    """End a connection as a machine does that goes down: nothing more is sent or taken."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def answer(client: socket.socket) -> bytes:
    received = b""
    with suppress(ConnectionError):
        while piece := client.recv(65536):
            received += piece
    return received


def statuses(sent: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", sent)]


@pytest.mark.parametrize("breaks", [False, True])
@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"GET / HTTP/1.1\r\nHo",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
    ],
)
def test_clients_that_leave_in_the_middle_of_a_request(
    served: Served, beginning: bytes, breaks: bool
) -> None:
    served.start()
    for _ in range(5):
        client = served.connect()
        client.sendall(beginning)
        (reset if breaks else socket.socket.close)(client)
    assert wait_until(lambda: served.figure("Accepts") == 5)
    assert served.is_left_alone()


def test_clients_that_leave_in_the_middle_of_a_response(served: Served) -> None:
    sizes = [1_000_000]
    ended = threading.Semaphore(0)

    class Large:
        def __iter__(self) -> Iterator[bytes]:
            return (b"x" * 1000 for _ in range(sizes[0]))

        def close(self) -> None:
            ended.release()

    def application(environ: dict[str, Any], start_response: Any) -> Large:
        start_response("200 OK", [])
        return Large()

    served.server.application = application
    served.start()
    for _ in range(5):
        client = served.connect()
        client.sendall(GET)
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
        reset(client)
        assert ended.acquire(timeout=PATIENCE)
    assert served.is_left_alone()
    assert sum("the client has gone" in msg for _, msg in served.notes) == 5
    sizes[0] = 1


@pytest.mark.parametrize("library", ["builtin", "pyopenssl"])
@pytest.mark.parametrize("beginning", [b"", b"\x16\x03\x01\x02\x00\x01\x00"])
@pytest.mark.parametrize("breaks", [False, True])
def test_clients_that_leave_in_the_middle_of_a_handshake(
    secure: Served, library: str, beginning: bytes, breaks: bool
) -> None:
    secure.server.ssl_module = library
    secure.start()
    for _ in range(3):
        client = secure.connect()
        client.sendall(beginning)
        (reset if breaks else socket.socket.close)(client)
    assert wait_until(lambda: secure.figure("Accepts") == 3)
    assert secure.is_left_alone()
    assert [level for level, _ in secure.notes] == [10, 10, 10]


def test_scanners_are_one_quiet_line_each(served: Served) -> None:
    served.start()
    for noise in (b"", b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"SSH-2.0-scan\r\n\r\n", b"\n"):
        with served.connect() as client:
            client.sendall(noise)
            with suppress(OSError):
                client.shutdown(socket.SHUT_WR)
            assert statuses(answer(client)) == ([400] if noise else [])
    assert served.is_left_alone()
    assert [level for level, _ in served.notes] == [10, 10, 10, 10]
    assert all(msg.startswith("127.0.0.1: ") for _, msg in served.notes)


def test_an_answer_before_the_end_of_a_large_body_arrives(served: Served) -> None:
    served.server.max_request_body_size = 1000
    served.start()
    size = 2_000_000
    with served.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % size)
        client.sendall(b"x" * size)
        assert statuses(answer(client)) == [413]


def test_so_many_requests_may_come_before_their_answers(served: Served) -> None:
    served.server.max_pipelined_requests = 3
    served.start()
    with served.connect() as client:
        client.sendall(GET * 10)
        received = answer(client)
    assert statuses(received) == [200] * 4
    assert received.count(b"Connection: close") == 1


def test_requests_one_after_the_other_are_not_counted_as_pipelined(served: Served) -> None:
    served.server.max_pipelined_requests = 1
    served.start()
    with served.connect() as client:
        for _ in range(5):
            client.sendall(GET)
            assert client.recv(65536).endswith(b"hello")


def test_a_new_connection_takes_the_place_of_the_one_that_waits_longest(served: Served) -> None:
    served.server.max_connections = 5
    served.start()
    with ExitStack() as stack:
        clients = []
        for number in range(1, 9):
            clients.append(stack.enter_context(served.connect()))
            clients[-1].sendall(GET)
            assert clients[-1].recv(65536).endswith(b"hello")
            assert wait_until(lambda: served.figure("Connections Waiting") == min(number, 5))  # noqa: B023
        assert [answer(each) for each in clients[:3]] == [b"", b"", b""]
        clients[-1].sendall(GET)
        assert clients[-1].recv(65536).endswith(b"hello")
        assert served.figure("Connections") == 5
    assert [msg for level, msg in served.notes if level == logging.WARNING] == [
        "5 connections are open; those that wait longest are closed"
    ]


@pytest.mark.parametrize("beginning", [b"X: ", b"Content-Length: 110000\r\n\r\n"])
def test_requests_that_wait_have_so_many_bytes_in_all(served: Served, beginning: bytes) -> None:
    served.server.max_waiting_bytes = 250_000
    served.server.max_request_body_buffer = 200_000
    served.start()
    head = GET[:-2] + beginning
    begun = head.ljust(100_000, b"a")
    rest = b"\r\n\r\n" if b"X" in beginning else b"a" * (10_000 + len(head))
    with ExitStack() as stack:
        clients = [stack.enter_context(served.connect()) for _ in range(5)]
        for client in clients:
            with suppress(OSError):
                client.sendall(begun)
        assert wait_until(lambda: sum("503 " in msg for _, msg in served.notes) == 3), served.notes
        assert wait_until(lambda: served.figure("Bytes Waiting") == 200_000)
        assert served.get() == 200
        found = []
        for client in clients:
            with suppress(OSError):
                client.sendall(rest)
                client.shutdown(socket.SHUT_WR)
            found += statuses(answer(client))
    assert found.count(200) == 2
    assert set(found) <= {200, 503}
    assert served.figure("Bytes Waiting") == 0
    warnings = [msg for level, msg in served.notes if level == logging.WARNING]
    assert len(warnings) == 1
    assert warnings[0].startswith("Requests that wait have more than 250000 bytes")


def test_the_request_of_which_most_waits_is_the_one_that_goes(served: Served) -> None:
    served.server.max_waiting_bytes = 250_000
    served.start()
    with served.connect() as large, served.connect() as small:
        for client, size, waiting in ((large, 200_000, 200_000), (small, 60_000, 60_000)):
            client.sendall((GET[:-2] + b"X: ").ljust(size, b"a"))
            assert wait_until(lambda: served.figure("Bytes Waiting") == waiting)  # noqa: B023
        small.sendall(b"\r\n\r\n")
        small.shutdown(socket.SHUT_WR)
        assert statuses(answer(small)) == [200]
        assert statuses(answer(large)) == [503]


def test_a_connection_that_waits_is_taken_out_by_one_thread_only(served: Served) -> None:
    # A worker with another request of the same client may turn it away as the loop wakes up for it.
    served.start()
    with served.connect() as client:
        client.sendall(GET)
        assert client.recv(65536).endswith(b"hello")
        assert wait_until(lambda: served.figure("Connections Waiting") == 1)
        httpserver: Any = served.server.httpserver
        loop = httpserver._connections
        (conn,) = loop.open
        assert [loop._take_out(conn) for _ in range(2)] == [True, False]
        loop.wait_for(conn)
        client.sendall(GET)
        assert client.recv(65536).endswith(b"hello")


def test_any_number_of_bytes_may_wait(served: Served) -> None:
    served.server.max_waiting_bytes = 0
    served.start()
    with ExitStack() as stack:
        clients = [stack.enter_context(served.connect()) for _ in range(3)]
        for client in clients:
            client.sendall((GET[:-2] + b"X: ").ljust(100_000, b"a"))
        assert wait_until(lambda: served.figure("Bytes Waiting") == 300_000)


def test_when_all_are_being_served_accepting_waits(served: Served) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.release()
        leave.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

    served.server.application = slow
    served.server.max_connections = 2
    served.start()
    with ExitStack() as stack:
        clients = [stack.enter_context(served.connect()) for _ in range(2)]
        for client in clients:
            client.sendall(GET)
            assert entered.acquire(timeout=PATIENCE)
        late = stack.enter_context(served.connect())
        late.sendall(GET)
        assert served.figure("Connections") == 2
        leave.set()
        for client in (*clients, late):
            assert client.recv(65536).endswith(b"done")


def test_a_full_queue_is_told_to_all_who_do_not_fit_at_once(served: Served) -> None:
    entered, leave = threading.Semaphore(0), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.release()
        leave.wait(PATIENCE)
        start_response("200 OK", [("Content-Length", "4")])
        return [b"done"]

    served.server.application = slow
    served.server.thread_pool = 1
    served.server.accepted_queue_size, served.server.accepted_queue_timeout = 1, 0
    served.start()
    with ExitStack() as stack:
        clients = [stack.enter_context(served.connect()) for _ in range(20)]
        clients[0].sendall(GET)
        assert entered.acquire(timeout=PATIENCE)
        for client in clients[1:]:
            client.sendall(GET)
        assert wait_until(lambda: sum("503" in msg for _, msg in served.notes) == 18)
        leave.set()
        for client in clients:
            client.shutdown(socket.SHUT_WR)
        answers = [answer(client) for client in clients]
    found = [statuses(each)[0] for each in answers]
    assert (found[0], found.count(200), found.count(503)) == (200, 2, 18)
    assert all(b"Retry-After: 1\r\n" in each for each in answers if b" 503 " in each)


@pytest.mark.parametrize("jump", [86400.0, -86400.0])
def test_a_clock_that_jumps_changes_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    now = time.time
    served.start()
    with ExitStack() as stack:
        idle, half = (stack.enter_context(served.connect()) for _ in range(2))
        idle.sendall(GET)
        assert idle.recv(65536).endswith(b"hello")
        half.sendall(GET[:10])
        monkeypatch.setattr(time, "time", lambda: now() + jump)
        assert served.get() == 200
        half.sendall(GET[10:])
        idle.sendall(GET)
        assert half.recv(65536).endswith(b"hello")
        assert idle.recv(65536).endswith(b"hello")
    assert 0 <= served.figure("Work Time") < PATIENCE


def test_an_error_of_the_system_in_an_application_is_the_applications(served: Served) -> None:
    calls: list[int] = []

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionResetError("from a database")
        start_response("200 OK", [("Content-Length", "0")])
        return []

    served.server.application = application
    served.start()
    assert served.get() == 500
    (note,) = [msg for level, msg in served.notes if level == logging.ERROR]
    assert "from a database" in note
    del served.notes[:]


EXHAUSTED = """
import resource, os, sys
from cherrypy_bus import Bus, SignalHandler
from cherrypy_server import Server


def application(environ, start_response):
    body = str(len(os.listdir("/dev/fd"))).encode() if environ["PATH_INFO"] == "/count" else b"ok"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


bus = Bus()
bus.subscribe("log", lambda message, level: print(level, message, flush=True))
SignalHandler(bus).subscribe()
server = Server(bus, application)
server.socket_port = 0
server.socket_timeout = server.request_header_timeout = 60
server.subscribe()
bus.start()
resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
print("limited", flush=True)
bus.block()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are those of Unix")
def test_a_system_without_descriptors_takes_those_of_idle_connections() -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-c", EXHAUSTED], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = next(line for line in process.stdout if "Serving on http://" in line)
            port = int(line.rpartition(":")[2])
            assert next(line for line in process.stdout if line == "limited\n")
            before = _count(port)
            with ExitStack() as stack:
                for _ in range(200):
                    client = socket.create_connection(("127.0.0.1", port), PATIENCE)
                    stack.enter_context(client).sendall(b"GET / HT")
                assert _ask(port, "/") == b"ok"
            assert wait_until(lambda: _count(port) == before)
            process.terminate()
            lines = process.stdout.read().splitlines()
            assert process.wait(PATIENCE) == 0
        finally:
            process.kill()
    (told,) = [line for line in lines if line.startswith("30 ")]
    assert "No room to accept" in told
    assert "Too many open files" in told
    assert not any("Traceback" in line for line in lines)


def _ask(port: int, path: str) -> bytes:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as client:
        client.request("GET", path)
        return client.getresponse().read()


def _count(port: int) -> int:
    with suppress(OSError, http.client.HTTPException, ValueError):
        return int(_ask(port, "/count"))
    return -1


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_an_answer_to_an_upload_that_nobody_reads_arrives(served: Served, version: bytes) -> None:
    served.server.max_request_body_buffer = 1000
    served.start()
    size = 4_000_000
    with served.connect() as client:
        client.sendall(b"POST / HTTP/%b\r\nHost: a\r\nConnection: close\r\n" % version)
        client.sendall(b"Content-Length: %d\r\n\r\n" % size)
        client.sendall(b"x" * size)
        assert answer(client).endswith(b"hello")
