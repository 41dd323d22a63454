"""Tell where an open file lies, so that the answer holds however often its path changes.

A path that was looked at before it is opened proves nothing: any directory in it may have become a
link meanwhile. The system knows the true path of an open file, without links; that is compared.
"""

from __future__ import annotations

import os
import sys

if sys.platform == "darwin":
    import fcntl

MAX_PATH = 1024
"""Bytes of the longest path that macOS returns."""

AS_PLACE = getattr(os, "O_PATH", 0)


def true_path(descriptor: int, path: str) -> str:
    """Return the path of an open file, without links.

    Args:
        descriptor: The open file.
        path: Where it was opened.

    Raises:
        OSError: The system does not tell, and `path` leads elsewhere by now.
    """
    try:
        return told_path(descriptor)
    except OSError:
        return _path_by_search(descriptor, path)


if sys.platform == "darwin":  # pragma: no cover - the other system's half

    def told_path(descriptor: int) -> str:
        """Return the path of an open file, as the system tells it."""
        told = fcntl.fcntl(descriptor, fcntl.F_GETPATH, bytes(MAX_PATH))
        return os.fsdecode(told.rstrip(b"\0"))
else:

    def told_path(descriptor: int) -> str:
        """Return the path of an open file, as the system tells it."""
        return os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115 - for speed


def _path_by_search(descriptor: int, path: str) -> str:
    found = os.path.realpath(path, strict=True)
    if not os.path.samestat(os.stat(found), os.fstat(descriptor)):  # noqa: PTH116
        raise OSError(f"{path!r} changed while it was opened")
    return found


def is_below(descriptor: int, path: str, root: str, *, dotfiles: bool) -> bool:
    """Tell whether an open file lies below a directory; it does not where nobody can tell.

    Args:
        descriptor: The open file.
        path: Where it was opened.
        root: The directory; it may be a link.
        dotfiles: Whether a name on the way from `root` may begin with a dot.
    """
    try:
        place = true_path(descriptor, path)
        # As a rule nothing on the way is a link.
        return place == path or is_inside(place, _true_directory(root), dotfiles=dotfiles)
    except OSError:
        return False


def is_inside(place: str, home: str, *, dotfiles: bool) -> bool:
    """Tell whether a true path is one below the true path `home`."""
    home = home.rstrip(os.sep)
    if not place.startswith(home + os.sep):
        return False
    return dotfiles or f"{os.sep}." not in place[len(home) :]


def _true_directory(root: str) -> str:
    if not AS_PLACE:
        return os.path.realpath(root, strict=True)
    descriptor = os.open(root, os.O_RDONLY | AS_PLACE | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        return true_path(descriptor, root)
    finally:
        os.close(descriptor)
