"""Locks between threads and between processes that are bytes of one file for each directory.

To make and remove a file for each lock costs more. The files stay open, too, for the directories
used most lately. The locks belong to the open file, so within a process only the queues of threads
keep two from the same byte.

Beside the byte of each lock is another one, its door: who has to wait for the lock waits with that
locked, and nobody takes the lock who finds the door so. Thus a process that has the lock again and
again knows of another one that waits, and does not get in before it.
"""

import os
import sys
import threading
import time
from contextlib import suppress
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, Final, NamedTuple

from cherrypy_sessions import kernel
from cherrypy_sessions.filelocks import FileLocks, is_at, lock_until, opened

TABLE = ".locks"
"""The file whose bytes are the locks of a directory."""

NAMES: Final = 1 << 16
"""How many holders' names have room at the beginning of that file."""

NAME: Final = 8

TABLES: Final = 16
"""How many directories' files stay open while nobody has a lock there."""

NEXT_PAUSE: Final = 0.005
"""Seconds between two attempts, at most, of who is next: the lock may be free all the time."""

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

    def _is_awaited(self, path: str, lock: Any) -> bool:
        return kernel.is_byte_locked(lock.descriptor, _slot(path).door)

    def _take(self, path: str, deadline: float | None) -> Any:
        slot = _slot(path)
        while True:
            table = self._enter(slot.file)
            try:
                had = _lock(table.descriptor, slot, deadline)
                if had and table.is_there():
                    _sign(table.descriptor, slot)
                    return table
                if had:
                    self._replace(table)
            except BaseException:
                self._unlock(path, table)
                raise
            self._unlock(path, table)
            if not had:
                return None

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
        door: The byte that is locked by who is next.
        place: Where the name of its holder stands.
        name: The name of this process, and half a name of the path.
    """

    file: str
    byte: kernel.Byte
    door: kernel.Byte
    place: int
    name: bytes


@lru_cache(maxsize=1024)
def _slot(path: str) -> _Slot:
    directory, slash, name = path.rpartition(os.sep)
    digest = blake2b(os.fsencode(name), digest_size=8).digest()
    number = int.from_bytes(digest, "little")
    position = (NAMES * NAME) | number >> 2 & ~1
    return _Slot(
        file=f"{directory}{slash}{TABLE}",
        byte=kernel.byte(position),
        door=kernel.byte(position + 1),
        place=number % NAMES * NAME,
        name=os.getpid().to_bytes(4, "little") + digest[:4],
    )


def _lock(descriptor: int, slot: _Slot, deadline: float | None) -> bool:
    """Lock the byte of a slot, after whoever is next; return False if not by the deadline."""
    if not kernel.is_byte_locked(descriptor, slot.door):
        try:
            kernel.lock_byte(descriptor, slot.byte, wait=False)
        except BlockingIOError:
            pass
        else:
            return True
    if not lock_until(partial(kernel.lock_byte, descriptor, slot.door), deadline):
        return False
    try:
        return lock_until(partial(kernel.lock_byte, descriptor, slot.byte), deadline, NEXT_PAUSE)
    finally:
        kernel.unlock_byte(descriptor, slot.door)


def _sign(descriptor: int, slot: _Slot) -> None:
    try:
        if os.pread(descriptor, NAME, slot.place) != slot.name:  # which costs less than writing
            os.pwrite(descriptor, slot.name, slot.place)
    except OSError:  # a full disk makes no lock less good
        return
