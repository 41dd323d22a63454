"""Sessions in the memory of one process.

What is stored is a copy, as in any other store: nobody changes a session without saving it. Only
what cannot be copied, such as a lock or an open file, is stored as it is.
"""

import os
import threading
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

from cherrypy_sessions.locking import lock_timeout, seconds
from cherrypy_sessions.locks import acquire, holder, release
from cherrypy_sessions.merging import MergingSession

_UNCHANGING: Final = frozenset(
    {type(None), bool, int, float, complex, str, bytes, date, datetime, time, timedelta, Decimal}
)


class RamSession(MergingSession):
    """A session that lives as long as the process.

    What is stored, and what is loaded, are copies (`copy.deepcopy`), but for values that cannot be
    copied: those are shared by all requests of the session.

    Examples:
        >>> session = RamSession()
        >>> session["user"] = "bird"
        >>> session.save()
        >>> again = RamSession(session.id)
        >>> again["user"]
        'bird'
        >>> again.delete()
    """

    locks_new: ClassVar[bool] = False

    cache: ClassVar[dict[str, tuple[dict[str, Any], datetime]]] = {}
    """Data and time of expiry, by id."""

    locks: ClassVar[dict[str, Any]] = {}
    """Who has or waits for the lock of which session; empty while nobody does."""

    _held: str | None = None

    # Taken for single steps, so that a clean-up removes nothing that was saved since it looked.
    _changing: ClassVar[threading.Lock] = threading.Lock()

    def acquire_lock(self) -> None:
        """Wait until this request has the session to itself; who asks first has it first.

        Raises:
            LockTimeout: `lock_timeout` is over.
            DeadlockError: This thread holds the lock already, for another request.
        """
        if self.locked:
            return
        patience = None if self.lock_timeout is None else seconds(self.lock_timeout)
        if not acquire(self.locks, self._id, patience):
            raise lock_timeout(self._id, holder(self.locks, self._id), patience)
        self._held = self._id
        self.locked: bool = True

    def release_lock(self) -> None:
        """Let the next request have the session; do nothing without the lock."""
        if self.locked:
            self.locked = self._is_latest = False
            release(self.locks, self._held)

    def clean_up(self) -> None:
        """Remove expired sessions, one after the other."""
        now = self.now()
        for id_ in list(self.cache):  # at once; a hundred thousand keys take some milliseconds
            entry = self.cache.get(id_)
            if entry is not None and entry[1] < now:
                self._remove(id_, entry)

    def __len__(self) -> int:
        """Return the number of sessions in the store."""
        return len(self.cache)

    def _remove(self, id_: str, entry: tuple[dict[str, Any], datetime]) -> None:
        with self._changing:
            if self.cache.get(id_) is entry:
                del self.cache[id_]

    def _exists(self) -> bool:
        entry = self.cache.get(self._id)
        return entry is not None and entry[1] >= self.now()

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        self._seen = entry = self.cache.get(self._id)
        return None if entry is None else (_copied(entry[0]), entry[1])

    def _save(self, expiration_time: datetime) -> None:
        entry = (_copied(self._data), expiration_time)
        with self._changing:
            self.cache[self._id] = entry
        self._seen = entry

    def _delete(self) -> None:
        with self._changing:
            self.cache.pop(self._id, None)

    def _seen_data(self) -> dict[str, Any] | None:
        return None if self._seen is None else self._seen[0]

    def _alike(self, one: Any, other: Any) -> bool:
        try:
            return one is other or (type(one) is type(other) and bool(one == other))
        except Exception:  # noqa: BLE001 - a value may compare itself in any way
            return False


def _copied(data: dict[str, Any]) -> dict[str, Any]:
    for value in data.values():
        if type(value) not in _UNCHANGING:
            break
    else:
        return data.copy()
    try:
        return deepcopy(data)
    except Exception:  # noqa: BLE001 - a value may refuse in any way
        return {key: _copy_if_possible(value) for key, value in data.items()}


def _copy_if_possible(value: Any) -> Any:
    try:
        return deepcopy(value)
    except Exception:  # noqa: BLE001
        return value


def _forked() -> None:
    """Begin anew with what a thread may have held that is not in this process."""
    RamSession._changing = threading.Lock()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
