"""Locks that a store forgets after a while, extended for as long as somebody has them.

One thread extends all of a process; it is there while there are any, and a little longer, so that
a request costs no thread. Those that are in one place are extended in one step: a thousand locks
of a server that is slow take no longer than one.
"""

import os
import threading
import weakref
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from cherrypy_sessions.schedule import log

THIRD: Final = 3
"""How often a lock is extended in the time after which it would end."""


Extend: TypeAlias = Callable[[Sequence[Any]], Sequence[bool]]
"""Extends several locks, and returns which of them had not been lost."""


class _Lease(NamedTuple):
    """A lock.

    Attributes:
        owner: Who has it.
        extend: Extends it, with others that have an equal one.
        what: What that is told of it.
        pause: After how many seconds.
    """

    owner: "weakref.ref[object]"
    extend: Extend
    what: Any
    pause: float


class Leases:
    """The locks of this process that have to be extended."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held: dict[str, _Lease] = {}
        self._thread: threading.Thread | None = None
        self._pause = float("inf")
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_anew)

    def keep(self, token: str, owner: object, extend: Extend, what: Any, expiry: float) -> None:
        """Extend a lock again and again, until it is dropped.

        Args:
            token: Which lock.
            owner: Who has it; once it is no more, nobody will ever release the lock.
            extend: Extends it, with all others that have an equal one.
            what: What that is told of this lock.
            expiry: After how many seconds it would end.
        """
        with self._changed:
            self._held[token] = _Lease(weakref.ref(owner), extend, what, expiry / THIRD)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="session locks", daemon=True)
                self._thread.start()
            elif expiry / THIRD < self._pause:
                self._changed.notify()

    def drop(self, token: str) -> None:
        """Extend a lock no longer."""
        with self._changed:
            self._held.pop(token, None)

    def __contains__(self, token: object) -> bool:
        return token in self._held

    def __len__(self) -> int:
        return len(self._held)

    def _run(self) -> None:
        while self._wait():
            for extend, locks in self._groups().items():
                self._extend(extend, locks)

    def _groups(self) -> dict[Extend, dict[str, Any]]:
        """Return what there is to extend, and how."""
        groups: dict[Extend, dict[str, Any]] = {}
        for token, lease in tuple(self._held.items()):
            if lease.owner() is None:
                self.drop(token)
            else:
                groups.setdefault(lease.extend, {})[token] = lease.what
        return groups

    def _wait(self) -> bool:
        """Wait until locks have to be extended; return False if there are none any more."""
        with self._changed:
            while True:
                if not self._held:
                    self._thread = None
                    return False
                self._pause = min(lease.pause for lease in self._held.values())
                if not self._changed.wait(self._pause):
                    return True

    def _extend(self, extend: Extend, locks: dict[str, Any]) -> None:
        try:
            are_ours = extend(tuple(locks.values()))
        except Exception as error:  # noqa: BLE001 - the next time may be a better one
            log.warning("The lock of a session could not be extended: %s", error)
            return
        for token, is_ours in zip(locks, are_ours, strict=True):
            if not is_ours and token in self._held:
                self.drop(token)
                log.error("The lock of a session was lost while its request was running.")

    def _begin_anew(self) -> None:
        """Forget, in a process that was forked, what the other one has."""
        self._changed = threading.Condition()
        self._held = {}
        self._thread = None


def alone(extend: Callable[[], bool]) -> Extend:
    """Return what extends one lock, and no other with it."""
    return lambda _: (extend(),)


leases: Final = Leases()
"""Those of this process."""
