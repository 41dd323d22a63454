"""Open a path in which nothing is a link, as one step of the kernel: `openat2` of Linux 5.6.

What it opens lies where its path says, so nothing has to be asked before or afterwards. Whatever it
does not open for a reason that may be a link, or ours, is left to the slower way.
"""

from __future__ import annotations

import errno
import os
import sys
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

OPENAT2: Final = 437
AT_FDCWD: Final = -100
RESOLVE_NO_SYMLINKS: Final = 0x04

FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
"""How files are opened: nothing waits, and no terminal becomes that of the process."""

UNDECIDED: Final = {errno.ELOOP, errno.EACCES, errno.EAGAIN, errno.ENOSYS, errno.EPERM}
"""There is a link, something may not be read, or the call does not exist or is not allowed."""


def open_unlinked(path: str) -> int | None:
    """Open what is at `path` for reading, if no part of the path is a link.

    Args:
        path: An absolute path.

    Returns:
        The descriptor; None if it has to be tried in another way.

    Raises:
        OSError: There is nothing, or it cannot be opened.
        ValueError: The path holds a NUL, or cannot be expressed in the file system's encoding.
    """
    call = _openat2()
    if call is None:
        return None
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError(f"{path!r} holds a NUL")
    result = call(encoded)
    if result >= 0:
        return result
    if -result in UNDECIDED:
        return None
    raise OSError(-result, os.strerror(-result), path)


@cache
def _openat2() -> Callable[[bytes], int] | None:
    """Return what takes a path and returns a descriptor, or the negative number of an error."""
    if sys.platform != "linux":
        return None
    import ctypes  # noqa: PLC0415 - it takes longer to import than all the rest of this package

    syscall = ctypes.CDLL(None, use_errno=True).syscall
    syscall.restype = ctypes.c_long
    long, number, text, place = ctypes.c_long, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p
    syscall.argtypes = (long, number, text, place, ctypes.c_size_t)
    how = (ctypes.c_uint64 * 3)(FLAGS, 0, RESOLVE_NO_SYMLINKS)
    size = ctypes.sizeof(how)

    def call(path: bytes) -> int:
        descriptor: int = syscall(OPENAT2, AT_FDCWD, path, how, size)
        return descriptor if descriptor >= 0 else -ctypes.get_errno()

    return call if call(b"") != -errno.ENOSYS else None
