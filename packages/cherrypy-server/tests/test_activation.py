"""Serving from sockets that a service manager opened, with real descriptors in real processes."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cherrypy_server import activation
from cherrypy_server.activation import Activation, descriptors

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="descriptors are those of Unix")

PROGRAM = """
import os, sys
from cherrypy_bus import Bus, SignalHandler
from cherrypy_server import Server


def application(environ, start_response):
    body = f"{os.getpid()} {environ['SERVER_PORT']} {sorted(os.environ)}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


bus = Bus()
bus.subscribe("log", lambda message, level: print(message, flush=True))
handler = SignalHandler(bus)
handler.handlers["SIGHUP"] = bus.restart
handler.subscribe()
for host, port in [("127.0.0.1", 8080), ("127.0.0.1", int(sys.argv[1]))]:
    server = Server(bus, application)
    server.bind_addr = (host, port)
    server.subscribe()
bus.start()
bus.block()
"""

LAUNCH = """
import os, sys
place, *passed = map(int, sys.argv[1].split(","))
for number, descriptor in enumerate(passed, 3):
    os.dup2(descriptor, number) if descriptor != number else os.set_inheritable(number, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(passed)))
os.execv(sys.executable, [sys.executable, "-u", *sys.argv[2:]])
"""


class Service:
    """A process that got sockets as systemd hands them over."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def wait_for(self, text: str) -> str:
        assert self.process.stdout is not None
        return next(line for line in self.process.stdout if text in line).strip()


@contextmanager
def service(place: Path, sockets: list[socket.socket], *arguments: str) -> Iterator[Service]:
    """Start the program with sockets, and end it at the end of the block at the latest."""
    (place / "site.py").write_text(PROGRAM)
    # Numbers well above those that they get, so that none is written over before it is copied.
    high = [_above(each, 30) for each in sockets]
    passed = ",".join(map(str, [0, *high]))
    command = [sys.executable, "-c", LAUNCH, passed, str(place / "site.py"), *arguments]
    with subprocess.Popen(command, pass_fds=high, stdout=subprocess.PIPE, text=True) as process:
        for each in high:
            os.close(each)
        try:
            yield Service(process)
        finally:
            process.kill()


def _above(listening: socket.socket, number: int) -> int:
    import fcntl

    return fcntl.fcntl(listening.fileno(), fcntl.F_DUPFD, number)


@pytest.fixture
def listening() -> Iterator[list[socket.socket]]:
    """Two sockets that listen."""
    made = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    yield made
    for each in made:
        each.close()


def get(port: int) -> list[str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("GET", "/")
        return connection.getresponse().read().decode().split(" ", 2)


def test_servers_take_the_sockets_and_a_restart_refuses_nobody(
    tmp_path: Path, listening: list[socket.socket]
) -> None:
    first, second = (each.getsockname()[1] for each in listening)
    with service(tmp_path, listening, str(first)) as running:
        # The second server asks for the first one's address and gets it; the other takes the rest.
        served = {running.wait_for("Serving on").rpartition(":")[2] for _ in range(2)}
        assert served == {str(first), str(second)}
        pid, port, names = get(first)
        assert (int(pid), int(port)) == (running.process.pid, first)
        assert "LISTEN_FDS" not in names
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("Bus EXITED")
        for port in (first, second):  # between the two runs, or just before or after
            assert get(port)[:2] == [str(running.process.pid), str(port)]
        running.wait_for("Bus STARTED")
        running.process.send_signal(signal.SIGTERM)
        running.wait_for("Bus EXITED")
        assert running.process.wait(20) == 0


def test_a_unix_socket_is_taken_and_its_file_left_alone(tmp_path: Path) -> None:
    path = str(tmp_path / "site.sock")
    with socket.socket(socket.AF_UNIX) as first, socket.create_server(("127.0.0.1", 0)) as second:
        first.bind(path)
        first.listen()
        with service(tmp_path, [first, second], str(second.getsockname()[1])) as running:
            lines = {running.wait_for("Serving on") for _ in range(2)}
            assert f"Serving on socket file: {path}" in lines
            running.process.send_signal(signal.SIGTERM)
            running.wait_for("Bus EXITED")
    assert Path(path).is_socket()


def test_a_socket_that_does_not_listen_is_an_error_that_says_so(tmp_path: Path) -> None:
    with socket.socket() as silent, service(tmp_path, [silent], "0") as running:
        assert running.process.stdout is not None
        text = running.process.stdout.read()
        assert "The descriptor 3 that was handed over does not listen" in text
        assert running.process.wait(20) != 0


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", activation.OURS):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return monkeypatch


def test_what_is_for_another_process_is_left_to_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LISTEN_PID", str(os.getpid() + 1))
    environment.setenv("LISTEN_FDS", "2")
    assert list(descriptors()) == []
    assert os.environ["LISTEN_FDS"] == "2"
    assert Activation().claim(object(), None) is None


def test_what_is_for_this_process_is_known_again(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LISTEN_PID", str(os.getpid()))
    environment.setenv("LISTEN_FDS", "2")
    assert list(descriptors()) == list(descriptors()) == [3, 4]
    assert "LISTEN_PID" not in os.environ


def test_a_count_that_is_none_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("LISTEN_PID", str(os.getpid()))
    environment.setenv("LISTEN_FDS", "many")
    with pytest.raises(
        ValueError, match="LISTEN_FDS must be the number of descriptors, not 'many'"
    ):
        descriptors()


def test_a_descriptor_that_is_no_socket_is_refused(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with (tmp_path / "file").open("w") as stream:
        environment.setattr(activation, "FIRST", stream.fileno())
        environment.setenv(activation.OURS, f"{os.getpid()}:1")

        class Owner: ...

        with pytest.raises(ValueError, match="that was handed over: "):
            Activation().claim(Owner(), None)


def test_a_server_gets_the_socket_that_it_had(environment: pytest.MonkeyPatch) -> None:
    class Owner: ...

    one, other, late = Owner(), Owner(), Owner()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        environment.setattr(activation, "FIRST", listening.fileno())
        environment.setenv(activation.OURS, f"{os.getpid()}:1")
        sockets = Activation()
        first = sockets.claim(one, None)
        assert first is not None
        assert first.address == listening.getsockname()
        assert sockets.claim(other, None) is None
        assert sockets.claim(one, None) is first
        del one
        assert sockets.claim(late, None) == first
