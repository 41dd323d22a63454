"""Passwords hashed with Argon2 (RFC 9106), by the library argon2-cffi: the extra `argon2`.

The text is `$argon2id$v=19$m=65536,t=3,p=4$salt$hash`, as every library for Argon2 writes it.
"""

from __future__ import annotations

import importlib
import re
from functools import lru_cache
from typing import Any, Final

from cherrypy_auth.comparison import as_bytes
from cherrypy_auth.limits import ARGON2_MEMORY, ARGON2_WORK

PREFIX: Final = "$argon2"

_STORED: Final = re.compile(
    r"\$argon2(?:id|i|d)(?:\$v=\d{1,3})?\$m=(?P<m>\d{1,10}),t=(?P<t>\d{1,10}),p=\d{1,3}"
    r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}",
    re.ASCII,
)


def hash_password(password: str) -> str:
    """Return the hash of a password, with a salt of its own and the library's default cost.

    Raises:
        ImportError: The library is not installed.
    """
    hashed: str = _hasher().hash(as_bytes(password))
    return hashed


def verify(stored: str, password: str) -> bool:
    """Return whether a password is the one of which a hash was made.

    Raises:
        ValueError: It is no such hash, or its cost is out of bounds.
        ImportError: The library is not installed.
    """
    _check(stored)
    hasher, errors = _hasher(), _library("argon2.exceptions")
    try:
        hasher.verify(stored, as_bytes(password))
    except errors.VerifyMismatchError:
        return False
    except (errors.InvalidHashError, errors.VerificationError) as error:
        raise ValueError(f"A stored Argon2 hash cannot be used: {error}") from error
    return True


def needs_rehash(stored: str) -> bool:
    """Return whether a hash was made with another cost than a new one would be.

    Raises:
        ValueError: It is no such hash, or its cost is out of bounds.
        ImportError: The library is not installed.
    """
    _check(stored)
    return bool(_hasher().check_needs_rehash(stored))


def _check(stored: str) -> None:
    found = _STORED.fullmatch(stored)
    if found is None:
        raise ValueError(
            "A stored Argon2 hash looks like '$argon2id$v=19$m=65536,t=3,p=4$salt$hash': "
            "make it with hash_password"
        )
    memory, time = map(int, found.group("m", "t"))
    if memory > ARGON2_MEMORY or memory * time > ARGON2_WORK:
        raise ValueError(
            f"The Argon2 cost m={memory},t={time} is out of bounds: m may be {ARGON2_MEMORY}, "
            f"and m x t may be {ARGON2_WORK}"
        )


@lru_cache(maxsize=1)
def _hasher() -> Any:
    return _library("argon2").PasswordHasher()


def _library(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            "Argon2 needs the library argon2-cffi: pip install 'cherrypy-auth[argon2]'"
        ) from error
