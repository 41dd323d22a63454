"""Files that are whole at any time, whoever is killed while writing them.

What is written goes beside its place, under the place's name with a prefix; then the old file is
removed, and the new one gets the name. So a file that is missing, while there is one beside its
place, is that one: who wrote it was killed between the two steps. To replace a file in one step
would have common file systems write it to the disk at once, which takes many times as long.

Only one at a time may write a file. Reading needs no lock; but what cannot be understood should be
read again under one.
"""

import os
import time
from contextlib import suppress

BESIDE = ".new-"
"""What the name of a file begins with that is to get the rest of its name."""

_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


def beside(path: str) -> str:
    """Return where a file is written before it gets its place."""
    directory, name = os.path.split(path)
    return os.path.join(directory, BESIDE + name)  # noqa: PTH118 - a text all the way


def place_of(written: str) -> str:
    """Return the place that a file beside it is to get."""
    directory, name = os.path.split(written)
    return os.path.join(directory, name.removeprefix(BESIDE))  # noqa: PTH118


def exists(path: str) -> bool:
    """Return whether there is such a file."""
    return os.path.exists(path) or os.path.exists(beside(path))  # noqa: PTH110


def read(path: str) -> bytes | None:
    """Return what a file holds, or None if there is none."""
    for place in (path, beside(path), path):
        with suppress(FileNotFoundError):
            content = _content(place)
            if place == path or not os.path.exists(path):  # noqa: PTH110
                return content
    return None


def write(path: str, content: bytes, *, durable: bool = False) -> None:
    """Make a file hold this, for this user only.

    Args:
        path: Its place.
        content: What it shall hold.
        durable: Whether it shall also survive a power loss from now on.
    """
    written = beside(path)
    try:
        _create(path, written, content, durable=durable)
        if durable:
            _replace_durably(written, path)
            return
    except BaseException:
        unlink(written)
        raise
    unlink(path)
    os.rename(written, path)  # noqa: PTH104


def remove(path: str) -> None:
    """Remove a file, if there is one."""
    unlink(beside(path))  # before it could get the name that becomes free
    unlink(path)


def settle(path: str) -> None:
    """Do what a killed process would have done next with what it wrote; needs the lock."""
    written = beside(path)
    with suppress(FileNotFoundError):
        if os.path.exists(path):  # noqa: PTH110
            os.unlink(written)  # noqa: PTH108 - it may be half
        else:
            os.rename(written, path)  # noqa: PTH104


def age(path: str) -> float:
    """Return how many seconds ago a file was written; very many for one that is not there."""
    try:
        return time.time() - os.stat(path).st_mtime  # noqa: PTH116
    except FileNotFoundError:
        return float("inf")


def unlink(path: str) -> None:
    """Remove one name, if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108


def _content(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | _BINARY)
    try:
        return os.read(descriptor, os.fstat(descriptor).st_size + 1)
    finally:
        os.close(descriptor)


def _create(path: str, written: str, content: bytes, *, durable: bool) -> None:
    try:
        descriptor = os.open(written, _NEW, 0o600)
    except FileExistsError:
        settle(path)
        descriptor = os.open(written, _NEW, 0o600)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace_durably(written: str, path: str) -> None:
    os.replace(written, path)  # noqa: PTH105
    if os.name == "posix":  # a name is safe once its directory is
        directory = os.open(os.path.dirname(path), os.O_RDONLY)  # noqa: PTH120
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
