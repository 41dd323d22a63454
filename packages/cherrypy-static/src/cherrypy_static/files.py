"""Open regular files, and nothing else.

Opening a device may do something, so what a link leads to is looked at before. But that look
decides nothing: only what `os.fstat` says of the open file does.
"""

from __future__ import annotations

import os
import stat
from typing import IO, TYPE_CHECKING, NamedTuple, TypeAlias

from cherrypy_httputil import HTTPError
from cherrypy_static.bodies import ShortFileError
from cherrypy_static.places import is_below, is_inside
from cherrypy_static.unlinked import FLAGS, open_unlinked

if TYPE_CHECKING:
    from collections.abc import Callable


class Opened(NamedTuple):
    """A regular file that is open: its descriptor, and what `os.fstat` says of it."""

    descriptor: int
    info: os.stat_result

    def read(self) -> bytes:
        """Return all that is in it, and close it.

        Raises:
            ShortFileError: It is shorter than when it was opened.
        """
        missing = self.info.st_size
        chunks = []
        try:
            while missing:
                chunks.append(os.read(self.descriptor, missing))
                if not chunks[-1]:
                    raise ShortFileError(missing)
                missing -= len(chunks[-1])
        finally:
            self.close()
        return b"".join(chunks)

    def as_file(self) -> IO[bytes]:
        """Return it as a file object, which is to be closed in place of it."""
        return open(self.descriptor, "rb", buffering=0)  # noqa: PTH123 - it is a descriptor

    def close(self) -> None:
        """Close it."""
        os.close(self.descriptor)


Find: TypeAlias = "Callable[[str], Opened | None]"
"""Opens the file of a name; None if there is none. It may raise `IsADirectoryError`."""


def open_file(path: str) -> Opened | None:
    """Open the regular file at `path`; return None if there is none.

    Raises:
        HTTPError: 403 if it may not be read.
    """
    try:
        return open_regular(path)
    except PermissionError:
        raise HTTPError(403) from None
    except (OSError, ValueError):
        return None


def open_regular(path: str) -> Opened:
    """Open the regular file at `path` for reading.

    Raises:
        IsADirectoryError: It is a directory.
        OSError: It cannot be opened, or is something else that is no regular file.
        ValueError: The path holds a NUL, or cannot be expressed in the file system's encoding.
    """
    _refuse_others(path, os.stat(path))  # noqa: PTH116 - strings all the way, for speed
    return _checked(os.open(path, FLAGS), path)


def _checked(descriptor: int, path: str) -> Opened:
    try:
        info = os.fstat(descriptor)
        _refuse_others(path, info)
    except BaseException:
        os.close(descriptor)
        raise
    return Opened(descriptor, info)


def _refuse_others(path: str, info: os.stat_result) -> None:
    if stat.S_ISREG(info.st_mode):
        return
    if stat.S_ISDIR(info.st_mode):
        raise IsADirectoryError(f"{path!r} is a directory")
    raise OSError(f"{path!r} is no regular file")


def open_below(
    root: str, branch: str, *, follow_symlinks: bool = False, dotfiles: bool = False
) -> Opened | None:
    """Open the regular file at `branch` below the directory `root`.

    Args:
        root: An absolute path; it may be a link itself.
        branch: A path that begins with a slash, as `cherrypy_static.paths.clean` returns it.
        follow_symlinks: Follow links that lead out of `root`. Those that stay in it are followed
            in any case.
        dotfiles: Follow links to what has a name that begins with a dot, or lies behind one.

    Returns:
        The open file; None if there is none, or it is outside.

    Raises:
        HTTPError: 403 if the file is inside and may not be read.
        IsADirectoryError: There is a directory, inside or not.
    """
    path = root.rstrip("/") + branch
    try:
        descriptor = open_unlinked(path)
        if descriptor is not None:
            return _checked(descriptor, path)
        opened = open_regular(path)
    except IsADirectoryError:
        raise
    except PermissionError:
        if follow_symlinks or is_inside(*map(os.path.realpath, (path, root)), dotfiles=dotfiles):
            raise HTTPError(403) from None
        return None
    except (OSError, ValueError):
        return None
    if follow_symlinks or is_below(opened.descriptor, path, root, dotfiles=dotfiles):
        return opened
    opened.close()
    return None
