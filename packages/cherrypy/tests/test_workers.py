"""A site in several processes: each bus starts and ends with its own."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy.cherryd import CommandError
from cherrypy.cherryd.workers import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cherrypy.assembly import Assembly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")

SITE = """
import os
import cherrypy

class Root:
    @cherrypy.expose
    def index(self):
        return str(os.getpid())

    @cherrypy.expose
    def leave(self):
        cherrypy.engine.exit()
        return "bye"

    @cherrypy.expose
    def size(self, text):
        return str(len(text))

cherrypy.tree.mount(Root())
def tell(channel):
    os.write(1, f"{os.getpid()} {channel}\\n".encode())  # at once: others write there, too

def say(channel):
    cherrypy.engine.subscribe(channel, lambda *_: tell(channel))

for channel in ("start", "graceful", "start_thread", "stop_thread", "stop", "exit"):
    say(channel)

@cherrypy.engine.subscribe("main")
def first():
    cherrypy.engine.unsubscribe("main", first)
    tell("main")
"""

MEASURED = """
from cherrypy.lib.prometheus import MetricsPage

cherrypy.config.update({"tools.prometheus.on": True})
cherrypy.tree.mount(MetricsPage(), "/metrics")
"""

CONFIG = """
[global]
server.socket_file: "site.sock"
server.allowed_hosts: ["localhost"]
server.max_request_body_size: 100
server.thread_pool: 2
log.screen: False
"""


class Unix(HTTPConnection):
    """A connection to a socket file."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self) -> None:
        import socket

        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


class Running:
    """``cherryd --workers 2``, and what its buses say."""

    def __init__(self, home: Path) -> None:
        self.home = home
        command = [sys.executable, "-m", "cherrypy", "--workers", "2", "-c", "c.conf", "-i", "s"]
        self.process = subprocess.Popen(
            [*command, "-p", "site.pid"],
            cwd=home,
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(home)},
            text=True,
            stdout=subprocess.PIPE,
        )
        self.said: list[tuple[int, str]] = []

    def wait_for(self, channel: str, times: int = 1) -> list[int]:
        """Read until a channel was published so often; return the processes that did it."""
        assert self.process.stdout is not None
        while (found := [pid for pid, said in self.said if said == channel])[times - 1 :] == []:
            line = self.process.stdout.readline()
            assert line, f"it ended without {channel}: {self.said}"
            pid, said = line.split()
            self.said.append((int(pid), said))
        return found

    def ask(self, path: str, host: str = "localhost", body: str | None = None) -> tuple[int, str]:
        connection = Unix(self.home / "site.sock")
        fields = {"Host": host, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST" if body else "GET", path, body, fields)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    (tmp_path / "s.py").write_text(SITE + MEASURED)
    (tmp_path / "c.conf").write_text(CONFIG)
    running = Running(tmp_path)
    yield running
    running.process.terminate()
    running.process.communicate(timeout=60)


def test_each_process_has_a_bus_that_starts_and_ends_with_it(running: Running) -> None:
    started = running.wait_for("start", 2)
    assert len(set(started)) == 2
    assert running.process.pid not in started
    assert set(running.wait_for("main", 2)) == set(started)
    status, pid = running.ask("/")
    assert (status, int(pid) in started) == (200, True)
    running.process.send_signal(signal.SIGUSR1)
    assert set(running.wait_for("graceful", 2)) == set(started)
    assert (running.home / "site.pid").read_text().strip() == str(running.process.pid)
    running.process.send_signal(signal.SIGTERM)
    assert set(running.wait_for("exit", 2)) == set(started)
    said = [what for who, what in running.said if who == int(pid)]
    assert said.index("start_thread") < said.index("stop_thread") < said.index("exit")
    assert running.process.wait(60) == 0


def test_a_bus_that_exits_takes_its_process_with_it_and_another_one_comes(running: Running) -> None:
    started = running.wait_for("start", 2)
    assert running.ask("/leave") == (200, "bye")
    (left,) = running.wait_for("exit")
    assert left in started
    assert len(set(running.wait_for("start", 3))) == 3


def test_figures_of_all_processes_are_added_up_also_of_those_that_left(running: Running) -> None:
    running.wait_for("start", 2)
    assert running.ask("/leave") == (200, "bye")
    (left,) = running.wait_for("exit")
    running.wait_for("start", 3)
    status, text = running.ask("/metrics")
    assert status == 200
    assert 'http_request_duration_seconds_count{handler="/leave",' in text
    assert "http_requests_in_progress 1.0" in text
    assert list(running.home.glob(f"histogram_{left}.db"))
    assert not list(running.home.glob(f"gauge_*_{left}.db"))


def test_limits_of_the_server_hold(running: Running) -> None:
    running.wait_for("main", 2)
    assert running.ask("/", "elsewhere")[0] == 400
    assert running.ask("/size", body="text=" + "x" * 20) == (200, "20")
    assert running.ask("/size", body="text=" + "x" * 200)[0] == 413


def test_a_site_that_does_not_start_ends_them_all(tmp_path: Path) -> None:
    (tmp_path / "s.py").write_text(
        f"{SITE}\ncherrypy.engine.subscribe('start', lambda: 1 / 0, priority=90)\n"
    )
    (tmp_path / "c.conf").write_text(CONFIG)
    running = Running(tmp_path)
    running.process.communicate(timeout=60)
    assert running.process.returncode == 3


def test_settings_are_those_of_the_server(site: Assembly) -> None:
    server = site.server
    server.bind_addr = ("::1", 8000)
    server.thread_pool, server.shutdown_timeout = 7, None
    settings = settings_of(server, 3)
    assert (settings["bind"], settings["threads"], settings["workers"]) == ("[::1]:8000", 7, 3)
    assert settings["graceful_timeout"] > 10**9
    server.bind_addr = "/run/site.sock"
    server.socket_file_mode = 0o660
    settings = settings_of(server, 1)
    assert (settings["bind"], settings["umask"]) == ("unix:/run/site.sock", 0o117)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bind_addr": None}, "no address"),
        ({"ssl_context": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)}, "ssl_certificate"),
    ],
)
def test_what_gunicorn_cannot_do_is_refused(
    site: Assembly, changes: dict[str, Any], words: str
) -> None:
    for name, value in changes.items():
        setattr(site.server, name, value)
    with pytest.raises(CommandError, match=words):
        settings_of(site.server, 1)
