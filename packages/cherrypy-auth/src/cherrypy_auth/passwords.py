"""Functions for `checkpassword`: who may log in, with which password.

Every path through a check does the same work: an unknown user's password is compared with one that
nobody has.
"""

from __future__ import annotations

import secrets
import time
from threading import Lock
from typing import TYPE_CHECKING
from unicodedata import normalize

from cherrypy_auth.comparison import keyed_digest, same_text
from cherrypy_auth.hashes import Scheme, hash_password, needs_rehash, verify_password
from cherrypy_auth.limits import REMEMBERED_PASSWORDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cherrypy_auth.basic import CheckPassword


def checkpassword_dict(user_password_dict: Mapping[str, str]) -> CheckPassword:
    """Return a function that checks passwords against a dict of user names and plain passwords.

    A user with an empty password cannot log in. Better keep hashes: see `checkpassword_hashes`.

    Args:
        user_password_dict: Passwords by user names. It may change.

    Examples:
        >>> check = checkpassword_dict({"bird": "bebop"})
        >>> check("earth", "bird", "bebop"), check("earth", "bird", "swing")
        (True, False)
    """
    nobodys = secrets.token_hex()

    def checkpassword(realm: str, user: str, password: str) -> bool:  # noqa: ARG001 - the interface
        stored = user_password_dict.get(user)
        same = same_text(normalize("NFC", stored or nobodys), password)
        return same and bool(stored)

    return checkpassword


def checkpassword_hashes(
    user_hash_dict: Mapping[str, str],
    *,
    remember: float = 0,
    upgrade: Callable[[str, str], object] | None = None,
    scheme: Scheme = "scrypt",
) -> CheckPassword:
    """Return a function that checks passwords against a dict of user names and hashed passwords.

    Each check takes a quarter of a second of CPU time, by design. An unknown user costs what a
    wrong password costs, where all hashes are of the same kind.

    Args:
        user_hash_dict: What `hash_password` made, by user names. It may change.
        remember: Seconds for which a right password is known again at once, as long as its hash is
            the same: Basic credentials come with every request. What is remembered is a keyed
            digest, in memory, which is quicker to guess from than the hash.
        upgrade: Called with the user name and a new hash after a login with one that is outdated.
        scheme: How passwords are hashed now, for `upgrade`.

    Examples:
        >>> users = {"bird": hash_password("bebop")}
        >>> check = checkpassword_hashes(users, remember=60, upgrade=users.__setitem__)
        >>> check("earth", "bird", "bebop"), check("earth", "nobody", "bebop")
        (True, False)
    """
    remembered = _Remembered(remember) if remember > 0 else None
    nobodys = hash_password(secrets.token_hex(), scheme)

    def checkpassword(realm: str, user: str, password: str) -> bool:  # noqa: ARG001 - the interface
        stored = user_hash_dict.get(user)
        if not stored:
            # Any user's hash costs what this user's would.
            _spend(next(iter(user_hash_dict.values()), "") or nobodys, nobodys, password)
            return False
        if remembered is not None and remembered.knows(stored, password):
            return True
        if not verify_password(stored, password):
            return False
        if remembered is not None:
            remembered.add(stored, password)
        if upgrade is not None and needs_rehash(stored, scheme):
            upgrade(user, hash_password(password, scheme))
        return True

    return checkpassword


def _spend(stored: str, instead: str, password: str) -> None:
    """Take the time of a check; a hash that is malformed is no fault of who is unknown."""
    try:
        verify_password(stored, password)
    except ValueError:
        verify_password(instead, password)


class _Remembered:
    """Right passwords of the last seconds, as digests that mean nothing outside of this process."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[bytes, float] = {}
        self._lock = Lock()

    def knows(self, stored: str, password: str) -> bool:
        return time.monotonic() < self._until.get(_pair(stored, password), 0)

    def add(self, stored: str, password: str) -> None:
        with self._lock:
            if len(self._until) >= REMEMBERED_PASSWORDS:
                self._until.clear()
            self._until[_pair(stored, password)] = time.monotonic() + self._seconds


def _pair(stored: str, password: str) -> bytes:
    return keyed_digest(f"{stored} {password}")
