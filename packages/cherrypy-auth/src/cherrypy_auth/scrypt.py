"""Passwords hashed with scrypt (RFC 7914), which the standard library has.

The text is `$scrypt$ln=14,r=8,p=5$salt$hash`, as passlib and others write it: `ln` is the
logarithm of the cost, salt and hash are Base64 without padding.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final, NamedTuple

from cherrypy_auth.comparison import as_bytes
from cherrypy_auth.limits import SCRYPT_WORK

PREFIX: Final = "$scrypt$"
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32

_BASE64: Final = r"[A-Za-z0-9+/]"
_STORED: Final = re.compile(
    r"\$scrypt\$ln=(?P<ln>\d{1,2}),r=(?P<r>\d{1,4}),p=(?P<p>\d{1,4})"
    rf"\$(?P<salt>{_BASE64}{{11,86}})\$(?P<hashed>{_BASE64}{{43}})",
    re.ASCII,
)


class Cost(NamedTuple):
    """How much work a hash is: 2 to the power of `ln` blocks of `r` x 128 bytes, `p` times."""

    ln: int
    r: int
    p: int

    def check(self) -> None:
        """Refuse a cost that could stop the whole server.

        Raises:
            ValueError: It is too much.
        """
        if not (0 < self.ln < 31 and self.r and self.p):  # noqa: PLR2004 - keeps 2**ln small
            raise ValueError(f"The scrypt cost {self} is out of bounds")
        work = 2**self.ln * self.r * self.p
        if work > SCRYPT_WORK:
            raise ValueError(f"The scrypt cost {self} is {work} blocks, more than {SCRYPT_WORK}")


COST: Final = Cost(14, 8, 5)
"""A quarter of a second of CPU time, and 16 MiB."""


def hash_password(password: str, cost: Cost | None = None) -> str:
    """Return the hash of a password, with a salt of its own.

    Raises:
        RuntimeError: This Python has no scrypt.
    """
    cost, salt = cost or COST, secrets.token_bytes(SALT_BYTES)
    ln, r, p = cost
    hashed = _hashed(password, salt, cost)
    return f"{PREFIX}ln={ln},r={r},p={p}${_unpadded(salt)}${_unpadded(hashed)}"


def verify(stored: str, password: str) -> bool:
    """Return whether a password is the one of which a hash was made.

    Raises:
        ValueError: It is no such hash, or its cost is out of bounds.
        RuntimeError: This Python has no scrypt.
    """
    cost, salt, hashed = _parsed(stored)
    return hmac.compare_digest(hashed, _hashed(password, salt, cost))


def needs_rehash(stored: str) -> bool:
    """Return whether a hash was made with another cost than a new one would be.

    Raises:
        ValueError: It is no such hash, or its cost is out of bounds.
    """
    return _parsed(stored)[0] != COST


def _parsed(stored: str) -> tuple[Cost, bytes, bytes]:
    found = _STORED.fullmatch(stored)
    if found is None:
        raise ValueError(
            "A stored scrypt hash looks like '$scrypt$ln=14,r=8,p=5$salt$hash', with at least 8 "
            "bytes of salt and 32 of hash: make it with hash_password"
        )
    cost = Cost(*map(int, found.group("ln", "r", "p")))
    cost.check()
    salt, hashed = map(_padded, found.group("salt", "hashed"))
    return cost, salt, hashed


def _hashed(password: str, salt: bytes, cost: Cost) -> bytes:
    ln, r, p = cost
    maxmem = 2 * 128 * r * (2**ln + p)
    try:
        return hashlib.scrypt(
            as_bytes(password), salt=salt, n=2**ln, r=r, p=p, maxmem=maxmem, dklen=HASH_BYTES
        )
    except AttributeError:
        raise RuntimeError("This Python has no hashlib.scrypt: use the scheme 'argon2'") from None


def _unpadded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _padded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
