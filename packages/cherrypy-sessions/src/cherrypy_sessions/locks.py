"""Locks by name, first come first served, that exist only while somebody uses them.

Each waiter sleeps on a lock of its own, which the holder before it opens. The mutex guards the
queues and is never held while anybody waits.
"""

import threading
from collections import deque
from collections.abc import Hashable, Iterator
from typing import Any


class _Turn:
    """One thread's place in a queue; it has a gate once it has to wait."""

    __slots__ = ("gate", "thread")

    gate: threading.Lock

    def __init__(self) -> None:
        self.thread = threading.current_thread()


class DeadlockError(RuntimeError):
    """A thread waits for a lock that it holds itself."""


class FairLocks:
    """One lock for each key, held by one user at a time, in the order of asking.

    Args:
        queues: Who has or waits for the lock of which key; those who share it share the locks. It
            is for this class alone to change.
    """

    _mutex = threading.Lock()

    def __init__(self, queues: dict[Any, Any] | None = None) -> None:
        self._queues: dict[Hashable, deque[_Turn]] = {} if queues is None else queues

    def acquire(self, key: Hashable, timeout: float | None = None) -> bool:
        """Wait for the lock of a key, and return whether it was had.

        Args:
            key: Which lock.
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            DeadlockError: This thread holds the lock already, and would wait for it.
        """
        turn = _Turn()
        with self._mutex:
            queue = self._queues.get(key)
            if queue is None:
                self._queues[key] = deque((turn,))
                return True
            queue.append(turn)
            turn.gate = threading.Lock()
            turn.gate.acquire()
            holder = queue[0].thread
        if holder is turn.thread:
            self._leave(key, turn)
            if timeout == 0:
                return False
            raise DeadlockError(f"{holder.name} would wait for itself: it holds this lock already")
        return self._wait(key, turn, timeout)

    def release(self, key: Hashable) -> None:
        """Give the lock of a key to the next in its queue.

        Raises:
            RuntimeError: Nobody holds it.
        """
        with self._mutex:
            if key not in self._queues:
                raise RuntimeError("This lock is not held, so it cannot be released")
            self._pass_on(key)

    def holder(self, key: Hashable) -> str | None:
        """Return the name of the thread that acquired the lock of a key; None if nobody has it."""
        with self._mutex:
            queue = self._queues.get(key)
            return queue[0].thread.name if queue else None

    def __len__(self) -> int:
        return len(self._queues)

    def __contains__(self, key: object) -> bool:
        return key in self._queues

    def __iter__(self) -> Iterator[Hashable]:
        with self._mutex:
            return iter(tuple(self._queues))

    def _wait(self, key: Hashable, turn: _Turn, timeout: float | None) -> bool:
        had = False
        try:
            had = turn.gate.acquire(timeout=-1 if timeout is None else max(timeout, 0))
        finally:
            # Also when a signal handler raised: an empty place would block all behind it.
            if not had:
                self._leave(key, turn)
        return had

    def _leave(self, key: Hashable, turn: _Turn) -> None:
        """Give up a place, and what may have come to it in the same moment."""
        with self._mutex:
            queue = self._queues[key]
            if queue[0] is turn:
                self._pass_on(key)
            else:
                queue.remove(turn)

    def _pass_on(self, key: Hashable) -> None:
        queue = self._queues[key]
        queue.popleft()
        if queue:
            queue[0].gate.release()
        else:
            del self._queues[key]
