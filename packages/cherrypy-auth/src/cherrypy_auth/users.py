"""Find out which user a hash of a name belongs to (`userhash`, RFC 7616, section 3.4.4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from cherrypy_auth.algorithms import algorithm_named
from cherrypy_auth.limits import NAMES_SECONDS

if TYPE_CHECKING:
    from collections.abc import Collection

FindUser: TypeAlias = Callable[[str, str, str], str | None]
"""Called with realm, hash and algorithm; returns the user's name, or None for an unknown hash."""


def userhash(username: str, realm: str, algorithm: str = "MD5") -> str:
    """Return the hash that a client sends in place of a user's name.

    Raises:
        ValueError: There is no such algorithm.

    Examples:
        >>> userhash("Mufasa", "testrealm@host.com")
        '74f54fe2c8045a5ffda7d02fd97f1716'
    """
    return algorithm_named(algorithm).digest(f"{username}:{realm}")


def find_user_among(usernames: Collection[str]) -> FindUser:
    """Return a function that finds the user whose name has a hash.

    Args:
        usernames: All names, such as a dict by name. They may change: they are looked at again
            when their number is another one, and once a second, whichever hash is asked for.

    Examples:
        >>> find_user = find_user_among({"bird": "bebop"})
        >>> find_user("earth", userhash("bird", "earth"), "MD5")
        'bird'
    """
    return _Names(usernames).find


class _Names:
    """The names of all users. A hash that nobody has costs what one costs that somebody has."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._indexes = _Indexes(frozenset())
        self._looked_at = -inf

    def find(self, realm: str, hashed: str, algorithm: str) -> str | None:
        found = self._current().of(realm, algorithm).get(hashed)
        return found if found in self._names else None

    def _current(self) -> _Indexes:
        """Return the indexes of the names, as they were a second ago at the earliest."""
        indexes, now = self._indexes, time.monotonic()
        if len(self._names) == len(indexes.names) and now < self._looked_at + NAMES_SECONDS:
            return indexes
        names = frozenset(self._names)
        if names != indexes.names:
            self._indexes = indexes = _Indexes(names)
        self._looked_at = now
        return indexes


class _Indexes:
    """Some names by their hashes, for each realm and algorithm."""

    def __init__(self, names: frozenset[str]) -> None:
        self.names = names
        self._made: dict[tuple[str, str], dict[str, str]] = {}

    def of(self, realm: str, algorithm: str) -> dict[str, str]:
        index = self._made.get((realm, algorithm))
        if index is None:
            index = {userhash(name, realm, algorithm): name for name in self.names}
            self._made[realm, algorithm] = index
        return index
