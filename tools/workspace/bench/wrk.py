"""Load a server of this process by wrk, which asks faster than any server of Python answers.

It is pinned to the other cores, so the server is busy all the time on its own. Like the rest of a
subject's process, this imports the standard library alone.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time

from workspace.bench.load import CONNECTIONS, PATIENCE, Client
from workspace.bench.wsgi import BROWSER

_ANSWERED = re.compile(r"^ *([0-9]+) requests in", re.MULTILINE)
_SHORT = 0.1
_AGAIN = 0.5
_LEAST = 10e6
_FAILED = re.compile(r"^ *(Non-2xx or 3xx responses|Socket errors): .*", re.MULTILINE)


class Wrk:
    """Makes requests to a port of the loopback interface.

    Args:
        expected: The body of every answer; it is looked at once.
        connections: How many connections there are.

    Raises:
        AssertionError: An answer is another one, or there is none.
    """

    def __init__(self, port: int, expected: bytes, connections: int = CONNECTIONS) -> None:
        Client(port, expected, 1).close()
        fields = [f"--header={name}: {value}" for name, value in BROWSER.items()]
        words = ["wrk", "--threads=1", f"--connections={connections}", "--duration=60s", *fields]
        self._words = [*_pinned(), *words, f"http://127.0.0.1:{port}/"]
        self._cost = self._measure(_SHORT)

    def __call__(self) -> None:
        """Make some requests."""
        self._measure(_SHORT)

    def elapsed(self, number: int) -> int:
        """Return the nanoseconds of CPU time that so many requests take the server.

        What is too short to be measured is told from the last measurement.
        """
        taken = number * self._cost
        if taken >= _LEAST:
            self._cost = self._measure(taken / 1e9)
        return round(number * self._cost)

    def _measure(self, seconds: float) -> float:
        """Return the nanoseconds of one request, of all those that are made in about that time."""
        with subprocess.Popen(self._words, stdout=subprocess.PIPE, text=True) as wrk:
            started = time.process_time_ns()
            time.sleep(seconds)
            told = _stopped(wrk)
            taken = time.process_time_ns() - started
        answered = _ANSWERED.search(told)
        had_no_time = wrk.returncode == -signal.SIGINT or (answered and answered[1] == "0")
        if had_no_time and seconds < PATIENCE and not _FAILED.search(told):
            return self._measure(2 * seconds)
        if answered is None or answered[1] == "0" or _FAILED.search(told):
            raise AssertionError(f"wrk got an answer that is not expected, or none: {told}")
        return taken / int(answered[1])


def _stopped(wrk: subprocess.Popen[str]) -> str:
    """Return what wrk tells when it is stopped; while it is starting it does not listen."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        wrk.send_signal(signal.SIGINT)  # it looks for it ten times a second
        with contextlib.suppress(subprocess.TimeoutExpired):
            return wrk.communicate(timeout=_AGAIN)[0]
    wrk.kill()
    raise AssertionError(f"wrk did not stop within {PATIENCE:g} s")


def _pinned() -> list[str]:
    """Return the beginning of a command that runs on the cores that this process does not use."""
    with contextlib.suppress(AttributeError):
        others = set(range(os.cpu_count() or 1)) - os.sched_getaffinity(0)
        if others and shutil.which("taskset"):
            return ["taskset", "--cpu-list", ",".join(map(str, sorted(others)))]
    return []
