"""A site on bad days: slow clients by the hundred, and disks without room."""

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import trustme

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and devices are Unix's")

PATIENCE = 60.0
SLOW = 512

PROGRAM = """
import json, logging, os, resource, tempfile
import cherrypy

resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (int(os.environ["LARGEST_FILE"]),))


class Root:
    @cherrypy.expose
    def index(self):
        return "hello"

    @cherrypy.expose
    def upload(self, file):
        return str(len(file.file.read()))

    @cherrypy.expose
    def state(self):
        server = next(value for name, value in logging.statistics.items() if "HTTPServer" in name)
        names = ("Connections", "Threads", "Threads Replaced", "Accepts", "Requests")
        found = {name: server[name](server) if callable(server[name]) else server[name]
                 for name in names}
        found["Descriptors"] = len(os.listdir("/dev/fd"))
        found["Files"] = len(os.listdir(tempfile.gettempdir()))
        return json.dumps(found)


cherrypy.config.update({
    "server.socket_port": 0,
    "server.statistics": True,
    "server.shutdown_timeout": 20,
    "engine.autoreload.on": False,
    **json.loads(os.environ["SETTINGS"]),
})
cherrypy.quickstart(Root())
"""


class Site:
    """The running process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        line = self.wait_for("Serving on http")
        self.port = int(line.rpartition(":")[2])

    def wait_for(self, text: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if text in line:
                return line
        raise AssertionError(f"no {text!r} in {self.lines}")

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def ask(self, path: str = "/", body: bytes | None = None, **fields: str) -> tuple[int, str]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(client):
            client.request("POST" if body else "GET", path, body, fields)
            answer = client.getresponse()
            return answer.status, answer.read().decode()

    def state(self) -> dict[str, int]:
        found: dict[str, int] = json.loads(self.ask("/state")[1])
        return found

    def ends_well(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.wait_for("Bus EXITED")
        assert self.process.wait(PATIENCE) == 0


@contextlib.contextmanager
def running(place: Path, settings: Mapping[str, object], largest_file: int = -1) -> Iterator[Site]:
    """Start the site with settings, and perhaps a limit to the size of each file that it writes."""

    (place / "site.py").write_text(PROGRAM)
    (place / "tmp").mkdir()
    with subprocess.Popen(
        [sys.executable, "-W", "error", "site.py"],
        cwd=place,
        env={
            **os.environ,
            "SETTINGS": json.dumps(settings),
            "LARGEST_FILE": str(largest_file),
            "TMPDIR": str(place / "tmp"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Site(process)
        finally:
            process.kill()


def wait_for_peace(site: Site, before: dict[str, int]) -> dict[str, int]:
    """Ask until everything but this very connection is gone."""
    for _ in range(200):
        now = site.state()
        if all(now[name] == before[name] for name in ("Connections", "Descriptors", "Files")):
            return now
    return site.state()


BEGINNINGS = [
    b"",
    b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
]


def test_hundreds_of_slow_clients_keep_nobody_waiting(tmp_path: Path) -> None:
    settings = {"server.socket_timeout": 600, "server.request_header_timeout": 600}
    with running(tmp_path, settings) as site:
        before = site.state()
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(site.connect()) for _ in range(SLOW)]
            for number, client in enumerate(clients):
                client.sendall(BEGINNINGS[number % len(BEGINNINGS)])
            assert [site.ask()[0] for _ in range(20)] == [200] * 20
            for client in clients[1::2]:
                client.sendall(b"x")
            assert site.ask() == (200, "hello")
        after = wait_for_peace(site, before)
        assert after["Connections"] == before["Connections"]
        assert after["Descriptors"] == before["Descriptors"]
        assert (after["Threads"], after["Threads Replaced"]) == (10, 0)
        site.ends_well()


def test_hundreds_of_half_handshakes_keep_nobody_waiting(tmp_path: Path) -> None:
    issued = trustme.CA().issue_cert("localhost")
    issued.private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    settings = {
        "server.socket_timeout": 600,
        "server.request_header_timeout": 600,
        "server.ssl_certificate": str(tmp_path / "both.pem"),
    }
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with running(tmp_path, settings) as site, contextlib.ExitStack() as stack:
        for number in range(SLOW):
            client = stack.enter_context(site.connect())
            client.sendall(b"\x16\x03\x01\x02\x00\x01" if number % 2 else b"")
        with context.wrap_socket(stack.enter_context(site.connect())) as secure:
            secure.sendall(b"GET / HTTP/1.0\r\n\r\n")
            assert secure.recv(65536).startswith(b"HTTP/1.1 200 ")
        site.ends_well()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("log", ["log.access_file", "log.error_file"])
def test_logs_on_a_full_disk_cost_no_answer(tmp_path: Path, log: str) -> None:
    with running(tmp_path, {log: "/dev/full"}) as site:
        before = site.state()
        # Python tells of each line on standard error, at length; nobody reads that pipe meanwhile.
        assert [site.ask() for _ in range(8)] == [(200, "hello")] * 8
        assert site.ask("/upload", b"x", **{"Content-Type": "a/b"})[0] == 404
        after = wait_for_peace(site, before)
        assert after["Requests"] - before["Requests"] >= 9
        assert (after["Threads"], after["Threads Replaced"]) == (10, 0)
        assert after["Descriptors"] == before["Descriptors"]
        site.ends_well()


def multipart(content: bytes) -> tuple[bytes, str]:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    return head + content + b"\r\n--b--\r\n", "multipart/form-data; boundary=b"


def test_an_upload_that_finds_no_room_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    with running(tmp_path, {}, largest_file=100_000) as site:
        before = site.state()
        body, kind = multipart(b"x" * 2_000_000)
        for _ in range(3):
            status, text = site.ask("/upload", body, **{"Content-Type": kind})
            assert (status, "File too large" in text) == (500, True)
        small, kind = multipart(b"x" * 50_000)
        assert site.ask("/upload", small, **{"Content-Type": kind}) == (200, "50000")
        after = wait_for_peace(site, before)
        assert (after["Threads"], after["Threads Replaced"]) == (10, 0)
        assert after["Descriptors"] == before["Descriptors"]
        assert after["Files"] == before["Files"]
        site.ends_well()
        assert not re.search("HTTP Server .* did not end", "".join(site.lines))
