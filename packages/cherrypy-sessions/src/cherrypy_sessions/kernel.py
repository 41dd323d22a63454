"""What only the operating system can do: locks that end with their process, names exchanged."""

import errno
import os
import struct
import sys
from functools import cache
from typing import Any, Final, NamedTuple

if sys.platform == "win32":  # pragma: no cover - the other system's half
    import msvcrt

    def lock(descriptor: int, *, wait: bool) -> None:
        """Lock an open file.

        Raises:
            OSError: Somebody else has it; with `wait`, still after some ten seconds.
        """
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

    def unlock(descriptor: int) -> None:
        """Unlock an open file."""
        os.lseek(descriptor, 0, os.SEEK_SET)  # it is locked where it was read and written
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def lock(descriptor: int, *, wait: bool) -> None:
        """Lock an open file; with `wait`, as soon as it can be had.

        Raises:
            OSError: Somebody else has it.
        """
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))

    def unlock(descriptor: int) -> None:
        """Unlock an open file."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)


EXCHANGES: Final = sys.platform == "linux" and sys.maxsize > 1 << 32
"""Whether this is a system that has `lock_byte` and, for most of its file systems, `exchange`."""

_FLOCK: Final = struct.Struct("hhqqi4x")


class Byte(NamedTuple):
    """What the system is told of one byte of a file; it need not be there.

    Attributes:
        exclusive: That one wants to have it alone.
        shared: That one wants to have it with others.
        free: That one wants to have it no longer.
    """

    exclusive: bytes
    shared: bytes
    free: bytes


def byte(position: int) -> Byte:
    """Return the byte at a position, to lock it on Linux of 64 bits."""
    if sys.platform != "linux":  # pragma: no cover - the other systems' half
        return Byte(b"", b"", b"")
    kinds = (fcntl.F_WRLCK, fcntl.F_RDLCK, fcntl.F_UNLCK)
    return Byte(*(_FLOCK.pack(kind, os.SEEK_SET, position, 1, 0) for kind in kinds))


FIRST: Final = byte(0)


def lock_byte(descriptor: int, which: Byte, *, wait: bool, shared: bool = False) -> None:
    """Lock one byte of an open file, on Linux of 64 bits.

    Several may have a shared lock, of a file that they have opened for reading. The lock belongs
    to the open file, unlike that of `fcntl.lockf`: it is one among threads, too,
    and closing another descriptor of the same file does not end it.

    Raises:
        BlockingIOError: Somebody else has it.
    """
    if sys.platform == "linux":
        command = fcntl.F_OFD_SETLKW if wait else fcntl.F_OFD_SETLK
        fcntl.fcntl(descriptor, command, which.shared if shared else which.exclusive)


def unlock_byte(descriptor: int, which: Byte) -> None:
    """Unlock one byte of an open file, also where a process that was forked has it open, too."""
    if sys.platform == "linux":
        fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, which.free)


def is_byte_locked(descriptor: int, which: Byte) -> bool:
    """Return whether somebody else has the lock of one byte, alone or with others."""
    if sys.platform != "linux":  # pragma: no cover - the other systems' half
        return False
    answer = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, which.exclusive)
    return not answer.startswith(_FREE)


_FREE: Final = FIRST.free[:2]

_CODING: Final = (sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
_HERE = -100
_EXCHANGE = 2


@cache
def _renameat2() -> Any:
    """Return Linux's function of that name, or None where there is no such thing."""
    if sys.platform != "linux":  # pragma: no cover - the other systems' half
        return None
    import ctypes  # noqa: PLC0415 - it takes a while, and not everybody keeps files

    function = getattr(ctypes.CDLL(None), "renameat2", None)
    if function is not None:
        text, number = ctypes.c_char_p, ctypes.c_int
        function.argtypes = [number, text, number, text, ctypes.c_uint]
    return function


def exchange(one: str, other: str) -> None:
    """Give each of two files the name of the other, in one step.

    Raises:
        OSError: One is not there, or this system or file system cannot.
    """
    rename, first, second = _renameat2(), one.encode(*_CODING), other.encode(*_CODING)
    if rename is None or rename(_HERE, first, _HERE, second, _EXCHANGE):
        raise OSError(errno.ENOTSUP, "the names cannot be exchanged", one)
