"""Locks between threads and between processes, by the path of a lock file.

Threads of one process queue up first, so that only one of them waits in the kernel. The file is
removed by its holder only, while locked; whoever waited on a removed file tries the new one.
"""

import os
import time
from contextlib import suppress

from cherrypy_sessions import kernel
from cherrypy_sessions.locks import FairLocks

FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.05


class FileLocks:
    """One lock for each path, for all processes of this machine."""

    def __init__(self) -> None:
        self._threads = FairLocks()
        self._descriptors: dict[str, int] = {}

    def acquire(self, path: str, timeout: float | None = None) -> bool:
        """Wait for the lock of a path, and return whether it was had.

        Args:
            path: Of the lock file, which is there while somebody has the lock.
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            DeadlockError: This thread has the lock already.
            OSError: The file cannot be made.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        if not self._threads.acquire(path, timeout):
            return False
        descriptor = None
        try:
            descriptor = _locked(path, deadline)
        finally:
            if descriptor is None:
                self._threads.release(path)
        if descriptor is not None:
            self._descriptors[path] = descriptor
        return descriptor is not None

    def release(self, path: str) -> None:
        """Give the lock of a path to the next."""
        descriptor = self._descriptors.pop(path)
        with suppress(OSError):  # Windows removes no open file
            os.unlink(path)  # noqa: PTH108 - the path is a text all the way
        os.close(descriptor)
        self._threads.release(path)

    def holder(self, path: str) -> str | None:
        """Return who has the lock of a path: a thread of ours, another process, or None."""
        name = self._threads.holder(path)
        if name is not None:
            return f"thread {name}"
        with suppress(OSError), open(path) as file:  # noqa: PTH123 - the path is a text all the way
            return f"process {file.read().strip()}"
        return None

    def __len__(self) -> int:
        return len(self._threads)


def _locked(path: str, deadline: float | None) -> int | None:
    """Return a descriptor with the lock of a path, or None at the deadline."""
    pause = FIRST_PAUSE
    while True:
        descriptor = _try(path, wait=deadline is None)
        if descriptor is not None or deadline is None:
            return descriptor
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        time.sleep(min(pause, left))
        pause = min(pause * 2, LONGEST_PAUSE)


def _try(path: str, *, wait: bool) -> int | None:
    """Lock a file, making it where there is none; return None if somebody else has the lock."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        current = False
        try:
            kernel.lock(descriptor, wait=wait)
            current = _is_current(descriptor, path)
        except BlockingIOError:
            return None
        finally:
            if not current:
                os.close(descriptor)
        if current:
            with suppress(OSError):  # a full disk makes no lock less good
                os.write(descriptor, b"%-10d" % os.getpid())  # the same length whoever writes
            return descriptor


def _is_current(descriptor: int, path: str) -> bool:
    """Return whether a path still leads to the file that was locked."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path))  # noqa: PTH116 - a text
    return False
