"""Locks between threads and between processes that are bytes of one file for each directory.

To make and remove a file for each lock costs more. The files stay open, too, for the directories
used most lately. The locks belong to the open file, so within a process only the queues of threads
keep two from the same byte.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from cherrypy_sessions import kernel
from cherrypy_sessions.filelocks import FileLocks, is_at, opened

TABLE = ".locks"
"""The file whose bytes are the locks of a directory."""

NAMES: Final = 1 << 16
"""How many holders' names have room at the beginning of that file."""

NAME: Final = 8

TABLES: Final = 16
"""How many directories' files stay open while nobody has a lock there."""

CHECKED: Final = 1.0
"""Seconds for which such a file is believed to be in its directory still."""


class _Table:
    """The file of a directory's locks, open for all who need it."""

    __slots__ = ("checked", "descriptor", "file", "users")

    def __init__(self, file: str) -> None:
        self.file = file
        self.descriptor = opened(file)
        self.users = 0
        self.checked = time.monotonic()

    def is_there(self) -> bool:
        """Return whether it still has its name; for a second, believe the last look."""
        now = time.monotonic()
        if now - self.checked > CHECKED:
            if not is_at(self.descriptor, self.file):
                return False
            self.checked = now
        return True


class RangeLocks(FileLocks):
    """One lock for each path, for all processes of this machine: a byte of a file, which stays.

    Who has a lock stands at the beginning of that file, for the errors of those who wait in vain.
    """

    def discard(self, path: str) -> None:
        """Remove the lock file that somebody left, unless a lock of another kind is on it."""
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR)
            try:
                kernel.lock(descriptor, wait=False)
                os.unlink(path)  # noqa: PTH108
                kernel.unlock(descriptor)
            finally:
                os.close(descriptor)

    def _begin(self) -> None:
        super()._begin()
        self._opening = threading.Lock()
        self._tables: dict[str, _Table] = {}

    def _descriptors(self) -> set[int]:
        tables = {lock for lock, _ in self._held.values()} | {*self._tables.values()}
        return {table.descriptor for table in tables}

    def _try(self, path: str, *, wait: bool) -> Any:
        number, file = _number(path), _table_file(path)
        while True:
            table = self._enter(file)
            try:
                kernel.lock_byte(table.descriptor, _position(number), wait=wait)
                if table.is_there():
                    _sign(table.descriptor, number)
                    return table
                self._replace(table)
            except BaseException as error:
                self._unlock(path, table)
                if isinstance(error, BlockingIOError):
                    return None
                raise
            self._unlock(path, table)

    def _unlock(self, path: str, lock: Any) -> None:
        kernel.unlock_byte(lock.descriptor, _position(_number(path)))
        self._leave(lock)

    def _enter(self, file: str) -> _Table:
        with self._opening:
            table = self._tables.get(file)
            if table is None:
                self._close_idle()
                table = self._tables[file] = _Table(file)
            table.users += 1
            return table

    def _leave(self, table: _Table) -> None:
        with self._opening:
            table.users -= 1
            if not table.users and self._tables.get(table.file) is not table:
                os.close(table.descriptor)

    def _replace(self, table: _Table) -> None:
        """Have another one opened for whoever comes now; those who have locks keep this one."""
        with self._opening:
            if self._tables.get(table.file) is table:
                del self._tables[table.file]

    def _close_idle(self) -> None:
        """Make room for another table."""
        for file, table in tuple(self._tables.items()):
            if len(self._tables) < TABLES:
                return
            if not table.users:
                del self._tables[file]
                os.close(table.descriptor)

    def _process(self, path: str) -> int | None:
        number = _number(path)
        with suppress(OSError), open(_table_file(path), "rb") as file:  # noqa: PTH123
            file.seek(_place(number))
            name = file.read(NAME)
            process = int.from_bytes(name[:4], "little")
            if name[4:] == _mark(number) and process != os.getpid():
                is_locked = kernel.is_byte_locked(file.fileno(), _position(number))
                return process if is_locked else None
        return None


def file_locks() -> FileLocks:
    """Return locks of the kind that costs least on this system."""
    is_linux = sys.platform == "linux" and sys.maxsize > 1 << 32
    return RangeLocks() if is_linux else FileLocks()


def _sign(descriptor: int, number: int) -> None:
    name = os.getpid().to_bytes(4, "little") + _mark(number)
    with suppress(OSError):  # a full disk makes no lock less good
        if os.pread(descriptor, NAME, _place(number)) != name:  # which costs less than writing
            os.pwrite(descriptor, name, _place(number))


@lru_cache(maxsize=1024)
def _number(path: str) -> int:
    """Return the number of a path in its directory, of 64 bits."""
    name = os.fsencode(os.path.basename(path))  # noqa: PTH119
    return int.from_bytes(blake2b(name, digest_size=8).digest(), "little")


@lru_cache(maxsize=64)
def _table_file(path: str) -> str:
    directory, slash, _ = path.rpartition(os.sep)
    return f"{directory}{slash}{TABLE}"


def _position(number: int) -> int:
    """Return the byte that is the lock."""
    return (NAMES * NAME) | number >> 2


def _place(number: int) -> int:
    """Return where the name of the holder stands."""
    return number % NAMES * NAME


def _mark(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "little")
