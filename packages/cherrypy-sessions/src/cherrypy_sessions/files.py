"""Sessions in files, one for each, shared by all processes of a machine.

Unless it is signed, a session is a pickle that is believed: who can write into the directory can
run code in the process that reads it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, ClassVar

from cherrypy_sessions import wholefiles
from cherrypy_sessions.codec import Codec
from cherrypy_sessions.encoded import EncodedSession
from cherrypy_sessions.errors import StoreUnavailable, UnreadableError
from cherrypy_sessions.filelocks import FileLocks
from cherrypy_sessions.ids import is_file_name
from cherrypy_sessions.locking import lock_timeout, seconds
from cherrypy_sessions.pending import PendingWrite
from cherrypy_sessions.rangelocks import file_locks
from cherrypy_sessions.schedule import log
from cherrypy_sessions.session import Session

QUARANTINED = "corrupt-"
IDLE = 60
"""Seconds after which a session counts as unused, and needs no file to write into."""

WINDOWS = sys.platform == "win32"

CLEANED = ".cleaned"
"""The file whose time says when the directory was last cleaned up."""


_codecs: dict[str, dict[Codec, None]] = {}  # by directory, in order: clean-up reads all sessions


class FileSession(EncodedSession):
    """A session that outlives the process.

    Each is a file `session-<id>` in `storage_path`, with the pickled pair of data and expiry.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     session = FileSession(storage_path=directory)
        ...     session["user"] = "bird"
        ...     session.save()
        ...     FileSession(session.id, storage_path=directory)["user"]
        'bird'
    """

    SESSION_PREFIX = "session-"
    LOCK_SUFFIX = ".lock"

    storage_path: str
    """The directory; it has to be there, and should be readable for this user only."""

    fsync: bool = False
    """Whether to wait until a saved session is safe from a power loss."""

    locks: ClassVar[FileLocks] = file_locks()

    _held: str | None = None

    @classmethod
    def setup(cls, **kwargs: Any) -> None:
        """Check the directory before the first session.

        Raises:
            ValueError: `storage_path` is no directory.
        """
        cls.check_options(**kwargs)

    @classmethod
    def check_options(cls, **options: Any) -> None:
        """Check the directory.

        Raises:
            ValueError: `storage_path` is no directory.
        """
        path = options.get("storage_path") or getattr(cls, "storage_path", None)
        if path is None or not os.path.isdir(path):  # noqa: PTH112 - a text all the way
            raise ValueError(f"storage_path has to be a directory that exists, not {path!r}.")
        codec = cls._codec_of(options)
        _codecs.setdefault(os.path.abspath(path), {})[codec] = None  # noqa: PTH100

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:  # noqa: A002 - documented
        if "storage_path" in kwargs:
            path = kwargs["storage_path"]
            if not (isinstance(path, str) and path.startswith(os.sep)):
                kwargs["storage_path"] = os.path.abspath(path)  # noqa: PTH100
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
        if not self.locks.acquire(lock_path, patience, early=path is None and self._may_be_early):
            raise lock_timeout(self.id, self.locks.holder(lock_path), patience)
        if path is None:
            self._held = lock_path
        self.locked: bool = True

    def release_lock(self, path: str | None = None) -> None:
        """Let the next request have the session; do nothing without the lock.

        A subclass that locks files by other means keeps its lock, which has a `close()`, in the
        attribute `lock`.
        """
        if not self.locked:
            return
        other = None if path is None else self._lock_path(path)
        if other is not None and self._held not in {None, other}:  # this session's is kept
            self.locks.release(other)
            return
        self.locked = self._is_latest = False
        own = vars(self).pop("lock", None)
        if own is not None:  # a subclass has taken a lock of its own kind
            own.close()
            return
        held, self._held = self._held, None
        # The id may have become another since.
        self.locks.release(other or held or self._lock_path(None))

    @property
    def _place(self) -> str:
        return self.storage_path

    def clean_up(self) -> None:
        """Remove expired sessions, and what killed processes left; spare those in use.

        It looks at one file after the other, and has the lock of one session at a time.
        """
        now = self.now()
        for entry in self._entries():
            try:
                self._clean(entry.name, entry.path, now)
            except OSError as error:  # somebody else's file must not save all behind it
                log.error("A file of the sessions cannot be cleaned up: %s", error)

    def __len__(self) -> int:
        """Return the number of sessions in the store."""
        return sum(
            entry.name.startswith(self.SESSION_PREFIX) and not entry.name.endswith(self.LOCK_SUFFIX)
            for entry in self._entries()
        )

    def _clean(self, name: str, path: str, now: datetime) -> None:
        if name.startswith(wholefiles.BESIDE + self.SESSION_PREFIX):
            self._remove_spare(path)
        elif not name.startswith(self.SESSION_PREFIX):
            return
        elif name.endswith(self.LOCK_SUFFIX):
            self._remove_lock_file(path)
        elif self._may_have_expired(path):
            self._remove_expired(path, now)

    def _claim_clean_up(self, frequency: float) -> bool:
        marker = os.path.join(self.storage_path, CLEANED)  # noqa: PTH118
        with self._at_once(marker) as had:
            if not had or wholefiles.age(marker) < frequency / 2:
                return False
            os.close(os.open(marker, os.O_WRONLY | os.O_CREAT, 0o600))
            os.utime(marker)
            return True

    def _may_have_expired(self, path: str) -> bool:
        """Return False for what was saved so lately that reading it can be spared."""
        has_own_clock = type(self).now is not Session.now
        return has_own_clock or wholefiles.age(path) >= self.timeout * 60

    def _remove_expired(self, path: str, now: datetime) -> None:
        with self._at_once(path) as had:
            stored = wholefiles.read(path, locked=True) if had else None
            if stored is None:
                return
            try:
                expiration = self._expiration(os.path.basename(path), stored)  # noqa: PTH119
            except UnreadableError as error:
                self._quarantine(path, error)
            else:
                if expiration < now:
                    wholefiles.remove(path)

    def _expiration(self, name: str, stored: bytes) -> datetime:
        """Return the end of a session in this directory, whichever of its users has written it."""
        id_ = name.removeprefix(self.SESSION_PREFIX)
        others = _codecs.get(self.storage_path, {})
        for codec in others:
            with suppress(UnreadableError):
                return codec.decode(id_, stored)[1]
        return self._codec.decode(id_, stored)[1]

    @contextmanager
    def _at_once(self, path: str) -> Iterator[bool]:
        """Have the lock of a file, or say that somebody else has it."""
        lock_path = self._lock_path(path)
        had = self.locks.acquire(lock_path, 0)
        try:
            yield had
        finally:
            if had:
                self.locks.release(lock_path)

    def _remove_spare(self, path: str) -> None:
        if wholefiles.age(path) >= IDLE:
            with self._at_once(wholefiles.place_of(path)) as had:
                if had:
                    wholefiles.unlink(path)

    def _remove_lock_file(self, path: str) -> None:
        has_own_locks = type(self).acquire_lock is not FileSession.acquire_lock
        if not has_own_locks and wholefiles.age(path) >= IDLE:
            self.locks.discard(path)

    def _entries(self) -> "Iterator[os.DirEntry[str]]":
        with os.scandir(self.storage_path) as entries:
            yield from entries

    def _get_file_path(self) -> str:
        return f"{self.storage_path}{os.sep}{self.SESSION_PREFIX}{self._id}"

    def _lock_path(self, path: str | None) -> str:
        return (path or self._get_file_path()) + self.LOCK_SUFFIX

    def _can_be_id(self, candidate: str) -> bool:
        # The lock file of a session whose id ends like one is no session.
        if candidate.endswith(self.LOCK_SUFFIX):
            return False
        prefix = self.SESSION_PREFIX
        if prefix == FileSession.SESSION_PREFIX and not WINDOWS:
            return True
        return is_file_name(f"{prefix}{candidate}", windows=WINDOWS)

    def _exists(self) -> bool:
        return os.access(self._get_file_path(), os.F_OK)

    def _load(self, path: str | None = None) -> tuple[dict[str, Any], datetime] | None:
        if path is not None or self.locked:
            return self._load_alone(path)
        try:
            return self._read(path)
        except UnreadableError:
            # Somebody may have put it aside meanwhile, and written another.
            with self._lock_for_once():
                return self._load_alone(path)

    def _load_alone(self, path: str | None) -> tuple[dict[str, Any], datetime] | None:
        try:
            return self._read(path)
        except UnreadableError as error:
            self._quarantine(path or self._get_file_path(), error)
            return None

    def _read(self, path: str | None) -> tuple[dict[str, Any], datetime] | None:
        stored = self._stored(path)
        if stored is None:
            return None
        found = self._codec.decode(self._id if path is None else self._id_of(path), stored)
        if path is None:
            self._seen = stored
        return found

    def _stored(self, path: str | None) -> bytes | None:
        if self._held is not None and self._held in self.locks.pending:
            handed = self.locks.handed(self._held) if path is None else None
            if handed is not None and self._held == self._lock_path(None):
                return handed
            self._wait_for_writer()
        # What a subclass has locked by itself, another process may be writing.
        locked = self._held is not None or path is not None
        return wholefiles.read(path or self._get_file_path(), locked=locked)

    def _id_of(self, path: str) -> str:
        return os.path.basename(path).removeprefix(self.SESSION_PREFIX)  # noqa: PTH119

    def _save(self, expiration_time: datetime) -> None:
        content = self._encode(expiration_time)
        if self.locked or (self.is_new and not self._is_ended):
            self._write_file(content)
        else:
            with self._lock_for_once():
                self._write_file(content)

    def _save_last(self, expiration_time: datetime) -> None:
        held = self._held
        if held is None or not (self.locks.is_wanted(held) and self._may_hand_on(held)):
            self._save(expiration_time)
            return
        content = self._encode(expiration_time)
        self._settle()
        with PendingWrite(content) as pending:
            # Before it is so: whoever interrupts this must not release what is another's.
            self.locked, self._held = False, None
            if not self.locks.hand_on(held, pending):
                self.locked, self._held = True, held
            self._write_file(content)

    @property
    def _may_be_early(self) -> bool:
        """Whether this one may go on while the thread before writes: it waits where it has to."""
        reads_so = type(self)._load is FileSession._load  # noqa: SLF001
        return reads_so and self._writes_as(FileSession)

    def _may_hand_on(self, held: str) -> bool:
        """Return whether the next thread may go on while this one writes."""
        return held == self._lock_path(None) and self._writes_as(FileSession)

    def _settle(self) -> None:
        """Wait until the thread that had the lock before has written what this one goes on with.

        Raises:
            StoreUnavailable: It could not.
        """
        if not self._wait_for_writer():
            log.error("A session was not saved: that of the request before it could not be.")
            raise StoreUnavailable("The session could not be saved; please try again.")

    def _wait_for_writer(self) -> bool:
        held = self._held
        return held is None or held not in self.locks.pending or self.locks.settle(held)

    def _write_file(self, content: bytes) -> None:
        self._settle()
        wholefiles.write(self._get_file_path(), content, durable=self.fsync)
        self._seen = content

    @contextmanager
    def _lock_for_once(self) -> Iterator[None]:
        self.acquire_lock()
        try:
            yield
        finally:
            self.release_lock()

    def _delete(self) -> None:
        self._wait_for_writer()
        wholefiles.remove(self._get_file_path())

    def _quarantine(self, path: str, error: UnreadableError) -> None:
        """Put a file aside that cannot be read, for somebody to look at."""
        self._wait_for_writer()
        directory, name = os.path.split(path)
        aside = os.path.join(directory, QUARANTINED + name)  # noqa: PTH118
        with suppress(FileNotFoundError):
            os.replace(path, aside)  # noqa: PTH105
            log.error("A session cannot be read, and is now in %s: %s", aside, error)
