"""Sessions in files, one for each, shared by all processes of a machine.

A file is written under another name and then put in its place, so it is whole at any time. It is a
pickle: who can write into the directory can run code in the process that reads it.
"""

import os
import pickle
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from cherrypy_sessions.filelocks import FileLocks
from cherrypy_sessions.locking import Duration, LockTimeout, seconds
from cherrypy_sessions.schedule import log
from cherrypy_sessions.session import Session

UNFINISHED = ".new-"
QUARANTINED = "corrupt-"
ABANDONED = 3600
"""Seconds after which a file that was never put in its place is removed."""

DAMAGED = (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, KeyError)
"""What unpickling raises for damaged data, and for classes that are gone."""


class FileSession(Session):
    """A session that outlives the process.

    Each is a file `session-<id>` in `storage_path`, with the pickled pair of data and expiry.
    """

    SESSION_PREFIX = "session-"
    LOCK_SUFFIX = ".lock"
    pickle_protocol = pickle.HIGHEST_PROTOCOL

    storage_path: str
    """The directory; it has to be there, and should be readable for this user only."""

    lock_timeout: Duration | None = None
    """How long to wait for the lock; None for as long as it takes."""

    fsync: bool = False
    """Whether to wait until a saved session is safe from a power loss."""

    locks: ClassVar[FileLocks] = FileLocks()

    @classmethod
    def setup(cls, **kwargs: Any) -> None:
        """Check the directory before the first session.

        Raises:
            ValueError: `storage_path` is no directory.
        """
        path = kwargs.get("storage_path") or getattr(cls, "storage_path", None)
        if path is None or not Path(path).is_dir():
            raise ValueError(f"storage_path has to be a directory that exists, not {path!r}.")

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:  # noqa: A002 - documented
        if "storage_path" in kwargs:
            kwargs["storage_path"] = os.path.abspath(kwargs["storage_path"])  # noqa: PTH100
        elif not hasattr(self, "storage_path"):
            raise ValueError("A FileSession needs storage_path, the directory of the files.")
        super().__init__(id, **kwargs)

    def acquire_lock(self, path: str | None = None) -> None:
        """Wait until this request has the session to itself.

        Args:
            path: The session's file, if it is another one's.

        Raises:
            LockTimeout: `lock_timeout` is over.
        """
        if self.locked and path is None:
            return
        lock_path = self._lock_path(path)
        patience = None if self.lock_timeout is None else seconds(self.lock_timeout)
        if not self.locks.acquire(lock_path, patience):
            raise LockTimeout(
                f"Timeout acquiring lock for {self.id}: "
                f"{self.locks.holder(lock_path)} held it for {patience} s",
            )
        self.locked = True

    def release_lock(self, path: str | None = None) -> None:
        """Let the next request have the session; do nothing without the lock."""
        if self.locked:
            self.locked = False
            self.locks.release(self._lock_path(path))

    def clean_up(self) -> None:
        """Remove expired sessions, and what killed processes left; spare those in use."""
        now = self.now()
        for path in self._stored_files():
            self._remove_expired(path, now)
        for lock_path in self._files(self.LOCK_SUFFIX):
            if self.locks.acquire(lock_path, 0):
                self.locks.release(lock_path)
        for unfinished in Path(self.storage_path).glob(f"{UNFINISHED}*"):
            with suppress(FileNotFoundError):
                if unfinished.stat().st_mtime < time.time() - ABANDONED:
                    unfinished.unlink()

    def __len__(self) -> int:
        """Return the number of sessions in the store."""
        return sum(1 for _ in self._stored_files())

    def _remove_expired(self, path: str, now: datetime) -> None:
        lock_path = self._lock_path(path)
        if not self.locks.acquire(lock_path, 0):
            return
        try:
            found = self._load(path)
            if found is not None and found[1] < now:
                _unlink(path)
        finally:
            self.locks.release(lock_path)

    def _stored_files(self) -> Iterator[str]:
        return (path for path in self._files() if not path.endswith(self.LOCK_SUFFIX))

    def _files(self, suffix: str = "") -> Iterator[str]:
        for entry in tuple(os.scandir(self.storage_path)):
            if entry.name.startswith(self.SESSION_PREFIX) and entry.name.endswith(suffix):
                yield entry.path

    def _get_file_path(self) -> str:
        return os.path.join(self.storage_path, self.SESSION_PREFIX + self.id)  # noqa: PTH118

    def _lock_path(self, path: str | None) -> str:
        return (path or self._get_file_path()) + self.LOCK_SUFFIX

    def _exists(self) -> bool:
        # The lock file of a session whose id ends like one is no session.
        return not self.id.endswith(self.LOCK_SUFFIX) and os.path.exists(self._get_file_path())  # noqa: PTH110

    def _load(self, path: str | None = None) -> tuple[dict[str, Any], datetime] | None:
        path = path or self._get_file_path()
        try:
            with open(path, "rb") as file:  # noqa: PTH123 - the path is a text all the way
                data, expiration = pickle.load(file)  # noqa: S301 - documented; see the module
        except FileNotFoundError:
            return None
        except (*DAMAGED, TypeError, ValueError):
            self._quarantine(path)
            return None
        return data, expiration

    def _save(self, expiration_time: datetime) -> None:
        content = pickle.dumps((self._data, expiration_time), self.pickle_protocol)
        unfinished = os.path.join(self.storage_path, UNFINISHED + secrets.token_hex(8))  # noqa: PTH118
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                if self.fsync:
                    file.flush()
                    os.fsync(descriptor)
            os.replace(unfinished, self._get_file_path())  # noqa: PTH105
        except BaseException:
            _unlink(unfinished)
            raise

    def _delete(self) -> None:
        _unlink(self._get_file_path())

    def _quarantine(self, path: str) -> None:
        """Put a file aside that cannot be read, for somebody to look at."""
        directory, name = os.path.split(path)
        aside = os.path.join(directory, QUARANTINED + name)  # noqa: PTH118
        with suppress(FileNotFoundError):
            os.replace(path, aside)  # noqa: PTH105
            log.error("A session cannot be read, and is now in %s", aside, exc_info=True)


def _unlink(path: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108
