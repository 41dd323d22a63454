"""FastCGI, SCGI and CGI as a web server in front speaks them."""

import io
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cherrypy_bus import Bus
from cherrypy_server import (
    BindError,
    FlupCGIServer,
    FlupFCGIServer,
    FlupSCGIServer,
    ServerAdapter,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the sockets are those of Unix")

PATIENCE = 30.0
BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with what was asked for and sent."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    text = f"{environ['REQUEST_METHOD']} {environ['SCRIPT_NAME']}|{environ['PATH_INFO']} ".encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [text, body]


class Held:
    """An application whose answer waits."""

    def __init__(self) -> None:
        self.asked, self.released = threading.Event(), threading.Event()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        self.asked.set()
        assert self.released.wait(PATIENCE)
        return echo(environ, start_response)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def request(path: str, body: bytes = b"", *, keep: bool = False, **params: str) -> bytes:
    """Return a FastCGI request."""
    params = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "SCRIPT_NAME": "", **params}
    params["CONTENT_LENGTH"] = str(len(body))
    pairs = b"".join(
        struct.pack("!BB", len(name), len(value)) + name.encode() + value.encode()
        for name, value in params.items()
    )
    sent = record(BEGIN, struct.pack("!HB5x", 1, keep)) + record(PARAMS, pairs) + record(PARAMS)
    for start in range(0, len(body), 0xFFF8):
        sent += record(STDIN, body[start : start + 0xFFF8])
    return sent + record(STDIN)


def answer(stream: io.BufferedReader) -> tuple[bytes, bytes]:
    """Read a FastCGI answer: its head and its body."""
    received = b""
    while head := stream.read(8):
        _, kind, _, length, padding = struct.unpack("!BBHHBx", head)
        content = stream.read(length + padding)[:length]
        if kind == END:
            break
        received += content if kind == STDOUT else b""
    start, _, body = received.partition(b"\r\n\r\n")
    return start, body


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """Serve under a bus."""
    bus = Bus()
    adapter = ServerAdapter(bus, server, server.flup._bindAddress)
    adapter.subscribe()
    bus.start()
    try:
        yield server
    finally:
        bus.exit()


@contextmanager
def connected(server: Any) -> Iterator[tuple[socket.socket, Any]]:
    with socket.socket(server.socket.family) as client:
        client.settimeout(PATIENCE)
        client.connect(server.socket.getsockname())
        with client.makefile("rb") as stream:
            yield client, stream


def ask(server: Any, page: str) -> bytes:
    """Return the body of an answer to a request on a connection of its own."""
    with connected(server) as (client, stream):
        client.sendall(request(page))
        return answer(stream)[1]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "site.sock")


def test_fastcgi_request_is_answered(path: str) -> None:
    body = bytes(range(256)) * 1000
    with serving(FlupFCGIServer(echo, bindAddress=path)) as server, connected(server) as (it, read):
        it.sendall(request("/here", body))
        head, received = answer(read)
        assert head.startswith(b"Status: 200 OK\r\n")
        assert received == b"POST |/here " + body
        assert read.read() == b""  # the connection is closed


def test_fastcgi_connection_may_stay_for_the_next_request(path: str) -> None:
    with (
        serving(FlupFCGIServer(application=echo, bindAddress=path)) as server,
        connected(server) as (it, read),
    ):
        for page in ("/one", "/two"):
            it.sendall(request(page, keep=True))
            assert answer(read)[1] == f"POST |{page} ".encode()


def test_stopping_closes_a_connection_that_only_waits(path: str) -> None:
    with serving(FlupFCGIServer(echo, bindAddress=path)) as server, connected(server) as (it, read):
        it.sendall(request("/", keep=True))
        answer(read)
        server.stop()
        assert read.read() == b""


def test_stopping_lets_a_request_finish_and_then_closes_its_connection(path: str) -> None:
    held = Held()
    server = FlupFCGIServer(held, bindAddress=path)
    with serving(server), connected(server) as (it, read):
        it.sendall(request("/last", keep=True))
        assert held.asked.wait(PATIENCE)
        server.stop()
        held.released.set()
        assert answer(read)[1] == b"POST |/last "
        assert read.read() == b""
    assert not Path(path).exists()


def test_requests_wait_where_there_is_no_thread_left(path: str) -> None:
    held = Held()
    server = FlupFCGIServer(held, bindAddress=path, maxThreads=1)
    with serving(server), connected(server) as (it, first):
        it.sendall(request("/one"))
        assert held.asked.wait(PATIENCE)
        with connected(server) as (waiting, second):
            waiting.sendall(request("/two"))
            held.released.set()
            assert answer(first)[1] == b"POST |/one "
            it.shutdown(socket.SHUT_WR)
            assert answer(second)[1] == b"POST |/two "


def test_server_starts_again_after_it_was_stopped() -> None:
    server = FlupFCGIServer(echo, bindAddress=("127.0.0.1", 0))
    for _ in range(2):
        with serving(server), connected(server) as (it, read):
            it.sendall(request("/tcp"))
            assert answer(read)[1] == b"POST |/tcp "


@pytest.mark.parametrize(
    ("allowed", "served"), [("10.0.0.1, 127.0.0.1", True), ("10.0.0.1", False)]
)
def test_only_web_servers_of_the_list_are_served(
    monkeypatch: pytest.MonkeyPatch, allowed: str, served: bool
) -> None:
    monkeypatch.setenv("FCGI_WEB_SERVER_ADDRS", allowed)
    with (
        serving(FlupFCGIServer(echo, bindAddress=("127.0.0.1", 0))) as server,
        connected(server) as (it, read),
    ):
        if served:
            it.sendall(request("/"))
            assert answer(read)[1] == b"POST |/ "
        else:
            assert read.read() == b""


def test_error_of_the_application_is_told_to_the_web_server(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise LookupError("no way")

    with (
        serving(FlupFCGIServer(broken, bindAddress=path)) as server,
        connected(server) as (it, read),
    ):
        it.sendall(request("/"))
        assert answer(read)[0].startswith(b"Status: 500 ")


def test_web_server_that_goes_away_disturbs_nobody(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    held = Held()
    with serving(FlupFCGIServer(held, bindAddress=path)) as server:
        with connected(server) as (client, _):
            client.sendall(request("/gone", b"x" * 100_000))
            assert held.asked.wait(PATIENCE)
        held.released.set()
        assert ask(server, "/next") == b"POST |/next "
    assert not caplog.records


def test_what_is_no_fastcgi_is_reported_and_disturbs_nobody(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(FlupFCGIServer(echo, bindAddress=path)) as server:
        with connected(server) as (client, stream):
            client.sendall(record(BEGIN, b"no"))
            assert stream.read() == b""
        assert ask(server, "/next") == b"POST |/next "
    assert caplog.messages == ["Error in FlupFCGIServer"]


def test_address_that_cannot_be_had_is_named(tmp_path: Path, path: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
        with pytest.raises(BindError, match=rf"Cannot listen on 127\.0\.0\.1:{address[1]}"):
            FlupFCGIServer(echo, bindAddress=address).start()
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(path)
        taken.listen()
        with pytest.raises(BindError, match=r"Cannot listen on .*site.sock"):
            FlupSCGIServer(echo, bindAddress=path).start()
    nowhere = str(tmp_path / "none" / "site.sock")
    with pytest.raises(BindError, match=r"Cannot listen on .*none/site.sock: No such file"):
        FlupSCGIServer(echo, bindAddress=nowhere).start()


def test_file_that_is_no_socket_is_left_alone(path: str) -> None:
    Path(path).write_text("precious")
    with pytest.raises(BindError, match="not a socket"):
        FlupFCGIServer(echo, bindAddress=path).start()
    assert Path(path).read_text() == "precious"


def test_socket_of_a_dead_server_is_taken_over_with_the_permissions_asked_for(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    with serving(FlupFCGIServer(echo, bindAddress=path, umask=0o077)):
        assert Path(path).stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("make", [FlupFCGIServer, FlupSCGIServer])
def test_without_flup_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    monkeypatch.setitem(sys.modules, make._module, None)
    with pytest.raises(ImportError, match=r"pip install 'cherrypy-server\[flup\]'"):
        make(echo)


SPAWNED = """
import sys
from cherrypy_bus import Bus
from cherrypy_server import ServerAdapter, {name}

def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [environ["PATH_INFO"].encode(), b" ", body]

bus = Bus()
ServerAdapter(bus, {name}(application)).subscribe()
bus.start()
bus.block()
"""


def spawn(name: str, **options: Any) -> subprocess.Popen[bytes]:
    program = SPAWNED.format(name=name)
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.Popen(command, stderr=subprocess.PIPE, **options)


def test_fastcgi_is_served_from_the_socket_that_is_standard_input(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as listening, socket.socket(socket.AF_UNIX) as client:
        listening.bind(path)
        listening.listen()
        client.settimeout(PATIENCE)
        client.connect(path)
        client.sendall(request("/spawned", b"body"))
        with spawn("FlupFCGIServer", stdin=listening) as process, client.makefile("rb") as read:
            assert answer(read)[1] == b"/spawned body"
            process.kill()


def test_standard_input_that_is_no_socket_is_an_error_that_says_so() -> None:
    with spawn("FlupSCGIServer", stdin=subprocess.DEVNULL) as process:
        _, errors = process.communicate(timeout=PATIENCE)
    assert b"standard input is no socket" in errors
    assert process.returncode == 1


def netstring(headers: dict[str, str]) -> bytes:
    content = "".join(f"{name}\0{value}\0" for name, value in headers.items()).encode()
    return b"%d:%s," % (len(content), content)


def test_scgi_request_is_answered(path: str) -> None:
    headers = {"CONTENT_LENGTH": "4", "SCGI": "1", "REQUEST_METHOD": "POST"}
    headers |= {"SCRIPT_NAME": "", "PATH_INFO": "/here"}
    with (
        serving(FlupSCGIServer(application=echo, bindAddress=path)) as server,
        connected(server) as (it, read),
    ):
        it.sendall(netstring(headers) + b"body")
        received = read.read()
        assert received.startswith(b"Status: 200 OK\r\n")
        assert received.endswith(b"\r\n\r\nPOST |/here body")


def test_stopping_lets_an_scgi_request_finish() -> None:
    held = Held()
    server = FlupSCGIServer(held, bindAddress=("127.0.0.1", 0), allowedServers=["127.0.0.1"])
    headers = {"CONTENT_LENGTH": "0", "REQUEST_METHOD": "GET", "PATH_INFO": "/last"}
    with serving(server), connected(server) as (it, read):
        it.sendall(netstring(headers))
        assert held.asked.wait(PATIENCE)
        server.stop()
        held.released.set()
        assert read.read().endswith(b"GET |/last ")


def test_scgi_client_that_is_not_allowed_gets_nothing() -> None:
    server = FlupSCGIServer(echo, bindAddress=("127.0.0.1", 0), allowedServers=["10.0.0.1"])
    with serving(server), connected(server) as (_, read):
        assert read.read() == b""


def test_cgi_request_is_answered_and_the_process_ends() -> None:
    environ = {**os.environ, "REQUEST_METHOD": "POST", "PATH_INFO": "/cgi", "CONTENT_LENGTH": "4"}
    with spawn(
        "FlupCGIServer", stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ
    ) as process:
        output, errors = process.communicate(b"\xff\0\r\n", PATIENCE)
    assert errors == b""
    assert output.startswith(b"Status: 200 OK\r\n")
    assert output.endswith(b"\r\n\r\n/cgi \xff\0\r\n")
    assert process.returncode == 0


def test_cgi_server_can_be_stopped_whenever_the_bus_likes() -> None:
    server = FlupCGIServer(echo, bindAddress=("127.0.0.1", 8080))
    server.stop()
    assert not server.ready
