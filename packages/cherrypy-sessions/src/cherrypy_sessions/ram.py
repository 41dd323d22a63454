"""Sessions in the memory of one process.

What is stored is a copy, as in any other store: nobody changes a session without saving it.
"""

import threading
from datetime import datetime
from typing import Any, ClassVar

from cherrypy_sessions.locking import Duration, lock_timeout, seconds
from cherrypy_sessions.locks import acquire, holder, release
from cherrypy_sessions.session import Session


class RamSession(Session):
    """A session that lives as long as the process."""

    locks_new: ClassVar[bool] = False

    cache: ClassVar[dict[str, tuple[dict[str, Any], datetime]]] = {}
    """Data and time of expiry, by id."""

    locks: ClassVar[dict[str, Any]] = {}
    """Who has or waits for the lock of which session; empty while nobody does."""

    lock_timeout: Duration | None = None
    """How long to wait for the lock; None for as long as it takes."""

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
        self.locked = True

    def release_lock(self) -> None:
        """Let the next request have the session; do nothing without the lock."""
        if self.locked:
            self.locked = False
            release(self.locks, self._held)

    def clean_up(self) -> None:
        """Remove expired sessions."""
        now = self.now()
        for id_, entry in tuple(self.cache.items()):
            if entry[1] < now:
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
        return self.cache.get(self._id)

    def _save(self, expiration_time: datetime) -> None:
        with self._changing:
            self.cache[self._id] = (dict(self._data), expiration_time)

    def _delete(self) -> None:
        with self._changing:
            self.cache.pop(self._id, None)
