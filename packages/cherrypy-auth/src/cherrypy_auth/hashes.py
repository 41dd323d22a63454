"""Passwords as they should be stored: hashed, so that whoever reads them cannot log in.

A hash says by which scheme and at what cost it was made, so hashes of several kinds can stand side
by side, and old ones be replaced when their users log in. What a hash asks for is bounded: nobody
who can write one stops the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias
from unicodedata import normalize

from cherrypy_auth import argon2_hashes, scrypt

if TYPE_CHECKING:
    from collections.abc import Mapping

Scheme: TypeAlias = Literal["scrypt", "argon2"]
"""How to hash: scrypt is always there, Argon2 with the extra `argon2`."""


class _Hashing(Protocol):
    @property
    def PREFIX(self) -> str: ...  # noqa: N802 - a constant of a module

    def hash_password(self, password: str) -> str: ...

    def verify(self, stored: str, password: str) -> bool: ...

    def needs_rehash(self, stored: str) -> bool: ...


SCHEMES: Final[Mapping[str, _Hashing]] = {"scrypt": scrypt, "argon2": argon2_hashes}


def hash_password(password: str, scheme: Scheme = "scrypt") -> str:
    """Return what to store of a password: its hash, with scheme, cost and a new salt in it.

    Args:
        password: The password; it is brought to Unicode normal form C, as RFC 8265 says.
        scheme: `scrypt` (RFC 7914), or `argon2` (RFC 9106), which needs the extra `argon2`.

    Raises:
        ValueError: There is no such scheme.
        ImportError: The library for it is not installed.

    Examples:
        >>> stored = hash_password("bebop")
        >>> stored[:21]
        '$scrypt$ln=14,r=8,p=5'
        >>> verify_password(stored, "bebop"), needs_rehash(stored)
        (True, False)
    """
    return _named(scheme).hash_password(normalize("NFC", password))


def verify_password(stored: str, password: str) -> bool:
    """Return whether a password is the one of which `hash_password` made this.

    Raises:
        ValueError: `stored` is no such result, or asks for more work than `limits` allow.
        ImportError: The library for it is not installed.

    Examples:
        >>> stored = hash_password("bebop")
        >>> verify_password(stored, "bebop"), verify_password(stored, "swing")
        (True, False)
    """
    return _of(stored)[1].verify(stored, normalize("NFC", password))


def needs_rehash(stored: str, scheme: Scheme = "scrypt") -> bool:
    """Return whether a new hash of the same password would be another kind or at another cost.

    Ask after a login, when the password is at hand, and store the new hash.

    Args:
        stored: A hash.
        scheme: How passwords are hashed now.

    Raises:
        ValueError: `stored` is no hash, or there is no such scheme.

    Examples:
        >>> needs_rehash(hash_password("bebop"))
        False
        >>> needs_rehash(hash_password("bebop").replace("p=5", "p=1"))  # of a lower cost
        True
    """
    _named(scheme)
    name, hashing = _of(stored)
    return name != scheme or hashing.needs_rehash(stored)


def _named(scheme: str) -> _Hashing:
    if scheme not in SCHEMES:
        raise ValueError(f"{scheme!r} is no scheme for passwords: use one of {', '.join(SCHEMES)}")
    return SCHEMES[scheme]


def _of(stored: str) -> tuple[str, _Hashing]:
    for name, hashing in SCHEMES.items():
        if stored.startswith(hashing.PREFIX):
            return name, hashing
    known = " or ".join(repr(hashing.PREFIX) for hashing in SCHEMES.values())
    raise ValueError(f"A stored password begins with {known}: make it with hash_password")
