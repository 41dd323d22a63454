"""A site as its operator knows it: signals while requests run, logs, reloads, privileges."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the signals are those of Unix")

PATIENCE = 30.0

PROGRAM = """
import os, sys
import cherrypy
from cherrypy.process.plugins import DropPrivileges, PIDFile
from cherrypy_server import Health


class Root:
    @cherrypy.expose
    def index(self):
        return f"{os.getpid()} {os.getuid()}"

    @cherrypy.expose
    def slow(self):
        cherrypy.log("A slow request has begun")
        with open("gate") as gate:  # until somebody opens the other end
            return gate.read()


cherrypy.config.update({
    "server.socket_port": int(os.environ.get("PORT", 0)),
    "server.shutdown_timeout": 20,
    "engine.autoreload.on": "reload" in sys.argv,
    "engine.autoreload.frequency": 0.1,
    "engine.autoreload.match": "__main__",
    "log.error_file": "error.log",
})
health = Health(cherrypy.engine)
settled = []


def settle():
    if not settled:
        settled.append(True)
        cherrypy.log("The main loop runs")


cherrypy.engine.subscribe("main", settle)
cherrypy.tree.graft(health, "/readyz")
PIDFile(cherrypy.engine, "site.pid").subscribe()
if "nobody" in sys.argv:
    DropPrivileges(cherrypy.engine, uid=65534, gid=65534).subscribe()
cherrypy.quickstart(Root())
"""


class Site:
    """The running process."""

    def __init__(self, place: Path, process: subprocess.Popen[str]) -> None:
        self.place, self.process = place, process
        self.lines: list[str] = []
        self.port = 0

    def wait_for(self, text: str) -> str:
        """Read the log until a line has the text."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if "Serving on http://" in line:
                self.port = int(line.rpartition(":")[2])
            if text in line:
                return line
        raise AssertionError(f"no {text!r} in {self.lines}")

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str = "/") -> str:
        with contextlib.closing(self.connect()) as connection:
            connection.request("GET", path)
            return connection.getresponse().read().decode()

    def ask_slowly(self) -> tuple[threading.Thread, list[str]]:
        """Ask for the slow page in a thread, and return when it is being served."""
        answers: list[str] = []
        thread = threading.Thread(target=lambda: answers.append(self.get("/slow")))
        thread.start()
        self.wait_for("A slow request has begun")
        return thread, answers

    def open_gate(self) -> None:
        """Let the slow page be finished."""
        (self.place / "gate").write_text("finished")


@contextlib.contextmanager
def running(place: Path, *arguments: str, **environment: str) -> Iterator[Site]:
    (place / "site.py").write_text(PROGRAM)
    os.mkfifo(place / "gate")
    with subprocess.Popen(
        [sys.executable, "-W", "error", "site.py", *arguments],
        cwd=place,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        site = Site(place, process)
        try:
            site.wait_for("The main loop runs")  # a graceful while it starts would do nothing
            yield site
        finally:
            process.kill()


def test_a_signal_lets_running_requests_finish(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        with contextlib.closing(site.connect()) as idle:
            idle.request("GET", "/readyz")
            assert idle.getresponse().read() == b"ready\n"
            thread, answers = site.ask_slowly()
            site.process.send_signal(signal.SIGTERM)
            site.wait_for("Bus STOPPING")
            assert idle.sock.recv(1) == b""  # what has nothing to do is closed at once
            with pytest.raises(ConnectionRefusedError):
                _until_refused(site)
            site.open_gate()
            thread.join(PATIENCE)
        assert answers == ["finished"]
        site.wait_for("Bus EXITED")
        assert site.process.wait(PATIENCE) == 0
    assert not (tmp_path / "site.pid").exists()


def _until_refused(site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        socket.create_connection(("127.0.0.1", site.port), PATIENCE).close()


def test_logs_are_opened_anew_when_they_were_moved(tmp_path: Path) -> None:
    with running(tmp_path) as site:
        log, moved = tmp_path / "error.log", tmp_path / "error.log.1"
        log.rename(moved)
        site.process.send_signal(signal.SIGUSR1)
        site.wait_for("Bus graceful")
        site.get()
        site.process.send_signal(signal.SIGTERM)
        site.wait_for("Bus EXITED")
        assert site.process.wait(PATIENCE) == 0  # the file is written after the screen
    assert "Bus STARTED" in moved.read_text()
    assert "Bus EXITED" in log.read_text()


def test_a_reload_says_why_and_lets_running_requests_finish(tmp_path: Path) -> None:
    with running(tmp_path, "reload") as site:
        pid = site.get().split()[0]
        thread, answers = site.ask_slowly()
        program = tmp_path / "site.py"
        status = program.stat()
        os.utime(program, ns=(status.st_atime_ns, status.st_mtime_ns + 10**9))
        assert "site.py changed" in site.wait_for("Restarting because ")
        site.wait_for("Bus STOPPING")
        site.open_gate()
        thread.join(PATIENCE)
        assert answers == ["finished"]
        site.wait_for("Bus STARTED")
        assert site.get().split()[0] == pid
        site.process.send_signal(signal.SIGTERM)
        site.wait_for("Bus EXITED")
        assert site.process.wait(PATIENCE) == 0


def _free_low_port() -> int:
    for port in range(1023, 500, -1):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("all low ports are taken")


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs root's rights")
def test_a_low_port_is_bound_before_privileges_are_dropped(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    port = _free_low_port()
    with running(tmp_path, "nobody", PORT=str(port)) as site:
        assert site.port == port
        pid, uid = site.get().split()
        assert (int(pid), int(uid)) == (site.process.pid, 65534)
        assert (tmp_path / "site.pid").read_text() == f"{pid}\n"
        site.process.send_signal(signal.SIGTERM)
        site.wait_for("Bus EXITED")
