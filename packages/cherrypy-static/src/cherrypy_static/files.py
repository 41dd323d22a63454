"""Open regular files, and nothing else.

Opening a FIFO would wait for a writer, and opening a device may do something: what is not a
regular file is refused before it is opened, and looked at again afterwards.
"""

from __future__ import annotations

import os
import stat
from typing import IO

FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_NONBLOCK", 0)
)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def open_regular(path: str, *, is_checked: bool = False) -> tuple[IO[bytes], os.stat_result]:
    """Open the regular file at `path` for reading, unbuffered.

    Args:
        path: Where it is.
        is_checked: It was looked at already, and is no link; if it has become one, it is refused.

    Returns:
        The open file, and what `os.fstat` says of it.

    Raises:
        OSError: It cannot be opened, or is no regular file.
        ValueError: The path holds a NUL, or cannot be expressed in the file system's encoding.
    """
    if not is_checked:
        _refuse_others(path, os.stat(path))  # noqa: PTH116 - strings all the way, for speed
    descriptor = os.open(path, FLAGS | NO_LINK if is_checked else FLAGS)
    try:
        info = os.fstat(descriptor)
        _refuse_others(path, info)
        return open(descriptor, "rb", buffering=0), info  # noqa: PTH123 - it is a descriptor
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_others(path: str, info: os.stat_result) -> None:
    if not stat.S_ISREG(info.st_mode):
        raise OSError(f"{path!r} is no regular file")
