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
from typing import Any, Final, NamedTuple

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
        _slot.cache_clear()  # the names in it are those of this process

    def _descriptors(self) -> set[int]:
        tables = {tenure.lock for tenure in self._held.values()} | {*self._tables.values()}
        return {table.descriptor for table in tables}

    def _try(self, path: str, *, wait: bool) -> Any:
        slot = _slot(path)
        while True:
            table = self._enter(slot.file)
            try:
                kernel.lock_byte(table.descriptor, slot.byte, wait=wait)
                if table.is_there():
                    _sign(table.descriptor, slot)
                    return table
                self._replace(table)
            except BaseException as error:
                self._unlock(path, table)
                if isinstance(error, BlockingIOError):
                    return None
                raise
            self._unlock(path, table)

    def _unlock(self, path: str, lock: Any) -> None:
        kernel.unlock_byte(lock.descriptor, _slot(path).byte)
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
        slot = _slot(path)
        with suppress(OSError), open(slot.file, "rb") as file:  # noqa: PTH123
            file.seek(slot.place)
            name = file.read(NAME)
            is_of_another = name != slot.name and name[4:] == slot.name[4:]
            if is_of_another and kernel.is_byte_locked(file.fileno(), slot.byte):
                return int.from_bytes(name[:4], "little")
        return None


def file_locks() -> FileLocks:
    """Return locks of the kind that costs least on this system."""
    is_linux = sys.platform == "linux" and sys.maxsize > 1 << 32
    return RangeLocks() if is_linux else FileLocks()


class _Slot(NamedTuple):
    """Where the lock of a path is.

    Attributes:
        file: In which file.
        byte: The byte that is the lock.
        place: Where the name of its holder stands.
        name: The name of this process, and half a name of the path.
    """

    file: str
    byte: kernel.Byte
    place: int
    name: bytes


@lru_cache(maxsize=1024)
def _slot(path: str) -> _Slot:
    directory, slash, name = path.rpartition(os.sep)
    digest = blake2b(os.fsencode(name), digest_size=8).digest()
    number = int.from_bytes(digest, "little")
    return _Slot(
        file=f"{directory}{slash}{TABLE}",
        byte=kernel.byte((NAMES * NAME) | number >> 2),
        place=number % NAMES * NAME,
        name=os.getpid().to_bytes(4, "little") + digest[:4],
    )


def _sign(descriptor: int, slot: _Slot) -> None:
    try:
        if os.pread(descriptor, NAME, slot.place) != slot.name:  # which costs less than writing
            os.pwrite(descriptor, slot.name, slot.place)
    except OSError:  # a full disk makes no lock less good
        return
