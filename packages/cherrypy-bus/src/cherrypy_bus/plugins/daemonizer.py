"""Become a daemon: a process that has no terminal and no parent that waits for it.

Rule: whatever can fail is done before the first fork, where the exit status still tells somebody.
"""

import os
import sys
import threading
from collections.abc import Callable

from cherrypy_bus.bus import Bus
from cherrypy_bus.interrupts import INIT
from cherrypy_bus.plugins.simple import SimplePlugin

MARK = "CHERRYPY_BUS_DAEMON"
"""The environment variable that holds the number of the process that is a daemon.

It survives when the daemon starts its program anew, so that it keeps its process number then. A
child of the daemon inherits it too, but has another number.
"""


def is_daemon() -> bool:
    """Say whether this process became a daemon, in this run of its program or an earlier one.

    Examples:
        >>> is_daemon()
        False
    """
    return os.environ.get(MARK) == str(os.getpid())


class Daemonizer(SimplePlugin):
    """Turn the process into a daemon when the bus starts, at priority 65.

    The working directory stays. The parent's exit status is 0 once the forks have worked, and says
    nothing about what comes after. A process that is a daemon already only redirects its
    streams; so does process 1, since a container ends with it. Only on systems that have ``fork``.

    Args:
        bus: The bus to subscribe to.
        stdin: The file to read standard input from.
        stdout: The file to append standard output to.
        stderr: The file to append standard error to.

    Attributes:
        finalized: Whether it has been done.

    Examples:
        >>> bus = Bus()
        >>> daemonizer = Daemonizer(bus, stderr="/var/log/site.err")
        >>> daemonizer.subscribe()
        >>> daemonizer.start in bus.listeners["start"]
        True
    """

    def __init__(
        self,
        bus: Bus,
        stdin: str = os.devnull,
        stdout: str = os.devnull,
        stderr: str = os.devnull,
    ) -> None:
        super().__init__(bus)
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.finalized: bool = False

    def start(self) -> None:
        """Become a daemon, once.

        Raises:
            OSError: A stream cannot be opened, or the system cannot fork.
            SystemExit: In the processes that are left behind.
        """
        if self.finalized:
            self.bus.log("Already daemonized.")
            return
        self._warn_of_threads()
        self.daemonize(self.stdin, self.stdout, self.stderr, self.bus.log)
        self.finalized = True

    start.priority = 65  # type: ignore[attr-defined] # how a listener says its priority

    def _warn_of_threads(self) -> None:
        threads = threading.enumerate()
        if len(threads) > 1:
            self.bus.log(
                f"There are {threads!r} active threads. "
                "Daemonizing now may cause strange failures.",
                level=30,
            )

    @staticmethod
    def daemonize(
        stdin: str = os.devnull,
        stdout: str = os.devnull,
        stderr: str = os.devnull,
        logger: Callable[[str], object] = lambda _msg: None,
    ) -> None:
        """Become a daemon now.

        Args:
            stdin: The file to read standard input from.
            stdout: The file to append standard output to.
            stderr: The file to append standard error to.
            logger: What to call with each thing that happens.

        Raises:
            OSError: A stream cannot be opened, or the system cannot fork.
        """
        streams = _open(stdin, stdout, stderr)
        _flush()
        if is_daemon():
            logger(f"Daemonized already, to PID: {os.getpid()}")
        elif os.getpid() == INIT:
            logger("Not daemonizing: this is process 1, and its container would end with it.")
        else:
            _fork(logger)
            os.environ[MARK] = str(os.getpid())
            logger(f"Daemonized to PID: {os.getpid()}")
        _redirect(streams)


if sys.platform == "win32":

    def _fork(_logger: Callable[[str], object]) -> None:
        raise OSError("this platform cannot fork: run the program as a service instead")

else:

    def _fork(logger: Callable[[str], object]) -> None:
        logger("Forking once.")
        child = os.fork()
        if child:
            _, status = os.waitpid(child, 0)  # it is over in a moment, and nobody else would
            os._exit(1 if status else 0)
        os.setsid()  # away from the terminal
        logger("Forking twice.")
        if os.fork():
            os._exit(0)  # so that the daemon leads no session and never gets a terminal


def _open(stdin: str, stdout: str, stderr: str) -> tuple[int, int, int]:
    append = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    return (
        os.open(stdin, os.O_RDONLY),
        os.open(stdout, append, 0o666),
        os.open(stderr, append, 0o666),
    )


def _redirect(streams: tuple[int, int, int]) -> None:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        if descriptor != number:
            os.close(descriptor)


def _flush() -> None:
    """Write out what is buffered, or both processes would write it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
