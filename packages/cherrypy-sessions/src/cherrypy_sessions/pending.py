"""A write that goes on though the lock which it needs has gone to the next thread already.

The next thread is handed what is being written, and so waits for no disk. It writes nothing itself
before that is written, and nothing at all if that could not be: nobody is told that something was
saved which follows from what was not. Databases call this early lock release.
"""

import threading
from types import TracebackType
from typing import Self


class PendingWrite:
    """What a thread writes, as a context manager that is left when it is written, or cannot be.

    Args:
        content: What is being written.
    """

    __slots__ = ("_going_on", "content", "has_failed")

    def __init__(self, content: bytes) -> None:
        self.content: bytes = content
        self.has_failed: bool = False
        self._going_on = threading.Lock()

    def __enter__(self) -> Self:
        self._going_on.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.has_failed = kind is not None
        self._going_on.release()

    def wait(self) -> bool:
        """Wait for the end, and return whether it is written."""
        with self._going_on:
            return not self.has_failed
