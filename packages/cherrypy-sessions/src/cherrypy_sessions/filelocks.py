"""Locks between threads and between processes, by the path of what they are for.

Threads of one process queue up first, so that only one of them waits in the kernel. The kernel
takes back what a process had that has ended, however it did. A thread may hand on what it has still
to write: the kernel's lock is kept until that is written, whoever has its turn by then.
"""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final

from cherrypy_sessions import kernel, locks
from cherrypy_sessions.pending import PendingWrite

FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.05

IN_A_ROW: Final = 8
"""How many threads of this process may have a lock before another process that waits has it."""


class _Tenure:
    """The time in which this process has a lock.

    Attributes:
        lock: What the kernel has locked.
        turns: How many threads have had it.
    """

    __slots__ = ("lock", "turns")

    def __init__(self, lock: Any) -> None:
        self.lock = lock
        self.turns = 1


class FileLocks:
    """One lock for each path, for all processes of this machine: a file, while somebody has it.

    It is removed by its holder only; whoever waited for a removed file tries the new one.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> locks = FileLocks()
        >>> with TemporaryDirectory() as directory:
        ...     print(locks.acquire(f"{directory}/report.lock", timeout=5))
        ...     locks.release(f"{directory}/report.lock")
        True
    """

    def __init__(self) -> None:
        self._left: set[str] = set()  # what the process had that this one comes from
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forked)

    def acquire(self, path: str, timeout: float | None = None, *, early: bool = False) -> bool:
        """Wait for the lock of a path, and return whether it was had.

        Args:
            path: Of the lock file.
            timeout: Seconds to wait at most; None for as long as it takes.
            early: Whether to have it though the thread before may still be writing; see `handed`.

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
            if not early and path in self.pending:
                self._settle_or_release(path)
            return True
        lock = None
        try:
            lock = self._take(path, deadline)
        finally:
            if lock is None:
                locks.release(self._queues, path)
        if lock is not None:
            self._held[path] = _Tenure(lock)
        return lock is not None

    def release(self, path: str) -> None:
        """Give the lock of a path to the next.

        A lock that was held when this process was forked is not its own: nothing happens, once.

        Raises:
            KeyError: Nobody holds it.
        """
        if path not in self._held and path in self._left:
            self._left.remove(path)
            return
        tenure = self._held[path]
        if path in self.pending:
            self.settle(path)
            self.pending.pop(path, None)
        if self.is_wanted(path) and self.hand_on(path):
            return
        del self._held[path]
        try:
            self._unlock(path, tenure.lock)
        finally:
            locks.release(self._queues, path)

    def is_wanted(self, path: str) -> bool:
        """Return whether the lock of a path, which a thread of ours has, may go to another one."""
        if len(self._queues.get(path, ())) <= 1 or path not in self._held:
            return False
        tenure = self._held[path]
        if tenure.turns >= IN_A_ROW and not self._is_awaited(path, tenure.lock):
            tenure.turns = 0
        return tenure.turns < IN_A_ROW

    def hand_on(self, path: str, pending: PendingWrite | None = None) -> bool:
        """Give the lock of a path to the next thread; return False, and keep it, without one.

        Args:
            path: Of the lock file.
            pending: What is still to be written.
        """
        self._held[path].turns += 1
        if pending is not None:
            self.pending[path] = pending
        if locks.hand_on(self._queues, path):
            return True
        self.pending.pop(path, None)
        return False

    def handed(self, path: str) -> bytes | None:
        """Return what the thread before is writing; None if that is to be read where it belongs."""
        pending = self.pending.get(path)
        if pending is None:
            return None
        if pending.has_failed:
            del self.pending[path]
            return None
        return pending.content

    def settle(self, path: str) -> bool:
        """Wait until the thread before has written; return False if it could not."""
        pending = self.pending.get(path)
        if pending is None:
            return True
        if not pending.wait():
            return False
        del self.pending[path]
        return True

    def discard(self, path: str) -> None:
        """Remove the lock file that a killed process left, unless somebody has the lock."""
        if self.acquire(path, 0):
            self.release(path)

    def holder(self, path: str) -> str | None:
        """Return who has the lock of a path: a thread of ours, another process, or None."""
        thread = locks.holder(self._queues, path)
        if path not in self._held:  # a thread of ours has no more than the first place in the queue
            process = self._process(path)
            if process is not None:
                return f"process {process}"
        return None if thread is None else f"thread {thread}"

    def __len__(self) -> int:
        return len(self._queues)

    def _begin(self) -> None:
        self._queues: locks.Queues = {}
        self._held: dict[str, _Tenure] = {}
        # By path, what the thread before the one that has the lock may still be writing.
        self.pending: dict[str, PendingWrite] = {}

    def _forked(self) -> None:
        """Leave the locks to the process that has them."""
        for descriptor in self._descriptors():
            os.close(descriptor)
        self._left.update(self._held)
        self._begin()

    def _descriptors(self) -> set[int]:
        return {tenure.lock for tenure in self._held.values()}

    def _settle_or_release(self, path: str) -> None:
        try:
            self.settle(path)
        except BaseException:  # of a signal handler
            self.release(path)
            raise
        self.pending.pop(path, None)  # nothing follows from what has failed

    def _give_back(self, path: str) -> None:
        """Release a lock that was left open for a thread that was interrupted in that moment."""
        if path in self._held and locks.acquire(self._queues, path, 0):
            self.release(path)

    def _is_awaited(self, path: str, lock: Any) -> bool:  # noqa: ARG002 - for other kinds
        """Return whether another process waits for a lock, or may do so."""
        return True

    def _take(self, path: str, deadline: float | None) -> Any:
        """Lock a path; return None if somebody else has it until the deadline."""
        while True:
            descriptor = opened(path)
            try:
                had = lock_until(partial(kernel.lock, descriptor), deadline)
                if had and is_at(descriptor, path):
                    _sign(descriptor)
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)
            if not had:
                return None

    def _unlock(self, path: str, lock: Any) -> None:
        with suppress(OSError):  # Windows removes no open file
            os.unlink(path)  # noqa: PTH108 - the path is a text all the way
        # To close it is not enough where a process that was forked meanwhile has it open, too.
        kernel.unlock(lock)
        os.close(lock)

    def _process(self, path: str) -> int | None:
        """Return which other process has the lock of a path, as far as is known."""
        with suppress(OSError, ValueError), open(path) as file:  # noqa: PTH123 - a text all the way
            process = int(file.read())
            return process if _is_alive(process) else None
        return None


def opened(file: str) -> int:
    """Return the descriptor of a file to read and write, which is made if it is not there."""
    try:
        return os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


def lock_until(
    lock: Callable[..., None], deadline: float | None, longest: float = LONGEST_PAUSE
) -> bool:
    """Have something locked as soon as it can be; return False if that is not by the deadline.

    Args:
        lock: Locks it, or raises an error; with `wait`, waits until it can.
        deadline: By the monotonic clock; None for none.
        longest: Seconds between two attempts at most, where there is one.
    """
    if deadline is None:
        lock(wait=True)
        return True
    pause = FIRST_PAUSE
    while True:
        with suppress(BlockingIOError):
            lock(wait=False)
            return True
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 2, longest)


def is_at(descriptor: int, path: str) -> bool:
    """Return whether a path still leads to a file that is open."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path))  # noqa: PTH116 - a text
    return False


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":  # pragma: no cover - where the question would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def _sign(descriptor: int) -> None:
    with suppress(OSError):  # a full disk makes no lock less good
        os.write(descriptor, b"%-10d" % os.getpid())  # the same length whoever writes
