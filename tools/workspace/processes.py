"""Start other programs: with their output shown, kept in a log, or returned."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TypeAlias

from workspace.errors import Failure

Words: TypeAlias = list[str | Path]

_UNWANTED = (
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONWARNINGS",
    "PYTHONDONTWRITEBYTECODE",
)
_RUNNING: set[subprocess.Popen[bytes]] = set()


def environ(extra: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Return this process's environment without what points at another Python environment.

    Bytecode is kept: the tests start hundreds of interpreters.

    Args:
        extra: Variables to set; None removes one.
    """
    values = {**os.environ, **dict.fromkeys(_UNWANTED), "PYTHONUTF8": "1", **(extra or {})}
    return {name: value for name, value in values.items() if value is not None}


def output_of(
    command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> str:
    """Run a program and return what it prints.

    Raises:
        Failure: It cannot be started or ends with another status than 0.
    """
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            cwd=cwd,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except OSError as error:
        raise Failure(f"cannot run {words[0]}: {error.strerror}") from error
    if done.returncode:
        told = (done.stderr or done.stdout).strip()
        raise Failure(f"{' '.join(words[:4])} … failed: {told}")
    return done.stdout


def logged(
    command: Sequence[str | Path],
    log: IO[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> int:
    """Run a program with its output in ``log`` and return its exit status.

    It gets a process group of its own, so that nothing that it started outlives it.

    Args:
        timeout: The seconds after which it is ended; the status is then 124.
    """
    words = [str(word) for word in command]
    print("$", *words, file=log, flush=True)
    try:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        print(f"cannot run {words[0]}: {error.strerror}", file=log, flush=True)
        return 127
    _RUNNING.add(process)
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired:
        print(f"ended after {timeout:g} seconds", file=log, flush=True)
        return 124
    finally:
        _end(process)
        _RUNNING.discard(process)


def end_all() -> None:
    """End every program that still runs."""
    for process in list(_RUNNING):
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
