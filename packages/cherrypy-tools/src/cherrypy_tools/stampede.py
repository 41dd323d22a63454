"""Let one thread make a value while everybody else who wants it waits: `AntiStampedeCache`.

Every look at the dictionary and every change of it happens under one lock, and whoever takes a
sentinel away wakes those who wait for it: nobody polls.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

log: logging.Logger = logging.getLogger(__name__)


class Pending:
    """The sentinel that stands for a value that a thread is about to make."""

    __slots__ = ("owner",)

    def __init__(self) -> None:
        self.owner: int = threading.get_ident()


class AntiStampedeCache(dict["Hashable", Any]):
    """The kept responses of one address, or anything else that is expensive to make.

    Args:
        lock: A reentrant lock to share with others; one of its own by default.

    Attributes:
        selecting_headers: The request fields by which the responses differ; their values, in this
            order, are the keys.
        generation: A number that changes when what is being waited for will not come.
        waiting: How many threads wait.

    Examples:
        >>> cache = AntiStampedeCache()
        >>> cache.wait("report") is None  # so this thread makes it, and others wait
        True
        >>> cache["report"] = "made once"
        >>> cache.wait("report")
        'made once'
    """

    def __init__(self, lock: threading.RLock | None = None) -> None:
        super().__init__()
        self._changed = threading.Condition(lock)
        self.selecting_headers: tuple[str, ...] = ()
        self.generation: int = 0
        self.waiting: int = 0

    def __setitem__(self, key: Hashable, value: Any) -> None:
        """Set a value, and wake those who wait for it."""
        with self._changed:
            super().__setitem__(key, value)
            self._changed.notify_all()

    def wait(self, key: Hashable, timeout: float | None = 5, debug: bool = False) -> Any:
        """Return the value for `key`, or None to a caller who is to make it.

        A caller who gets None has to set the value, or call `release`, or the others wait in vain.

        Args:
            key: What is wanted.
            timeout: How many seconds to wait for a value that another thread is making. With None
                nobody waits, and nobody is made to wait.
            debug: Report the decision at INFO.
        """
        with self._changed:
            if timeout is None:
                return self._made(key)
            generation = self.generation
            if self._is_made_elsewhere(key):
                trace(log, debug, "waiting %s seconds for %r", timeout, key)
                self._wait(key, timeout, generation)
            value = self._made(key)
            if value is None and generation == self.generation:
                super().__setitem__(key, Pending())
            trace(log, debug, "%r is %s", key, "to be made" if value is None else "there")
            return value

    def release(self, key: Hashable) -> bool:
        """Let another thread make the value; tell whether it was this thread's to make."""
        with self._changed:
            value = self.get(key)
            if not isinstance(value, Pending) or value.owner != threading.get_ident():
                return False
            del self[key]
            self._changed.notify_all()
            return True

    def reset(self, selecting_headers: tuple[str, ...] = ()) -> None:
        """Forget everything; those who wait get None and are to look again."""
        with self._changed:
            self.clear()
            self.selecting_headers = selecting_headers
            self.generation += 1
            self._changed.notify_all()

    def key_for(self, headers: Mapping[str, str]) -> tuple[str | None, ...]:
        """Return the key of the response to a request with these fields (RFC 9111, 4.1)."""
        return key_for(self.selecting_headers, headers)

    def _made(self, key: Hashable) -> Any:
        value = self.get(key)
        return None if isinstance(value, Pending) else value

    def _is_made_elsewhere(self, key: Hashable) -> bool:
        """Tell whether another thread makes the value: nobody waits for oneself."""
        value = self.get(key)
        return isinstance(value, Pending) and value.owner != threading.get_ident()

    def _wait(self, key: Hashable, timeout: float, generation: int) -> None:
        deadline = time.monotonic() + timeout
        self.waiting += 1
        try:
            while self._is_made_elsewhere(key) and generation == self.generation:
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    break
                self._changed.wait(remaining)
        finally:
            self.waiting -= 1


def key_for(names: tuple[str, ...], headers: Mapping[str, str]) -> tuple[str | None, ...]:
    """Return what tells the variants of a resource apart (RFC 9111, 4.1).

    Fields that differ in white space only are the same; an absent one is not an empty one.
    """
    if not names:
        return ()
    return tuple(_normal(headers.get(name)) for name in names)


def _normal(value: str | None) -> str | None:
    if value is None or "," not in value:
        return value and value.strip()
    return ",".join(part.strip() for part in value.split(","))
