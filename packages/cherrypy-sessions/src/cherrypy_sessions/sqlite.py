"""Sessions in one SQLite database, shared by the processes of one machine.

The lock of a session is one of the operating system's, on a file beside the database: it ends with
its process, and who waits for it sleeps. A lock of the database would keep out all other sessions.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Final
from weakref import WeakSet

from cherrypy_sessions.encoded import EncodedSession
from cherrypy_sessions.errors import StoreUnavailable
from cherrypy_sessions.filelocks import FileLocks
from cherrypy_sessions.locking import lock_timeout, seconds
from cherrypy_sessions.rangelocks import file_locks
from cherrypy_sessions.schedule import log

PATIENCE: Final = 5.0
"""Seconds to wait for the database, which is locked for single statements only."""

BATCH: Final = 500
"""Sessions that are removed in one step."""

TABLES: Final = """
CREATE TABLE IF NOT EXISTS cherrypy_sessions (
    id TEXT PRIMARY KEY, expires TEXT NOT NULL, content BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cherrypy_sessions_expires ON cherrypy_sessions (expires);
CREATE TABLE IF NOT EXISTS cherrypy_sessions_cleaned (at REAL NOT NULL);
INSERT INTO cherrypy_sessions_cleaned SELECT 0
    WHERE NOT EXISTS (SELECT 1 FROM cherrypy_sessions_cleaned);
"""

PUT: Final = "INSERT OR REPLACE INTO cherrypy_sessions (id, expires, content) VALUES (?, ?, ?)"
REMOVE: Final = "DELETE FROM cherrypy_sessions WHERE id = ?"
REMOVE_EXPIRED: Final = """
DELETE FROM cherrypy_sessions WHERE id IN (
    SELECT id FROM cherrypy_sessions WHERE expires < ? ORDER BY expires LIMIT ?
)
"""


class _Connection(sqlite3.Connection):
    """A connection that is closed with the thread that it belongs to.

    Never in a process that was forked: there it must not even be closed, and stays for ever.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        with _changing:
            _all.add(self)

    def __del__(self) -> None:
        self.close()


_all: WeakSet[_Connection] = WeakSet()
_of_parent: Final[list[_Connection]] = []
_changing: Final = threading.Lock()  # held over a fork, too


def _hold() -> None:
    """Keep what the threads have that a process which is forked now has not."""
    _changing.acquire()
    _of_parent.extend(_all)


def _let_go() -> None:
    _of_parent.clear()
    _changing.release()


def _hold_for_ever() -> None:
    from ctypes import py_object, pythonapi  # noqa: PLC0415 - few programs fork

    for connection in _of_parent:
        pythonapi.Py_IncRef(py_object(connection))  # also when the interpreter ends
    _all.clear()
    _let_go()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_hold_for_ever)


class _Connections(threading.local):
    """The connections of a thread, by database; a process that was forked begins anew."""

    def __init__(self) -> None:
        self._process = 0
        self._open: dict[str, sqlite3.Connection] = {}

    def to(self, path: str) -> sqlite3.Connection:
        """Return the connection of this thread to a database."""
        if self._process != os.getpid():
            self._process, self._open = os.getpid(), {}
        if path not in self._open:
            self._open[path] = _connect(path)
        return self._open[path]


def _connect(path: str) -> sqlite3.Connection:
    if not os.path.exists(path):  # noqa: PTH110 - a text all the way
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    # A thread's own things may be taken down by another one.
    connection = sqlite3.connect(
        path,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
        factory=_Connection,
    )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.executescript(TABLES)
    return connection


class SQLiteSession(EncodedSession):
    """A session in an SQLite database.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     session = SQLiteSession(database=f"{directory}/sessions.db")
        ...     session["user"] = "bird"
        ...     session.save()
        ...     SQLiteSession(session.id, database=f"{directory}/sessions.db")["user"]
        'bird'
    """

    database: str
    """The path of the database, which is made if it is not there; its directory has to be."""

    locks: ClassVar[FileLocks] = file_locks()

    _connections: ClassVar[_Connections] = _Connections()
    _held: str | None = None

    @classmethod
    def check_options(cls, **options: Any) -> None:
        """Check the database, and make it if it is not there.

        Raises:
            ValueError: `database` is missing, or not where a database can be.
        """
        path = options.get("database") or getattr(cls, "database", None)
        if path is None:
            raise ValueError("An SQLiteSession needs database, the path of a file.")
        try:
            _connect(os.path.abspath(path)).close()  # noqa: PTH100
        except (OSError, sqlite3.Error) as error:
            raise ValueError(
                f"database has to be the path of a database: {path!r}: {error}"
            ) from error

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:  # noqa: A002 - documented
        if "database" in kwargs:
            kwargs["database"] = os.path.abspath(kwargs["database"])  # noqa: PTH100
        elif not hasattr(self, "database"):
            raise ValueError("An SQLiteSession needs database, the path of a file.")
        super().__init__(id, **kwargs)

    def acquire_lock(self) -> None:
        """Wait until this request has the session to itself.

        Raises:
            LockTimeout: `lock_timeout` is over.
            DeadlockError: This thread has the lock already, for another request.
        """
        if self.locked:
            return
        name = sha256(self._id.encode()).hexdigest()[:32]
        path = f"{self.database}-{name}.lock"
        patience = None if self.lock_timeout is None else seconds(self.lock_timeout)
        if not self.locks.acquire(path, patience):
            raise lock_timeout(self._id, self.locks.holder(path), patience)
        self._held, self.locked = path, True

    def release_lock(self) -> None:
        """Let the next request have the session; do nothing without the lock."""
        if self.locked and self._held is not None:
            self.locked: bool = False
            self._is_latest = False
            self.locks.release(self._held)

    @property
    def _place(self) -> str:
        return self.database

    def clean_up(self) -> None:
        """Remove expired sessions, some at a time."""
        removed = BATCH
        while removed == BATCH:
            with self._connected() as connection:
                removed = connection.execute(REMOVE_EXPIRED, (_text(self.now()), BATCH)).rowcount

    def __len__(self) -> int:
        """Return the number of sessions in the store."""
        with self._connected() as connection:
            found = connection.execute("SELECT count(*) FROM cherrypy_sessions")
            number: int = found.fetchone()[0]
            return number

    def _claim_clean_up(self, frequency: float) -> bool:
        now = time.time()
        with self._connected() as connection:
            claim = "UPDATE cherrypy_sessions_cleaned SET at = ? WHERE at < ?"
            return connection.execute(claim, (now, now - frequency / 2)).rowcount == 1

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connections.to(self.database)
        except sqlite3.Error as error:
            log.error("The sessions in %s cannot be reached: %s", self.database, error)
            raise StoreUnavailable from error

    def _exists(self) -> bool:
        return self._row("1") is not None

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        row = self._row("content")
        return None if row is None else self._decode(row[0])

    def _row(self, columns: str) -> Any:
        query = f"SELECT {columns} FROM cherrypy_sessions WHERE id = ?"  # noqa: S608 - ours
        with self._connected() as connection:
            return connection.execute(query, (self._id,)).fetchone()

    def _save(self, expiration_time: datetime) -> None:
        row = (self._id, _text(expiration_time), self._encode(expiration_time))
        with self._connected() as connection:
            connection.execute(PUT, row)
        self._seen = row[2]

    def _move_data(self, new: str) -> None:
        if not self._writes_as(SQLiteSession):
            super()._move_data(new)
            return
        old, expiration = self._id, self._next_expiration()
        try:
            self._id = new
            row = (new, _text(expiration), self._encode(expiration))
        finally:
            self._id = old
        with self._connected() as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(PUT, row)
            connection.execute(REMOVE, (old,))
        self._seen = row[2]

    def _delete(self) -> None:
        with self._connected() as connection:
            connection.execute(REMOVE, (self._id,))


def _text(moment: datetime) -> str:
    """Return a time as text whose order is that of the times, as long as all have one zone."""
    return moment.isoformat(" ", "microseconds")
