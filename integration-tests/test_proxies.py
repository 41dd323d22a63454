"""Two instances of a site, on a port and on a Unix socket, behind nginx and Apache."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deployed import Client, Place, Program, apache, ask, nginx

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the second is a Unix socket")

HOST = {"Host": "www.example.com"}
LOADS = 4
MODULES = (
    "headers", "lbmethod_byrequests", "proxy", "proxy_balancer", "proxy_http", "slotmem_shm"
)  # fmt: skip
ACTIVATED = 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&0 0</dev/null'


VIRTUAL = """
import sys
import cherrypy
import hosts

cherrypy.config.update({"server.socket_port": int(sys.argv[1]), "engine.autoreload.on": False})
cherrypy.tree.graft(getattr(hosts, sys.argv[2])(), "")
cherrypy.engine.signals.subscribe()
cherrypy.engine.start()
cherrypy.engine.block()
"""


class Instances:
    """The two processes, on sockets that outlive them, as if systemd had opened those."""

    def __init__(self, place: Place, *, activated: bool) -> None:
        self.place = place
        self.port = place.port()
        self.path = place.directory / "site.sock"
        self.listening: dict[str, socket.socket] = {}
        log = {'"error.log"': '"/dev/stdout"', '"access.log"': '""'}
        host = '"server.socket_host": "127.0.0.1"'
        place.take("server.py", {"8080": str(self.port), **log}, "tcp.py")
        place.take("server.py", {host: f'"server.socket_file": "{self.path}"', **log}, "unix.py")
        if activated:
            self.listening["tcp.py"] = place.listening(("127.0.0.1", self.port))
            self.listening["unix.py"] = place.listening(str(self.path))
            self.path.chmod(0o777)
        self.programs = {name: self.start(name) for name in ("tcp.py", "unix.py")}

    def start(self, name: str) -> Program:
        command = (sys.executable, "-W", "error", name)
        if name not in self.listening:
            return self.place.run("Bus STARTED", *command)
        given = self.listening[name].fileno()
        return self.place.run("Bus STARTED", "sh", "-c", ACTIVATED, "sh", *command, stdin=given)

    def restart(self, name: str) -> None:
        assert self.programs[name].end() == 0
        self.programs[name] = self.start(name)


def behind_nginx(place: Place) -> tuple[Instances, int]:
    port = place.port()
    instances = Instances(place, activated=False)
    changes = {
        "127.0.0.1:8080": f"127.0.0.1:{instances.port}",
        "127.0.0.1:80;": f"127.0.0.1:{port};",
    }
    nginx(place, place.take("nginx.conf", changes))
    return instances, port


def behind_apache(place: Place) -> tuple[Instances, int]:
    port = place.port()
    instances = Instances(place, activated=True)
    changes = {"127.0.0.1:8080": f"127.0.0.1:{instances.port}"}
    apache(place, port, place.take("apache.conf", changes), *MODULES)
    return instances, port


@pytest.fixture
def place() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(prefix="site-") as directory:
        Path(directory).chmod(0o777)
        with Place(Path(directory)) as place:
            yield place


@contextlib.contextmanager
def load(port: int) -> Iterator[list[Any]]:
    """Ask without a pause, from several threads; yield the list of what was not answered well."""
    failed: list[Any] = []
    ended = threading.Event()
    begun = threading.Barrier(LOADS + 1)

    def work() -> None:
        begun.wait()
        while not ended.is_set():
            try:
                answer = ask(port, "/", headers=HOST)
            except OSError as error:
                failed.append(error)
            else:
                if (answer.status, answer.body) != (200, b"Hello World!"):
                    failed.append(answer)

    threads = [threading.Thread(target=work) for _ in range(LOADS)]
    for thread in threads:
        thread.start()
    begun.wait()
    try:
        yield failed
    finally:
        ended.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(behind_nginx, id="nginx", marks=pytest.mark.requires("nginx")),
        pytest.param(behind_apache, id="apache", marks=pytest.mark.requires("apache2")),
    ],
)
def test_proxy_spreads_requests_tells_who_asked_and_survives_restarts(
    start: Callable[[Place], tuple[Instances, int]], place: Place
) -> None:
    instances, port = start(place)

    answers = [json.loads(ask(port, "/where", headers=HOST).body) for _ in range(10)]
    assert {answer["process"] for answer in answers} == {
        program.process.pid for program in instances.programs.values()
    }
    client = Client(port, source="127.0.0.2")
    with contextlib.closing(client):
        client.request("GET", "/where", headers=HOST)
        found = json.loads(client.getresponse().read())
    assert found["client"] == "127.0.0.2"
    assert found["base"] == "http://www.example.com"
    assert found["url"] == "http://www.example.com/where"
    redirect = ask(port, "/leave", headers=HOST)
    assert redirect.headers["Location"] == "http://www.example.com/greet?name=you"

    with load(port) as failed:
        for name in ("tcp.py", "unix.py"):
            instances.restart(name)
    assert failed == []


@pytest.mark.parametrize("kind", ["one_application", "two_applications"])
def test_name_of_the_host_chooses_what_is_served(kind: str, place: Place) -> None:
    place.take("hosts.py")
    place.write("virtual.py", VIRTUAL)
    place.run("Bus STARTED", "python", "-W", "error", "virtual.py", str(port := place.port()), kind)
    assert ask(port, "/", headers=HOST).body == b"Hello World!"
    for field in ("Host", "X-Forwarded-Host"):
        answer = ask(port, "/", headers={**HOST, field: "blog.example.com"})
        assert answer.body == b"Hello from the blog", field
