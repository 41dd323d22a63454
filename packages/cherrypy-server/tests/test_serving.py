"""The server on real sockets."""

import errno
import http.client
import json
import logging
import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from cherrypy_bus import Bus
from cherrypy_server import BindError, Server, WSGIServer
from cherrypy_server import loop as loop_module


def address_of(server: Server) -> tuple[str, int]:
    address = server.bound_addr
    assert isinstance(address, tuple)
    return address


def port_of(server: Server) -> int:
    return address_of(server)[1]


def get(
    server: Server,
    path: str = "/",
    method: str = "GET",
    **options: Any,
) -> tuple[http.client.HTTPResponse, bytes]:
    assert server.socket_host is not None
    with closing(http.client.HTTPConnection(server.socket_host, port_of(server))) as connection:
        connection.request(method, path, **options)
        response = connection.getresponse()
        return response, response.read()


def environ_as_json(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = json.dumps({key: value for key, value in environ.items() if isinstance(value, str)})
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body.encode()]


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/octet-stream")])
    return [body]


@pytest.mark.parametrize("own_start", [False, True])
def test_it_starts_after_what_its_application_needs_and_stops_before(
    bus: Bus, own_start: bool
) -> None:
    class Own(Server):
        def start(self) -> None:
            super().start()

    server = (Own if own_start else Server)(bus, echo)
    server.socket_port = 0
    seen: list[tuple[int, bool]] = []
    server.subscribe()
    for channel, place in (("start", 74), ("start", 76), ("stop", 24), ("stop", 26)):
        bus.subscribe(channel, lambda at=place: seen.append((at, server.running)), place)
    bus.start()
    bus.stop()
    assert seen == [(74, False), (76, True), (24, True), (26, False)]


def test_it_answers_as_soon_as_start_returns(server: Server) -> None:
    server.start()
    response, body = get(server)
    assert (response.status, body) == (200, b"hello")


def test_port_zero_reports_the_real_one(server: Server, lines: list[str]) -> None:
    server.start()
    port = port_of(server)
    assert port != 0
    assert server.base() == server.description == f"http://127.0.0.1:{port}"
    assert lines[-1] == f"Serving on http://127.0.0.1:{port}"
    assert server.socket_port == 0


def test_after_stop_nobody_answers_and_the_log_names_the_server(
    server: Server,
    lines: list[str],
) -> None:
    server.start()
    address = address_of(server)
    server.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert lines[-1].startswith("HTTP Server cherrypy_server.wsgi.WSGIServer(('127.0.0.1', ")
    assert lines[-1].endswith(") shut down")


def test_settings_count_at_the_next_start(server: Server) -> None:
    server.start()
    server.max_request_body_size = 3
    server.application = echo
    assert get(server, body=b"12345")[0].status == 200
    server.restart()
    assert get(server, body=b"123")[1] == b"123"
    assert get(server, body=b"12345")[0].status == 413


def test_a_head_beyond_the_limit_is_refused(server: Server) -> None:
    server.max_request_header_size = 200
    server.start()
    assert get(server)[0].status == 200
    assert get(server, headers={"X-Long": "x" * 200})[0].status == 431
    assert get(server, "/" + "x" * 200)[0].status == 414


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("example.com", 200),
        ("EXAMPLE.com:8080", 200),
        ("www.example.org", 200),
        ("example.org", 400),
        ("[::1]:80", 200),
        ("", 400),
    ],
)
def test_only_allowed_hosts_are_answered_for(server: Server, host: str, status: int) -> None:
    server.allowed_hosts = ["Example.com", "*.example.org", "[::1]"]
    server.start()
    assert get(server, headers={"Host": host})[0].status == status


def test_an_older_protocol_is_spoken(server: Server) -> None:
    server.protocol_version = "HTTP/1.0"
    server.start()
    assert get(server)[0].version == 10


def test_a_connection_that_finds_the_queue_full_gets_a_503(server: Server) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.set()
        leave.wait(30)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"done"]

    server.application = slow
    server.thread_pool = server.thread_pool_max = server.accepted_queue_size = 1
    server.accepted_queue_timeout = 0.05
    server.start()
    with ExitStack() as stack:
        clients = []
        for _ in range(3):
            client = http.client.HTTPConnection(*address_of(server))
            stack.callback(client.close)
            client.request("GET", "/")
            clients.append(client)
            assert entered.wait(5)
        refused = clients[2].getresponse()
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        leave.set()
        assert [client.getresponse().read() for client in clients[:2]] == [b"done", b"done"]


def test_a_client_that_sends_nothing_is_let_go_after_the_timeout(server: Server) -> None:
    server.socket_timeout = 0.1
    server.start()
    with socket.create_connection(address_of(server)) as client:
        assert client.makefile("rb").read().startswith(b"HTTP/1.1 408 ")


def test_a_port_in_use_is_an_error_that_names_address_and_holder(
    server: Server,
    bus: Bus,
) -> None:
    server.start()
    second = Server(bus, echo)
    second.socket_port = port_of(server)
    with pytest.raises(
        BindError, match=rf"127\.0\.0\.1:{second.socket_port}: Address already"
    ) as e:
        second.start()
    assert e.value.errno == errno.EADDRINUSE
    assert e.value.bind_addr == ("127.0.0.1", second.socket_port)
    assert not second.running
    if Path("/proc/net/tcp").exists():
        assert "held by process " in str(e.value)


def test_a_host_that_is_not_ours_is_an_error_that_names_it(server: Server) -> None:
    server.socket_host = "192.0.2.1"
    with pytest.raises(BindError, match=r"192\.0\.2\.1:0"):
        server.start()


def test_ipv6(server: Server) -> None:
    server.socket_host = "::1"
    server.start()
    assert get(server)[1] == b"hello"
    assert server.base() == f"http://[::1]:{port_of(server)}"


def test_all_interfaces(server: Server) -> None:
    server.socket_host = "0.0.0.0"
    server.start()
    with socket.create_connection(("127.0.0.1", port_of(server))) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert client.makefile("rb").read().endswith(b"hello")


def test_several_servers_serve_one_application(server: Server, bus: Bus) -> None:
    second = Server(bus, server.application)
    second.socket_port = 0
    for each in (server, second):
        each.subscribe()
    bus.start()
    assert get(server)[1] == get(second)[1] == b"hello"
    assert port_of(server) != port_of(second)
    bus.stop()
    assert not server.running
    assert not second.running
    bus.exit()


def test_the_environ_has_the_host_as_server_name(server: Server) -> None:
    server.application = environ_as_json
    server.start()
    response, body = get(server, "/a%20b?c=d")
    environ = json.loads(body)
    assert environ["SERVER_NAME"] == "127.0.0.1"
    assert environ["SERVER_PORT"] == str(port_of(server))
    assert environ["PATH_INFO"] == "/a b"
    assert response.headers["Server"].startswith("Cheroot/")


def test_wsgi_u0_decodes_the_path(server: Server) -> None:
    server.wsgi_version = ("u", 0)
    server.application = environ_as_json
    server.start()
    environ = json.loads(get(server, "/%C3%BC")[1])
    assert environ["PATH_INFO"] == "/\N{LATIN SMALL LETTER U WITH DIAERESIS}"
    assert environ["SERVER_NAME"] == "127.0.0.1"


def test_statistics_are_counted_and_published_while_serving(server: Server) -> None:
    server.statistics = True
    server.start()
    published: dict[str, Any] = vars(logging)["statistics"]
    name = f"Cheroot HTTPServer {id(server.httpserver)}"
    get(server)
    assert published[name]["Enabled"]
    assert published[name]["Accepts"] == 1
    server.stop()
    assert name not in published


def test_a_running_request_is_finished_before_the_server_is_down(server: Server) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        entered.set()
        leave.wait(5)
        yield b"done"

    answers: list[bytes] = []
    server.application = slow
    server.start()
    client = threading.Thread(target=lambda: answers.append(get(server)[1]))
    client.start()
    assert entered.wait(5)
    stopper = threading.Thread(target=server.stop)
    stopper.start()
    leave.set()
    stopper.join(5)
    client.join(5)
    assert answers == [b"done"]


def test_a_request_that_does_not_end_does_not_keep_the_server(
    server: Server,
    lines: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cherrypy_server.pool.GRACE", 0)
    entered, leave = threading.Event(), threading.Event()

    def hang(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        entered.set()
        leave.wait(30)
        start_response("200 OK", [])
        return [b""]

    server.application = hang
    server.shutdown_timeout = 0.2
    server.start()
    with socket.create_connection(address_of(server)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert entered.wait(5)
        server.stop()
        leave.set()
    assert "Requests still run 0.2 s after the server stopped" in lines
    assert lines[-1].endswith("shut down")


def test_a_request_may_have_any_time(server: Server) -> None:
    server.shutdown_timeout = None
    server.start()
    assert get(server)[1] == b"hello"
    server.stop()
    assert not server.running


def test_idle_connections_do_not_delay_the_stop(server: Server) -> None:
    server.shutdown_timeout = 60
    server.start()
    with closing(http.client.HTTPConnection(*address_of(server))) as connection:
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"hello"
        server.stop()
        assert connection.sock.recv(1) == b""


def _wait_until_refused(address: tuple[str, int]) -> None:
    with suppress(ConnectionError):
        while True:
            socket.create_connection(address, 30).close()


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nHost:"])
def test_request_that_has_begun_is_answered_when_the_server_stops(
    server: Server, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    monkeypatch.setattr(loop_module, "HEARING", 30.0)
    server.start()
    with socket.create_connection(address_of(server), 30) as client:
        client.sendall(before)
        assert get(server)[1] == b"hello"  # so the other one has been accepted
        stopping = threading.Thread(target=server.stop)
        address = address_of(server)
        stopping.start()
        _wait_until_refused(address)
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[len(before) :])
        assert client.makefile("rb").read().endswith(b"\r\n\r\nhello")
        stopping.join()


def test_client_that_says_nothing_delays_the_stop_a_moment_only(server: Server) -> None:
    server.shutdown_timeout = 60
    server.start()
    with socket.create_connection(address_of(server), 30) as client:
        assert get(server)[1] == b"hello"  # so the other one has been accepted
        server.stop()
        assert client.recv(1) == b""


def test_a_request_may_stop_the_bus(server: Server, bus: Bus) -> None:
    exited = threading.Event()
    bus.subscribe("exit", exited.set)

    def stop(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        bus.exit()
        start_response("200 OK", [("Content-Length", "3")])
        return [b"bye"]

    server.application = stop
    server.subscribe()
    bus.start()
    assert get(server)[1] == b"bye"
    assert exited.wait(5)
    assert not server.running


def test_an_application_that_exits_stops_the_bus(server: Server, bus: Bus) -> None:
    def leave(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise SystemExit

    exited = threading.Event()
    bus.subscribe("exit", exited.set)
    server.application = leave
    server.subscribe()
    bus.start()
    with pytest.raises((http.client.HTTPException, OSError)):
        get(server)
    assert exited.wait(5)
    assert not server.running


def test_an_error_in_the_application_is_logged_on_the_bus(
    server: Server,
    bus: Bus,
    lines: list[str],
) -> None:
    def fail(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise ValueError("broken page")

    server.application = fail
    server.start()
    response, _ = get(server)
    server.stop()
    assert response.status == 500
    assert any("broken page" in line for line in lines)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "site.sock")


def ask(path: str) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return client.makefile("rb").read()


def test_a_unix_socket_is_served_and_removed(server: Server, path: str, lines: list[str]) -> None:
    server.socket_file = path
    server.start()
    assert ask(path).endswith(b"hello")
    assert server.base() == server.bound_addr == path
    assert lines[-1] == f"Serving on socket file: {path}"
    server.stop()
    assert not Path(path).exists()


def test_the_socket_file_has_the_mode_that_was_set(server: Server, path: str) -> None:
    server.socket_file = path
    server.socket_file_mode = 0o600
    server.start()
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600


def test_a_dead_servers_socket_file_is_taken_over(server: Server, path: str) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(path)
    server.socket_file = path
    server.start()
    assert ask(path).endswith(b"hello")


def test_a_living_servers_socket_file_is_not_taken(server: Server, path: str) -> None:
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(path)
        living.listen()
        server.socket_file = path
        with pytest.raises(BindError, match="Address already in use") as e:
            server.start()
    assert e.value.errno == errno.EADDRINUSE
    assert e.value.bind_addr == path


def test_a_file_that_is_no_socket_is_left_alone(server: Server, path: str) -> None:
    Path(path).write_text("precious")
    server.socket_file = path
    with pytest.raises(BindError, match="not a socket"):
        server.start()
    assert Path(path).read_text() == "precious"


def test_a_directory_that_is_missing_is_an_error_that_names_it(server: Server, path: str) -> None:
    server.socket_file = f"{path}/deeper.sock"
    with pytest.raises(BindError, match=r"deeper\.sock: No such file"):
        server.start()


def test_another_servers_file_at_our_path_survives_our_stop(server: Server, path: str) -> None:
    server.socket_file = path
    server.start()
    Path(path).rename(f"{path}.old")
    Path(path).write_text("another's")
    server.stop()
    assert Path(path).exists()


def test_a_file_that_somebody_removed_does_not_disturb_our_stop(server: Server, path: str) -> None:
    server.socket_file = path
    server.start()
    Path(path).unlink()
    server.stop()
    assert not server.running


def test_a_unix_client_is_known_when_asked_for(server: Server, path: str) -> None:
    server.socket_file = path
    server.peercreds = server.peercreds_resolve = True
    server.application = environ_as_json
    server.start()
    environ = json.loads(ask(path).partition(b"\r\n\r\n")[2])
    assert environ["SERVER_NAME"] == "127.0.0.1"
    assert environ["X_REMOTE_UID"].isdigit()
    assert environ["X_REMOTE_USER"]


def test_a_unix_client_without_a_name_is_known_by_its_number(
    server: Server, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(number: int) -> None:
        raise KeyError(f"uid not found: {number}")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    server.socket_file = path
    server.peercreds = server.peercreds_resolve = True
    server.application = environ_as_json
    server.start()
    environ = json.loads(ask(path).partition(b"\r\n\r\n")[2])
    assert environ["X_REMOTE_UID"].isdigit()
    assert "REMOTE_USER" not in environ


def test_what_has_come_when_the_server_stops_is_answered(server: Server) -> None:
    httpserver = WSGIServer(server)
    httpserver.prepare()
    with socket.create_connection(httpserver.socket.getsockname(), 5) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        httpserver._connections.stop()
        httpserver._connections.run()
        httpserver.stop()
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.endswith(b"hello")


def test_chunks_that_nobody_read_are_not_taken_for_a_request(server: Server) -> None:
    hidden = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(hidden), hidden)
    last = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    server.start()
    with closing(socket.create_connection(address_of(server), 5)) as client:
        client.sendall(head + body + last)
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    assert answer.count(b"HTTP/1.1 200 OK") == 2
