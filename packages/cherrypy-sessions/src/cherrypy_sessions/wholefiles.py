"""Files that are whole at any time, whoever is killed while writing them.

What is written goes beside its place, under the place's name with a prefix. Then the two exchange
their names, in one step, and the old one is removed: to replace it in one step would have common
file systems write the new one to the disk at once, which takes many times as long. It is replaced
where names cannot be exchanged, or where it shall survive a power loss.

Only one at a time may write a file. Reading needs no lock.
"""

import os
import time
from contextlib import suppress

from cherrypy_sessions import kernel

BESIDE = ".new-"
"""What the name of a file begins with that is to get the rest of its name."""

_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


def beside(path: str) -> str:
    """Return where a file is written before it gets its place."""
    directory, name = os.path.split(path)
    return os.path.join(directory, BESIDE + name)  # noqa: PTH118 - a text all the way


def place_of(written: str) -> str:
    """Return the place that a file beside it was to get."""
    directory, name = os.path.split(written)
    return os.path.join(directory, name.removeprefix(BESIDE))  # noqa: PTH118


def read(path: str) -> bytes | None:
    """Return what a file holds, or None if there is none."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _BINARY)
    except FileNotFoundError:
        return None
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size + 1)
    finally:
        os.close(descriptor)


def write(path: str, content: bytes, *, durable: bool = False) -> None:
    """Make a file hold this, for this user only.

    Args:
        path: Its place.
        content: What it shall hold.
        durable: Whether it shall also survive a power loss from now on.
    """
    written = beside(path)
    try:
        _create(written, content, durable=durable)
        if durable:
            _replace_durably(written, path)
        else:
            _replace(written, path)
    except BaseException:
        unlink(written)
        raise


def age(path: str) -> float:
    """Return how many seconds ago a file was written; very many for one that is not there."""
    try:
        return time.time() - os.stat(path).st_mtime  # noqa: PTH116
    except FileNotFoundError:
        return float("inf")


def unlink(path: str) -> None:
    """Remove a file, if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108


def _create(written: str, content: bytes, *, durable: bool) -> None:
    try:
        descriptor = os.open(written, _NEW, 0o600)
    except FileExistsError:  # of somebody who was killed
        os.unlink(written)  # noqa: PTH108
        descriptor = os.open(written, _NEW, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(written: str, path: str) -> None:
    try:
        kernel.exchange(written, path)
    except OSError:  # there is none yet, or the file system cannot
        os.replace(written, path)  # noqa: PTH105
    else:
        os.unlink(written)  # noqa: PTH108


def _replace_durably(written: str, path: str) -> None:
    os.replace(written, path)  # noqa: PTH105
    if os.name == "posix":  # a name is safe once its directory is
        directory = os.open(os.path.dirname(path), os.O_RDONLY)  # noqa: PTH120
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
