"""Locks by name, first come first served, that exist only while somebody uses them.

Each waiter sleeps on a lock of its own, which the holder before it opens. The mutex guards the
queues and is never held while anybody waits. A process that was forked has none of the locks of the
one that it comes from.
"""

import os
import threading
from collections import deque
from collections.abc import Hashable, Iterator
from typing import Any, Final, TypeAlias

Queues: TypeAlias = dict[Any, Any]
"""Who has or waits for the lock of which key; for this module alone to change."""

_mutex = threading.Lock()
_in_use: Final[dict[int, Queues]] = {}  # by identity; dicts cannot be told apart otherwise
_left: Final[dict[tuple[int, Hashable], Queues]] = {}  # the locks of the process we come from
_new_gate = threading.Lock

# Who is woken needs the interpreter, which who wakes it would keep until it waits for something
# itself: all that is done after a request, and before the next, would be time of the lock.
_let_it_run = getattr(os, "sched_yield", lambda: None)


class DeadlockError(RuntimeError):
    """A thread waits for a lock that it holds itself.

    Examples:
        >>> locks = FairLocks()
        >>> locks.acquire("report")
        True
        >>> try:
        ...     locks.acquire("report")
        ... except DeadlockError as error:
        ...     print(error)
        MainThread would wait for itself: it holds this lock already
    """


class _Turn:
    """One thread's place in a queue; it has a gate once it has to wait."""

    __slots__ = ("gate", "thread")

    gate: threading.Lock
    thread: threading.Thread


def acquire(queues: Queues, key: Hashable, timeout: float | None = None) -> bool:
    """Wait for the lock of a key, and return whether it was had.

    Args:
        queues: Those who share them share the locks.
        key: Which lock.
        timeout: Seconds to wait at most; None for as long as it takes.

    Raises:
        DeadlockError: This thread holds the lock already, and would wait for it.
    """
    turn = _Turn()
    turn.thread = threading.current_thread()
    with _mutex:
        queue = queues.get(key)
        if queue is None:
            if not queues:
                _in_use[id(queues)] = queues
            queues[key] = deque((turn,))
            return True
        queue.append(turn)
        turn.gate = _new_gate()
        turn.gate.acquire()
        holder = queue[0].thread
    if holder is turn.thread:
        if _has_come(queues, key, turn):  # another thread has released it for us meanwhile
            return True
        if timeout == 0:
            return False
        raise DeadlockError(f"{holder.name} would wait for itself: it holds this lock already")
    return _wait(queues, key, turn, timeout)


def release(queues: Queues, key: Hashable) -> None:
    """Give the lock of a key to the next in its queue.

    A lock that was held when this process was forked is not its own: nothing happens, once.

    Raises:
        RuntimeError: Nobody holds it.
    """
    is_another_ready = False
    with _mutex:
        if key in queues:
            is_another_ready = _pass_on(queues, key)
        elif _left.pop((id(queues), key), None) is None:
            raise RuntimeError("This lock is not held, so it cannot be released")
    if is_another_ready:
        _let_it_run()


def hand_on(queues: Queues, key: Hashable) -> bool:
    """Give the lock of a key to the next in its queue; return False, and keep it, without one."""
    with _mutex:
        if len(queues[key]) == 1:
            return False
        _pass_on(queues, key)
    _let_it_run()
    return True


def holder(queues: Queues, key: Hashable) -> str | None:
    """Return the name of the thread that acquired the lock of a key; None if nobody has it."""
    with _mutex:
        queue = queues.get(key)
        return queue[0].thread.name if queue else None


class FairLocks:
    """One lock for each key, held by one user at a time, in the order of asking.

    Args:
        queues: Who has or waits for the lock of which key; those who share it share the locks. It
            is for this class alone to change.

    Examples:
        >>> locks = FairLocks()
        >>> locks.acquire("report", timeout=5), locks.holder("report")
        (True, 'MainThread')
        >>> locks.release("report")
        >>> len(locks)
        0
    """

    def __init__(self, queues: Queues | None = None) -> None:
        self._queues: Queues = {} if queues is None else queues

    def acquire(self, key: Hashable, timeout: float | None = None) -> bool:
        """Wait for the lock of a key, and return whether it was had.

        Args:
            key: Which lock.
            timeout: Seconds to wait at most; None for as long as it takes.

        Raises:
            DeadlockError: This thread holds the lock already, and would wait for it.
        """
        return acquire(self._queues, key, timeout)

    def release(self, key: Hashable) -> None:
        """Give the lock of a key to the next in its queue.

        Raises:
            RuntimeError: Nobody holds it.
        """
        release(self._queues, key)

    def holder(self, key: Hashable) -> str | None:
        """Return the name of the thread that acquired the lock of a key; None if nobody has it."""
        return holder(self._queues, key)

    def __len__(self) -> int:
        return len(self._queues)

    def __contains__(self, key: object) -> bool:
        return key in self._queues

    def __iter__(self) -> Iterator[Hashable]:
        with _mutex:
            return iter(tuple(self._queues))


def _wait(queues: Queues, key: Hashable, turn: _Turn, timeout: float | None) -> bool:
    try:
        had = turn.gate.acquire(timeout=-1 if timeout is None else max(timeout, 0))
    except BaseException:  # of a signal handler: an empty place would block all behind it
        if _has_come(queues, key, turn):
            release(queues, key)
        raise
    return had or _has_come(queues, key, turn)


def _has_come(queues: Queues, key: Hashable, turn: _Turn) -> bool:
    """Give up a place, unless it has become the first one in the same moment."""
    with _mutex:
        queue = queues[key]
        if queue[0] is turn:
            return True
        queue.remove(turn)
        return False


def _pass_on(queues: Queues, key: Hashable) -> bool:
    """Let the next in a queue go on, and return whether there is one."""
    queue = queues[key]
    queue.popleft()
    if queue:
        queue[0].gate.release()
        return True
    del queues[key]
    if not queues:
        _in_use.pop(id(queues), None)
    return False


def _forked() -> None:
    """Leave all locks to the process that has the threads which have them."""
    global _mutex  # noqa: PLW0603 - it may be held by a thread that is not here
    _mutex = threading.Lock()
    for queues in _in_use.values():
        _left.update(((id(queues), key), queues) for key in queues)
        queues.clear()
    _in_use.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
