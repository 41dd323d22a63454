"""A site in a process of its own, with config, logs and process id in files of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from weakref import finalize

from cherrypy.test.webtest import WebCase
from cherrypy_testing import interface, own_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CPProcess", "serverpem"]

#: A certificate with its key, which nobody vouches for: everybody knows the key.
serverpem: str = str(Path(__file__).with_name("test.pem"))

PATIENCE = 30.0
"""Seconds that a process has to begin to serve, or to end."""


class CPProcess:
    """Runs ``python -m cherrypy`` with a config file.

    Args:
        wait: Whether `start` returns only when the process has ended.
        daemonize: Whether it shall become a daemon.
        ssl: Whether it speaks TLS, with the certificate `serverpem`.
        socket_host: Where it listens; by default where the test cases ask.
        socket_port: The port there; by default the one at which the test cases ask.

    Attributes:
        config_file: The path of its config; the names below become paths in a new directory.
        pid_file: The path of the file with its id.
        access_log: The path of its access log.
        error_log: The path of its error log.
        config_template: Where the config comes from.
        exit_code: How it ended, once that is known.
    """

    config_file: str = "test.conf"
    pid_file: str = "test.pid"
    access_log: str = "test.access.log"
    error_log: str = "test.error.log"
    config_template: ClassVar[str] = (
        "[global]\n"
        "server.socket_host: '%(host)s'\n"
        "server.socket_port: %(port)s\n"
        "checker.on: False\n"
        "log.screen: False\n"
        "log.error_file: r'%(error_log)s'\n"
        "log.access_file: r'%(access_log)s'\n"
        "%(ssl)s\n"
        "%(extra)s\n"
    )
    exit_code: int | None = None

    def __init__(
        self,
        wait: bool = False,
        daemonize: bool = False,
        ssl: bool = False,
        socket_host: str | None = None,
        socket_port: int | None = None,
    ) -> None:
        self.wait = wait
        self.daemonize = daemonize
        self.ssl = ssl
        self.host: str = socket_host or WebCase.HOST
        self.port: int = socket_port or _asked_port()
        self._directory = Path(tempfile.mkdtemp(prefix="cherrypy-test-"))
        finalize(self, shutil.rmtree, self._directory, ignore_errors=True)
        for name in ("config_file", "pid_file", "access_log", "error_log"):
            setattr(self, name, str(self._directory / getattr(type(self), name)))
        self._process: subprocess.Popen[bytes] | None = None

    def write_conf(self, extra: str = "") -> None:
        """Write the config file, and empty the logs.

        Args:
            extra: More of its lines.
        """
        ssl = f"server.ssl_certificate: r'{serverpem}'\nserver.ssl_private_key: r'{serverpem}'"
        config = self.config_template % {
            "host": self.host,
            "port": self.port,
            "error_log": self.error_log,
            "access_log": self.access_log,
            "ssl": ssl if self.ssl else "",
            "extra": extra,
        }
        Path(self.config_file).write_text(config, encoding="utf-8")
        for log in (self.access_log, self.error_log):
            Path(log).unlink(missing_ok=True)

    def start(self, imports: str | Iterable[str] | None = None) -> None:
        """Start the process, and wait until it accepts connections, or with `wait` until it ends.

        Args:
            imports: The modules that it imports, one or several.

        Raises:
            RuntimeError: It ended before that; the message has its output.
            TimeoutError: It does neither within half a minute.
        """
        modules = [imports] if isinstance(imports, str) else list(imports or [])
        command = [sys.executable, "-m", "cherrypy", "-c", self.config_file, "-p", self.pid_file]
        for module in modules:
            command += ["-i", module]
        if self.daemonize:
            command.append("-d")
        output = self._output.open("wb")
        with output:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command, stdout=output, stderr=subprocess.STDOUT, env=_environ()
            )
        if self.wait or self.daemonize:
            self.exit_code = self._process.wait(PATIENCE)
        if not self.wait:
            _wait_until(self._serves_now, f"nobody serves {self.host}:{self.port}")

    def get_pid(self) -> int:
        """Return the id of the process that serves."""
        if self.daemonize:
            return int(Path(self.pid_file).read_text(encoding="ascii"))
        return self._started().pid

    def join(self) -> None:
        """Wait until the process has ended.

        Raises:
            subprocess.TimeoutExpired: It does not end within half a minute.
            TimeoutError: A daemon does not.
        """
        if self.daemonize:
            _wait_until(lambda: not self._is_served(), "the daemon still serves")
        else:
            self.exit_code = self._started().wait(PATIENCE)

    def kill(self) -> None:
        """End the process at once if it still runs, so that it does not outlive the tests."""
        with suppress(OSError, ValueError):
            if self.daemonize:
                os.kill(self.get_pid(), signal.SIGKILL)
            else:
                self._started().kill()
                self._started().wait(PATIENCE)

    @property
    def _output(self) -> Path:
        return self._directory / "output"

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ValueError("the process was not started yet: call start() first")
        return self._process

    def _is_served(self) -> bool:
        with suppress(OSError), socket.create_connection((interface(self.host), self.port), 1):
            return True
        return False

    def _serves_now(self) -> bool:
        ended = self._started().poll()
        if ended is not None and not (self.daemonize and ended == 0):
            output = self._output.read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"the process ended with status {ended}:\n{output}")
        return self._is_served()


def _wait_until(condition: Callable[[], bool], otherwise: str) -> None:
    """Look again and again: another process tells us nothing."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{otherwise} after {PATIENCE:g} s")
        time.sleep(0.02)


def _asked_port() -> int:
    """Return the port at which the test cases ask, or will ask."""
    told = WebCase.PORT
    return own_port(WebCase.HOST) if told == _UNTOLD else told


def _environ() -> dict[str, str]:
    """Return this environment, with what this process imports from."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}


_UNTOLD = WebCase.PORT
