"""Locks between threads and between processes, by the path of what they are for.

Threads of one process queue up first, so that only one of them waits in the kernel. The kernel
takes back what a process had that has ended, however it did.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from cherrypy_sessions import kernel, locks

FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.05

TABLE = ".locks"
"""The file whose bytes are the locks of a directory."""

NAMES: Final = 1 << 16
"""How many holders' names have room at the beginning of that file."""

NAME: Final = 8

IN_A_ROW: Final = 8
"""How many threads of this process may have a lock before other processes get a chance."""


class FileLocks:
    """One lock for each path, for all processes of this machine: a file, while somebody has it.

    It is removed by its holder only; whoever waited for a removed file tries the new one.
    """

    def __init__(self) -> None:
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def acquire(self, path: str, timeout: float | None = None) -> bool:
        """Wait for the lock of a path, and return whether it was had.

        Args:
            path: Of the lock file.
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            DeadlockError: This thread has the lock already.
            OSError: The file cannot be made.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            if not locks.acquire(self._queues, path, timeout):
                return False
        except BaseException:
            self._give_back(path)
            raise
        if path in self._held:  # the thread before us has left it open
            return True
        descriptor = None
        try:
            descriptor = self._locked(path, deadline)
        finally:
            if descriptor is None:
                locks.release(self._queues, path)
        if descriptor is not None:
            self._held[path] = (descriptor, 1)
        return descriptor is not None

    def release(self, path: str) -> None:
        """Give the lock of a path to the next."""
        descriptor, turns = self._held[path]
        if turns < IN_A_ROW:
            self._held[path] = (descriptor, turns + 1)
            if locks.hand_on(self._queues, path):
                return
        del self._held[path]
        self._remove(path)
        os.close(descriptor)
        locks.release(self._queues, path)

    def discard(self, path: str) -> None:
        """Remove the lock file that a killed process left, unless somebody has the lock."""
        if self.acquire(path, 0):
            self.release(path)

    def holder(self, path: str) -> str | None:
        """Return who has the lock of a path: a thread of ours, another process, or None."""
        name = locks.holder(self._queues, path)
        if name is not None:
            return f"thread {name}"
        process = self._process(path)
        return None if process is None else f"process {process}"

    def __len__(self) -> int:
        return len(self._queues)

    def _begin(self) -> None:
        self._queues: locks.Queues = {}
        self._held: dict[str, tuple[int, int]] = {}  # descriptors, and how often in a row

    def _forked(self) -> None:
        """Leave the locks to the process that has them."""
        for descriptor, _ in self._held.values():
            os.close(descriptor)
        self._begin()

    def _give_back(self, path: str) -> None:
        """Release a lock that was left open for a thread that was interrupted in that moment."""
        if path in self._held and locks.acquire(self._queues, path, 0):
            self.release(path)

    def _locked(self, path: str, deadline: float | None) -> int | None:
        """Return a descriptor with the lock of a path, or None at the deadline."""
        if deadline is None:
            return self._try(path, wait=True)
        for pause in _pauses():
            descriptor = self._try(path, wait=False)
            if descriptor is not None:
                return descriptor
            left = deadline - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(pause, left))
        return None

    def _try(self, path: str, *, wait: bool) -> int | None:
        """Lock a path; return None if somebody else has the lock and we are not to wait."""
        file = self._file(path)
        while True:
            descriptor = _opened(file)
            try:
                self._lock(descriptor, path, wait=wait)
                if self._is_current(descriptor, file):
                    self._sign(descriptor, path)
                    return descriptor
            except BaseException as error:
                os.close(descriptor)
                if isinstance(error, BlockingIOError):
                    return None
                raise
            os.close(descriptor)

    def _file(self, path: str) -> str:
        return path

    def _lock(self, descriptor: int, path: str, *, wait: bool) -> None:  # noqa: ARG002 - see below
        kernel.lock(descriptor, wait=wait)

    def _is_current(self, descriptor: int, file: str) -> bool:
        """Return whether a path still leads to the file that was locked."""
        with suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), os.stat(file))  # noqa: PTH116 - a text
        return False

    def _sign(self, descriptor: int, path: str) -> None:  # noqa: ARG002
        with suppress(OSError):  # a full disk makes no lock less good
            os.write(descriptor, b"%-10d" % os.getpid())  # the same length whoever writes

    def _process(self, path: str) -> int | None:
        with suppress(OSError, ValueError), open(path) as file:  # noqa: PTH123 - a text all the way
            return int(file.read())
        return None

    def _remove(self, path: str) -> None:
        with suppress(OSError):  # Windows removes no open file
            os.unlink(path)  # noqa: PTH108 - the path is a text all the way


class RangeLocks(FileLocks):
    """The same as bytes of one file for each directory, which stays: to make a file costs more.

    Who has a lock stands at the beginning of that file, for the errors of those who wait in vain.
    """

    def discard(self, path: str) -> None:
        """Remove the lock file that somebody left."""
        with suppress(OSError):
            os.unlink(path)  # noqa: PTH108

    def _file(self, path: str) -> str:
        directory, slash, _ = path.rpartition(os.sep)
        return f"{directory}{slash}{TABLE}"

    def _lock(self, descriptor: int, path: str, *, wait: bool) -> None:
        kernel.lock_byte(descriptor, (NAMES * NAME) | _number(path) >> 2, wait=wait)

    def _is_current(self, descriptor: int, file: str) -> bool:  # noqa: ARG002 - nobody moves it
        return os.fstat(descriptor).st_nlink > 0

    def _sign(self, descriptor: int, path: str) -> None:
        number = _number(path)
        name = os.getpid().to_bytes(4, "little") + (number & 0xFFFFFFFF).to_bytes(4, "little")
        if os.pread(descriptor, NAME, _place(number)) != name:  # which costs less than writing
            with suppress(OSError):
                os.pwrite(descriptor, name, _place(number))

    def _process(self, path: str) -> int | None:
        number = _number(path)
        with suppress(OSError), open(self._file(path), "rb") as file:  # noqa: PTH123
            file.seek(_place(number))
            name = file.read(NAME)
            if name[4:] == (number & 0xFFFFFFFF).to_bytes(4, "little"):
                return int.from_bytes(name[:4], "little")
        return None

    def _remove(self, path: str) -> None:
        """Leave the file to the others."""


def file_locks() -> FileLocks:
    """Return locks of the kind that costs least on this system."""
    is_linux = sys.platform == "linux" and sys.maxsize > 1 << 32
    return RangeLocks() if is_linux else FileLocks()


def _opened(file: str) -> int:
    try:
        return os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


@lru_cache(maxsize=1024)
def _number(path: str) -> int:
    """Return the number of a path in its directory, of 64 bits."""
    name = os.fsencode(os.path.basename(path))  # noqa: PTH119
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "little")


def _place(number: int) -> int:
    return number % NAMES * NAME
