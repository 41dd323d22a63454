"""Sessions that were not read with their lock: what others have saved since stays.

Whoever has read a session with its lock knows what is stored. Whoever has not, has the lock for the
moment of writing at least, reads what is stored by then, and changes in that only what it has
changed itself, key by key.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, NamedTuple

from cherrypy_sessions.errors import SessionEndedError
from cherrypy_sessions.locking import Duration, LockTimeout
from cherrypy_sessions.locks import DeadlockError
from cherrypy_sessions.session import Session


class Changes(NamedTuple):
    """What a request has changed.

    Attributes:
        written: New and other values.
        removed: Keys.
    """

    written: dict[str, Any]
    removed: set[str]

    @classmethod
    def between(
        cls, before: dict[str, Any], now: dict[str, Any], alike: Callable[[Any, Any], bool]
    ) -> "Changes":
        """Return what makes one dict another."""
        written = {
            key: value
            for key, value in now.items()
            if key not in before or not alike(before[key], value)
        }
        return cls(written, before.keys() - now.keys())

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)

    def over(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return other data with the same changes."""
        kept = {key: value for key, value in data.items() if key not in self.removed}
        return kept | self.written


class MergingSession(Session):
    """The base of the stores that can tell what a request has changed."""

    lock_timeout: Duration | None = None
    """How long to wait for the lock; None for as long as it takes."""

    _of_request: ClassVar[tuple[str, ...]] = ("_seen", "_held")
    _of_lock: ClassVar[tuple[str, ...]] = ("_held",)
    _seen: Any = None  # what the store had when this request last read or wrote it, as it has it

    def _seen_data(self) -> dict[str, Any] | None:
        """Return the data of `_seen`; None if they are not known."""
        raise NotImplementedError

    def _alike(self, one: Any, other: Any) -> bool:
        """Return whether two values would be stored as the same."""
        raise NotImplementedError

    def load_again(self) -> None:
        """Read what others have saved since the data were loaded; keep what this request wrote."""
        changes = self._own_changes()
        if changes is None:
            super().load_again()
            return
        self.load()
        if changes:
            self._data = changes.over(self._data)
            self.changed = True

    def delete(self) -> None:
        """Remove the session from the store, once nobody else has its lock.

        Who has it would save the session when its request ends, and so revive it.

        Raises:
            ReadOnlySessionError: Nothing may be changed.
        """
        self._leave_lock_of_parent()
        if self.locked or self.is_new or self.readonly:
            super().delete()
            return
        self.acquire_lock()
        try:
            super().delete()
        finally:
            self.release_lock()

    def _own_changes(self) -> Changes | None:
        before = self._seen_data()
        return None if before is None else Changes.between(before, self._data, self._alike)

    def _save_late(self, expiration_time: datetime) -> None:
        if self.is_new:  # it was deleted, and others may know its id
            self.acquire_lock()
            self._save_last(expiration_time)
            return
        changes = self._own_changes()
        if changes is None:  # a subclass reads and writes by other means
            super()._save_late(expiration_time)
        else:
            self._merge(changes, expiration_time)

    def _merge(self, changes: Changes, expiration_time: datetime) -> None:
        if changes:
            self.acquire_lock()
        elif not (self.locked or self._try_lock()):  # who has it will save the session
            return
        found = self._load()
        if found is not None:
            self._data = changes.over(found[0])
            self._save_last(expiration_time)
        elif changes:
            raise SessionEndedError

    def _move_late(self, new: str) -> None:
        changes = self._own_changes()
        if changes is None:
            super()._move_late(new)
            return
        was_locked = self.locked
        self.acquire_lock()
        try:
            found = self._load()
            if found is None:  # as if it had been loaded by now
                self._data = changes.over({})
                self.is_new: bool = True
                self.changed: bool = bool(changes)
            else:
                self._data = changes.over(found[0])
                self._move_data(new)
        except BaseException:
            self._seen = None  # it may belong to either id
            raise
        finally:
            if not was_locked:
                self.release_lock()

    def _try_lock(self) -> bool:
        patience, self.lock_timeout = self.lock_timeout, 0
        try:
            self.acquire_lock()
        except (LockTimeout, DeadlockError):
            return False
        finally:
            self.lock_timeout = patience
        return True
