"""Find out which user a hash of a name belongs to (`userhash`, RFC 7616, section 3.4.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from cherrypy_auth.algorithms import algorithm_named

if TYPE_CHECKING:
    from collections.abc import Collection

FindUser: TypeAlias = Callable[[str, str, str], str | None]
"""Called with realm, hash and algorithm; returns the user's name, or None for an unknown hash."""


def userhash(username: str, realm: str, algorithm: str = "MD5") -> str:
    """Return the hash that a client sends in place of a user's name.

    Raises:
        ValueError: There is no such algorithm.

    Example:
        >>> userhash("Mufasa", "testrealm@host.com")
        '74f54fe2c8045a5ffda7d02fd97f1716'
    """
    return algorithm_named(algorithm).digest(f"{username}:{realm}")


def find_user_among(usernames: Collection[str]) -> FindUser:
    """Return a function that finds the user whose name has a hash.

    Args:
        usernames: All names, such as a dict by name. They may change: after a hash that is not
            known they are looked at again.

    Example:
        >>> find_user = find_user_among({"bird": "bebop"})
        >>> find_user("earth", userhash("bird", "earth"), "MD5")
        'bird'
    """
    return _Names(usernames).find


class _Names:
    """The names of all users, and their hashes by realm and algorithm."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._known: frozenset[str] = frozenset()
        self._indexes: dict[tuple[str, str], dict[str, str]] = {}

    def find(self, realm: str, hashed: str, algorithm: str) -> str | None:
        found = self._index(realm, algorithm).get(hashed)
        if found is None and self._known != (now := frozenset(self._names)):
            self._known, self._indexes = now, {}
            found = self._index(realm, algorithm).get(hashed)
        return found if found in self._names else None

    def _index(self, realm: str, algorithm: str) -> dict[str, str]:
        index = self._indexes.get((realm, algorithm))
        if index is None:
            index = {userhash(name, realm, algorithm): name for name in self._known}
            self._indexes[realm, algorithm] = index
        return index
