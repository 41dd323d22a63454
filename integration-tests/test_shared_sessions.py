"""Two processes behind one nginx, which share the sessions of each shared store, under load."""

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "packages/cherrypy-sessions/tests"))

servers: Any = import_module("session_servers")

PATIENCE = 120
CLIENTS = 16
VISITS = 20

STORES = [
    "files",
    "sqlite",
    pytest.param("redis", marks=pytest.mark.requires("redis-server")),
    "valkey",
    pytest.param("memcached", marks=pytest.mark.requires("memcached")),
]
CLASSES = {
    "files": "FileSession",
    "sqlite": "SQLiteSession",
    "redis": "RedisSession",
    "valkey": "RedisSession",
    "memcached": "MemcachedSession",
}

PROGRAM = """
import json
import os
import sys
import threading

import cherrypy

store, options, path = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]


class Root:
    @cherrypy.expose
    def visit(self):
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return f"{cherrypy.session['visits']} {os.getpid()}"

    @cherrypy.expose
    def hello(self):
        return "hello"

    @cherrypy.expose
    def hold(self):
        cherrypy.session["visits"] = -1000
        print("held", flush=True)
        threading.Event().wait(60)


sessions = {
    "tools.sessions.on": True,
    "tools.sessions.storage_class": getattr(cherrypy.lib.sessions, store),
    **{f"tools.sessions.{name}": value for name, value in options.items()},
}
cherrypy.config.update(
    {
        "server.socket_file": path,
        "server.thread_pool": 20,
        "server.socket_queue_size": 128,
        "engine.autoreload.on": False,
        "request.show_tracebacks": False,
        "log.access_file": "",
    }
)
cherrypy.quickstart(Root(), "/", {"/": sessions})
"""

NGINX = """
daemon off;
master_process off;
pid {place}/nginx.pid;
error_log {place}/nginx.log;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {place}/body;
    proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/fastcgi;
    uwsgi_temp_path {place}/uwsgi;
    scgi_temp_path {place}/scgi;
    upstream site {{ {upstream} }}
    server {{
        listen unix:{place}/front.sock;
        location / {{
            proxy_pass http://site;
            proxy_next_upstream off;
            proxy_set_header Host localhost;
        }}
    }}
}}
"""


class Connection(http.client.HTTPConnection):
    """A connection to a socket of the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)


def ask(path: Path, page: str, cookie: str = "") -> tuple[int, str, str]:
    """Return the status, the text and the cookie of an answer."""
    connection = Connection(path)
    connection.request("GET", page, headers={"Cookie": cookie} if cookie else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, (answer.headers["Set-Cookie"] or "").partition(";")[0]


class Process:
    """A process that serves the site; what it logs is kept."""

    def __init__(self, place: Path, name: str, store: str, options: dict[str, Any]) -> None:
        self.path = place / f"{name}.sock"
        command = [sys.executable, "-c", PROGRAM, store, json.dumps(options), str(self.path)]
        self._process = subprocess.Popen(
            command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.wait_for("ENGINE Serving on")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._news:
                self.lines.append(line.rstrip())
                self._news.notify_all()

    def wait_for(self, pattern: str) -> None:
        """Wait until a line of the log matches."""
        with self._news:
            found = self._news.wait_for(
                lambda: any(re.search(pattern, line) for line in self.lines), PATIENCE
            )
        assert found, self.lines

    def kill(self) -> None:
        """End it at whatever instruction it is."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Site:
    """Two processes behind an nginx."""

    def __init__(self, place: Path, store: str, options: dict[str, Any]) -> None:
        self.front = place / "front.sock"
        self.processes = [Process(place, name, store, options) for name in ("one", "two")]
        paths = [process.path for process in self.processes]
        upstream = " ".join(f"server unix:{path} max_fails=0;" for path in paths)
        config = place / "nginx.conf"
        config.write_text(NGINX.format(place=place, upstream=upstream))
        self._nginx = subprocess.Popen(
            [servers.program("nginx"), "-p", str(place), "-c", str(config)],
            stderr=subprocess.DEVNULL,
        )
        patience = threading.Event()
        for _ in range(3000):
            if self.front.exists():
                break
            patience.wait(0.01)  # it says nothing when it is ready

    def end(self) -> None:
        self._nginx.terminate()
        self._nginx.wait(PATIENCE)
        for process in self.processes:
            process.kill()


@pytest.fixture
def cleaning() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def options_of(store: str, place: Path, cleaning: ExitStack) -> dict[str, Any]:
    if store in {"redis", "valkey"}:
        server = getattr(servers, store)(place)
        cleaning.callback(server.stop)
        return {**servers.redis_options(server), "lock_expiry": 2}
    if store == "memcached":
        server = servers.memcached(place)
        cleaning.callback(server.stop)
        return {**servers.memcached_options(server), "lock_expiry": 2}
    if store == "sqlite":
        return {"database": str(place / "sessions.db")}
    (place / "sessions").mkdir()
    return {"storage_path": str(place / "sessions")}


@pytest.fixture
def make_site(tmp_path: Path, cleaning: ExitStack) -> Callable[[str], Site]:
    def make(store: str) -> Site:
        site = Site(tmp_path, CLASSES[store], options_of(store, tmp_path, cleaning))
        cleaning.callback(site.end)
        return site

    return make


@pytest.mark.requires("nginx")
@pytest.mark.parametrize("store", STORES)
def test_a_counter_ends_exact(store: str, make_site: Callable[[str], Site]) -> None:
    site = make_site(store)
    _, _, cookie = ask(site.front, "/visit")
    served: list[str] = []

    def visit(_: int) -> None:
        for _ in range(VISITS):
            status, text, _cookie = ask(site.front, "/visit", cookie)
            assert status == 200, text
            served.append(text.partition(" ")[2])

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(visit, range(CLIENTS)))
    assert len(set(served)) == 2
    _, text, _ = ask(site.front, "/visit", cookie)
    assert int(text.partition(" ")[0]) == CLIENTS * VISITS + 2


@pytest.mark.requires("nginx")
@pytest.mark.parametrize("store", STORES)
def test_a_process_that_is_killed_with_the_lock_does_not_block_the_other(
    store: str, make_site: Callable[[str], Site]
) -> None:
    site = make_site(store)
    one, two = site.processes
    _, _, cookie = ask(one.path, "/visit")
    with ThreadPoolExecutor(1) as clients:
        holding = clients.submit(ask, one.path, "/hold", cookie)
        one.wait_for("^held$")
        one.kill()
        status, text, _ = ask(two.path, "/visit", cookie)
        assert (status, text.partition(" ")[0]) == (200, "2")
        assert isinstance(holding.exception(PATIENCE), OSError | http.client.HTTPException)


@pytest.mark.requires("nginx", "redis-server")
def test_a_server_that_is_started_anew_under_load_loses_nothing_acknowledged(
    tmp_path: Path, cleaning: ExitStack
) -> None:
    server = servers.redis(tmp_path)
    cleaning.callback(server.stop)
    site = Site(tmp_path, "RedisSession", {**servers.redis_options(server), "lock_expiry": 2})
    cleaning.callback(site.end)
    _, _, cookie = ask(site.front, "/visit")
    tally = Tally()
    with ThreadPoolExecutor(CLIENTS) as clients:
        for _ in range(CLIENTS):
            clients.submit(tally.keep_asking, site.front, cookie)
        try:
            tally.wait_for(200, 30)
            server.stop()
            tally.wait_for(503, 30)
            assert ask(site.front, "/hello")[:2] == (200, "hello")
            server.start()
            tally.wait_for(200, 30)
        finally:
            tally.over.set()
    logged = [line for process in site.processes for line in process.lines]
    assert set(tally.counts) == {200, 503}, "\n".join(logged)
    _, text, _ = ask(site.front, "/visit", cookie)
    assert int(text.partition(" ")[0]) >= tally.counts[200] + 2
    lines = [line for line in logged if "SESSIONS The sessions in Redis" in line]
    assert len(lines) >= tally.counts[503]
    assert not [line for line in logged if "Traceback" in line]


class Tally:
    """How many answers there were of each status."""

    def __init__(self) -> None:
        self.counts: dict[int, int] = {}
        self.over = threading.Event()
        self._news = threading.Condition()

    def keep_asking(self, front: Path, cookie: str) -> None:
        """Ask again and again, until it is over."""
        for _ in range(5000):
            if self.over.is_set():
                return
            status, _, _ = ask(front, "/visit", cookie)
            with self._news:
                self.counts[status] = self.counts.get(status, 0) + 1
                self._news.notify_all()

    def wait_for(self, status: int, more: int) -> None:
        """Wait until there are so many more answers of a status."""
        with self._news:
            goal = self.counts.get(status, 0) + more
            assert self._news.wait_for(lambda: self.counts.get(status, 0) >= goal, PATIENCE)
