"""Run programs with the files that the page on deployment shows, and talk to them.

Ports are reserved: a socket that is bound and does not listen keeps others away, and lets the
program have it, as long as both have SO_REUSEADDR.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

PATIENCE = 60.0
HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "guides" / "deploy.md"
BIN = Path(sys.executable).parent


def shown(title: str) -> str:
    """Return a file that the page shows."""
    block = rf'^```\w+ title="{re.escape(title)}"\n(.*?)^```$'
    found = re.search(block, PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found, f"{PAGE} shows no {title}"
    return found[1]


def executable(name: str) -> str:
    """Return the path of a program, wherever it is installed."""
    for path in (str(BIN), None, "/usr/local/sbin:/usr/sbin:/sbin"):
        if found := shutil.which(name, path=path):
            return found
    raise AssertionError(f"{name} is not installed")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Message
    body: bytes


class Client(http.client.HTTPConnection):
    """A connection to a port, or to a socket of the file system."""

    def __init__(self, address: int | Path, source: str = "127.0.0.1") -> None:
        super().__init__("localhost", timeout=PATIENCE)
        self._address = address
        self._source = source

    def connect(self) -> None:
        if isinstance(self._address, int):
            here, there = (self._source, 0), ("127.0.0.1", self._address)
            self.sock = socket.create_connection(there, PATIENCE, here)
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(PATIENCE)
            self.sock.connect(str(self._address))


def ask(
    address: int | Path,
    path: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    method: str | None = None,
) -> Answer:
    """Make one request on a connection of its own."""
    client = Client(address)
    try:
        client.request(method or ("GET" if body is None else "POST"), path, body, headers or {})
        answer = client.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        client.close()


class Program:
    """A running program, whose output is kept."""

    def __init__(
        self,
        command: list[str],
        place: Path,
        stdin: int = subprocess.DEVNULL,
        **environment: str,
    ) -> None:
        self.process = subprocess.Popen(
            command,
            cwd=place,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "HOME": str(place), **environment},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self.lines: list[str] = []
        self._ended = False
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            for line in self.process.stdout:
                self._tell(line.rstrip())
        self._tell(None)

    def _tell(self, line: str | None) -> None:
        with self._news:
            if line is None:
                self._ended = True
            else:
                self.lines.append(line)
            self._news.notify_all()

    def wait_for(self, pattern: str, count: int = 1) -> None:
        """Wait until that many lines match."""

        def found() -> bool:
            return sum(bool(re.search(pattern, line)) for line in self.lines) >= count

        with self._news:
            self._news.wait_for(lambda: found() or self._ended, PATIENCE)
            assert found(), "\n".join([f"no {pattern!r} in:", *self.lines])

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it, wait until it and those that share its output have, and return the status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            self.process.wait(PATIENCE)
            self._reader.join(PATIENCE)
        finally:
            self.process.kill()
        assert not self._reader.is_alive(), "something that it started still runs"
        return self.process.returncode


class Place:
    """A directory with the site, and the programs that serve from it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._stack = ExitStack()
        self.write("pages.py", (HERE / "shared_site.py").read_text("utf-8"))
        self.write("numbers.txt", "0123456789" * 10)
        (directory / "sessions").mkdir(mode=0o777)
        self.life = directory / "life.log"
        self.life.touch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def port(self) -> int:
        """Reserve a port."""
        held = self._stack.enter_context(socket.socket())
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port

    def write(self, name: str, text: str) -> Path:
        """Write a file."""
        file = self.directory / name
        file.write_text(text, "utf-8")
        return file

    def take(self, title: str, changes: Mapping[str, str] | None = None, name: str = "") -> Path:
        """Write a file that the page shows, with this place instead of the page's."""
        text = shown(title)
        places = {"/srv/site/venv/bin": str(BIN), "/srv/site": str(self.directory)}
        for old, new in {**(changes or {}), **places}.items():
            assert old in text or old in places, f"{title} has no {old!r}"
            text = text.replace(old, new)
        return self.write(name or title, text)

    def listening(self, address: tuple[str, int] | str) -> socket.socket:
        """Listen somewhere, for a program to be started later."""
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        listening = self._stack.enter_context(socket.socket(family))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen()
        return listening

    def run(self, ready: str, *command: str, count: int = 1, **options: Any) -> Program:
        """Start a program, and return when it has said that it is ready."""
        program = Program([executable(command[0]), *command[1:]], self.directory, **options)
        self._stack.callback(program.end)
        program.wait_for(ready, count)
        return program

    def log(self) -> str:
        """Return the site's log of errors."""
        file = self.directory / "error.log"
        return file.read_text("utf-8") if file.exists() else ""

    def lives(self) -> dict[str, list[Any]]:
        """Return the processes in which the engine started, stopped, and so on."""
        events: dict[str, list[Any]] = {"start": [], "stop": []}
        for line in self.life.read_text().splitlines():
            word, process = line.split()
            events.setdefault(word, []).append(process)
        return events


def nginx(place: Place, *shown_files: Path) -> Program:
    """Start nginx with files that belong in its block `http`."""
    temporary = "\n".join(
        f"{kind}_temp_path {place.directory}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    config = f"""
        {user}
        daemon off;
        pid {place.directory}/nginx.pid;
        error_log stderr notice;
        worker_processes 1;
        events {{}}
        http {{
            access_log off;
            {temporary}
            {" ".join(f"include {file};" for file in shown_files)}
        }}
    """
    for name in ("fastcgi_params", "scgi_params"):
        shutil.copy(f"/etc/nginx/{name}", place.directory)
    file = place.write("whole-nginx.conf", config)
    return place.run("start worker processes", "nginx", "-p", str(place.directory), "-c", str(file))


APACHE = """
ServerRoot {place}
ServerName localhost
DefaultRuntimeDir {place}
PidFile {place}/apache.pid
Listen 127.0.0.1:{port}
ErrorLog /dev/stderr
{modules}
{user}
DocumentRoot {place}
Include {file}
"""


def apache(place: Place, port: int, file: Path, *modules: str) -> Program:
    """Start Apache with a file that belongs in a site of its own."""
    wanted = ("mpm_event", "authz_core", *modules)
    path = "/usr/lib/apache2/modules"
    lines = "\n".join(f"LoadModule {name}_module {path}/mod_{name}.so" for name in wanted)
    user = "User www-data\nGroup www-data" if os.geteuid() == 0 else ""
    text = APACHE.format(place=place.directory, port=port, modules=lines, user=user, file=file)
    config = place.write("whole-apache.conf", text)
    return place.run(
        "resuming normal operations", "apache2", "-d", str(place.directory), "-f", str(config),
        "-DFOREGROUND",
    )  # fmt: skip
