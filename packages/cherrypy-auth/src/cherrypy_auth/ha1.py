"""Functions for `get_ha1`: what a server knows of users' passwords, to check digests with.

An HA1 is the hash of `user:realm:password`. It is as good as the password for one realm, so keep it
as safe. Every path through a look-up does the same work, whether there is such a user or not.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias

from cherrypy_auth.algorithms import algorithm_named

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

GetHA1: TypeAlias = Callable[[str, str], str | None]
"""Called with realm and user name; returns the HA1, or None where there is no such user."""


def get_ha1_dict(user_ha1_dict: Mapping[str, str]) -> GetHA1:
    """Return a function that looks HA1s up in a dict of user names and HA1s.

    Args:
        user_ha1_dict: HA1s by user names. It may change.

    Examples:
        >>> get_ha1 = get_ha1_dict({"alice": "3238cdfe91a8b2ed8e39646921a02d4c"})
        >>> get_ha1("wonderland", "alice")
        '3238cdfe91a8b2ed8e39646921a02d4c'
    """

    def get_ha1(realm: str, username: str) -> str | None:  # noqa: ARG001 - the interface
        return user_ha1_dict.get(username)

    return get_ha1


def get_ha1_dict_plain(user_password_dict: Mapping[str, str], algorithm: str = "MD5") -> GetHA1:
    """Return a function that makes HA1s of a dict of user names and plain passwords.

    A user with an empty password cannot log in.

    Args:
        user_password_dict: Passwords by user names. It may change.
        algorithm: By which algorithm to make them.

    Raises:
        ValueError: There is no such algorithm.
        RuntimeError: This Python does not have it, as on some hosts in FIPS mode.

    Examples:
        >>> get_ha1 = get_ha1_dict_plain({"alice": "4x5istwelve"})
        >>> get_ha1("wonderland", "alice")
        '3238cdfe91a8b2ed8e39646921a02d4c'
    """
    return ha1_of_plain(user_password_dict.get, algorithm)


def ha1_of_plain(password_of: Callable[[str], str | None], algorithm: str = "MD5") -> GetHA1:
    """Return a function that makes HA1s of plain passwords; see `get_ha1_dict_plain`.

    Args:
        password_of: Returns the password of a user, or None.
        algorithm: By which algorithm to make them.
    """
    digest = algorithm_named(algorithm).digest
    nobodys = secrets.token_hex()
    digest(nobodys)

    def get_ha1(realm: str, username: str) -> str | None:
        password = password_of(username)
        ha1 = digest(f"{username}:{realm}:{password or nobodys}")
        return ha1 if password else None

    return get_ha1


def get_ha1_file_htdigest(filename: str | os.PathLike[str]) -> GetHA1:
    """Return a function that looks HA1s up in a file, as Apache's `htdigest` writes it.

    A line is `user:realm:HA1`, in UTF-8; the first one for a user and realm counts. Empty lines and
    those that begin with `#` are passed over. The file is read again when it has changed.

    Args:
        filename: Its path, at best an absolute one.

    Returns:
        The function. It raises `OSError` if the file cannot be read, and `ValueError` for a line
        that is malformed.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory:
        ...     path = Path(directory, "users.htdigest")
        ...     _ = path.write_text("alice:wonderland:3238cdfe91a8b2ed8e39646921a02d4c")
        ...     get_ha1_file_htdigest(path)("wonderland", "alice")
        '3238cdfe91a8b2ed8e39646921a02d4c'
    """
    return _HtdigestFile(Path(filename)).get_ha1


class _HtdigestFile:
    """A file of HA1s, and what was in it when it was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version: tuple[int, ...] = ()
        self._ha1s: Mapping[tuple[str, str], str] = {}
        self._lock = Lock()

    def get_ha1(self, realm: str, username: str) -> str | None:
        status = self._path.stat()
        version = status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev
        with self._lock:
            if version != self._version:
                self._ha1s = dict(reversed([*self._entries()]))  # the first line of a user counts
                self._version = version
            return self._ha1s.get((realm, username))

    def _entries(self) -> Iterator[tuple[tuple[str, str], str]]:
        for number, line in enumerate(self._path.read_bytes().splitlines(), 1):
            if not line or line.startswith(b"#"):
                continue
            try:
                username, rest = line.decode().split(":", 1)
                realm, ha1 = rest.rsplit(":", 1)
            except ValueError:
                raise ValueError(
                    f"{self._path}, line {number}: it has to look like 'user:realm:HA1', in UTF-8"
                ) from None
            yield (realm, username), ha1.strip()
