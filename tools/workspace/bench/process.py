"""A subject in a process of its own, which waits for its turns."""

import contextlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TypeAlias

from workspace.bench.peers import Seat
from workspace.errors import Failure
from workspace.processes import environ

Turn: TypeAlias = Callable[[], float]

TIMEOUT = 120.0
_TOOLS = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def started(subject: str, seat: Seat, words: Sequence[str]) -> Iterator[Turn]:
    """Start the worker with these words; give what makes it take a turn when it is ready.

    A turn returns the nanoseconds of one call. The process is killed in the end, and its temporary
    files go with it.

    Raises:
        Failure: The subject cannot do it, or not in time; also from a turn.
    """
    paths = os.pathsep.join(map(str, [*seat.paths, _TOOLS]))
    with (
        tempfile.TemporaryDirectory() as directory,
        tempfile.TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [str(seat.python), "-m", "workspace.bench.worker", *words],
            env=environ({"PYTHONPATH": paths, "TMPDIR": directory}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        try:
            _line(subject, process, errors)
            yield lambda: _turn(subject, process, errors)
        finally:
            process.kill()


def _turn(subject: str, process: subprocess.Popen[str], errors: IO[str]) -> float:
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # the end of its output says more
            process.stdin.write("\n")
            process.stdin.flush()
    return float(_line(subject, process, errors))


def _line(subject: str, process: subprocess.Popen[str], errors: IO[str]) -> str:
    """Return the next line of the output."""
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(TIMEOUT, give_up)
    timer.start()
    try:
        line = process.stdout.readline() if process.stdout is not None else ""
    finally:
        timer.cancel()
    if late.is_set():
        raise Failure(f"{subject} took more than {TIMEOUT:g} s")
    if not line:
        raise Failure(f"{subject} failed: {_last(process, errors)}")
    return line


def _last(process: subprocess.Popen[str], errors: IO[str]) -> str:
    """Return the last line of what the process told before it ended."""
    status = process.wait()
    errors.seek(0)
    return (errors.read().strip() or f"exit status {status}").splitlines()[-1]
