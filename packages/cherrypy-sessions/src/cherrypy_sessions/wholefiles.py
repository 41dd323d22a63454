"""Files that are whole at any time, whoever is killed while writing them.

What is written goes beside its place, into a file with the place's name and a prefix. Then the two
exchange their names, in one step. The old one stays as the spare into which is written next: to
make and remove a file for each change takes several times as long, and so does it to replace one,
which common file systems then write to the disk at once. It is replaced where names cannot be
exchanged, or where it shall survive a power loss.

Only one at a time may write a file. Reading needs no such lock: who reads says so by a shared one
of the system's, and looks only then whether the file is in its place. A spare that somebody still
reads is not written into; who comes later does not find it in its place. Nor is one whose mode lets
others in: a new file takes its place.
"""

import os
import stat
import time
from contextlib import suppress

from cherrypy_sessions import kernel

BESIDE = ".spare-"
"""What the name of a file begins with that is to get the rest of its name, or had it."""

CHUNK = 16 * 1024

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""What a file's mode may not let anybody else do."""

_BINARY = getattr(os, "O_BINARY", 0)
_SPARE = os.O_WRONLY | _BINARY | getattr(os, "O_NOFOLLOW", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY


def beside(path: str) -> str:
    """Return where a file is written before it gets its place."""
    directory, slash, name = path.rpartition(os.sep)
    return f"{directory}{slash}{BESIDE}{name}"


def place_of(written: str) -> str:
    """Return the place that a file beside it was to get."""
    directory, slash, name = written.rpartition(os.sep)
    return f"{directory}{slash}{name.removeprefix(BESIDE)}"


def read(path: str, *, locked: bool = False) -> bytes | None:
    """Return what a file holds, or None if there is none.

    Args:
        path: Its place.
        locked: Whether nobody else may write it.
    """
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | _BINARY)
        except FileNotFoundError:
            return None
        try:
            if locked or _is_steady(descriptor, path):
                return _content(descriptor)
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
        if durable:
            _create(written, content, durable=True)
            _replace_durably(written, path)
        else:
            if not _write_spare(written, content):
                _create(written, content)
            try:
                kernel.exchange(written, path)
            except OSError:  # there is none yet, or the file system cannot
                os.replace(written, path)  # noqa: PTH105
    except BaseException:
        unlink(written)
        raise


def age(path: str) -> float:
    """Return how many seconds ago a file was written; very many for one that is not there."""
    try:
        return time.time() - os.stat(path).st_mtime  # noqa: PTH116
    except FileNotFoundError:
        return float("inf")


def remove(path: str) -> None:
    """Remove a file and its spare, if they are there."""
    unlink(path)
    unlink(beside(path))


def unlink(path: str) -> None:
    """Remove a file, if it is there."""
    with suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108


def _is_steady(descriptor: int, path: str) -> bool:
    """Have an open file to be read as it is; return False if it is no longer in its place."""
    if not kernel.EXCHANGES:  # nobody writes into a file that was in its place
        return True
    kernel.lock_byte(descriptor, kernel.FIRST, wait=True, shared=True)
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))  # noqa: PTH116
    except FileNotFoundError:
        return False


def _content(descriptor: int) -> bytes:
    content = os.read(descriptor, CHUNK)
    if len(content) < CHUNK:
        return content
    pieces = [content]
    while pieces[-1]:
        pieces.append(os.read(descriptor, CHUNK))
    return b"".join(pieces)


def _write_spare(written: str, content: bytes) -> bool:
    """Write into the spare; return False if there is none for us alone, or it is still read."""
    if not kernel.EXCHANGES:
        return False
    try:
        descriptor = os.open(written, _SPARE)
    except OSError:
        return False
    try:
        present = os.fstat(descriptor)
        if present.st_mode & OTHERS or kernel.is_byte_locked(descriptor, kernel.FIRST):
            return False
        _write(descriptor, content)
        if present.st_size > len(content):
            os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
    return True


def _create(written: str, content: bytes, *, durable: bool = False) -> None:
    try:
        descriptor = os.open(written, _NEW, 0o600)
    except FileExistsError:  # of somebody who was killed, or still read
        os.unlink(written)  # noqa: PTH108
        descriptor = os.open(written, _NEW, 0o600)
    try:
        _write(descriptor, content)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    rest: bytes | memoryview = content
    while (number := os.write(descriptor, rest)) < len(rest):
        rest = memoryview(rest)[number:]


def _replace_durably(written: str, path: str) -> None:
    os.replace(written, path)  # noqa: PTH105
    if os.name == "posix":  # a name is safe once its directory is
        directory = os.open(os.path.dirname(path), os.O_RDONLY)  # noqa: PTH120
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
