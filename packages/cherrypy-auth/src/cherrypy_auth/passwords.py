"""Checking passwords so that the time it takes tells nothing.

Every path through a check does the same work: an unknown user's password is compared with one that
nobody has.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Final, NamedTuple

from cherrypy_auth.basic import CheckPassword

SCRYPT: Final = "scrypt"
COST, BLOCK_SIZE, PARALLEL = 2**14, 8, 1
SALT_BYTES: Final = 16
HASH_BYTES: Final = 32

_BASE64: Final = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
STORED: Final = re.compile(
    rf"{SCRYPT}\$(?P<n>\d+)\$(?P<r>\d+)\$(?P<p>\d+)\$(?P<salt>{_BASE64})\$(?P<hash>{_BASE64})",
    re.ASCII,
)

# Comparing keyed digests takes the same time for texts of any length.
_KEY: Final = secrets.token_bytes(32)


def checkpassword_dict(user_password_dict: Mapping[str, str]) -> CheckPassword:
    """Return a function that checks passwords against a dict of user names and plain passwords.

    A user with an empty password cannot log in.
    """
    nobodys = secrets.token_hex()

    def checkpassword(realm: str, user: str, password: str) -> bool:  # noqa: ARG001 - the interface
        stored = user_password_dict.get(user)
        same = same_text(stored or nobodys, password)
        return same and bool(stored)

    return checkpassword


def checkpassword_hashes(user_hash_dict: Mapping[str, str]) -> CheckPassword:
    """Return a function that checks passwords against a dict of user names and hashed passwords.

    The hashes are those of `hash_password`. Each check takes some 50 ms of CPU time, by design.
    """
    nobodys = hash_password(secrets.token_hex())

    def checkpassword(realm: str, user: str, password: str) -> bool:  # noqa: ARG001 - the interface
        stored = user_hash_dict.get(user)
        same = verify_password(stored or nobodys, password)
        return same and bool(stored)

    return checkpassword


def hash_password(password: str) -> str:
    """Return what to store of a password: its scrypt hash (RFC 7914), with costs and a new salt."""
    salt = secrets.token_bytes(SALT_BYTES)
    return str(_Hash(COST, BLOCK_SIZE, PARALLEL, salt).filled(password))


def verify_password(stored: str, password: str) -> bool:
    """Return whether a password is the one of which `hash_password` made this.

    Raises:
        ValueError: `stored` is no such result.
    """
    known = _Hash.parse(stored)
    return hmac.compare_digest(known.hashed, known.filled(password).hashed)


def same_text(first: str, second: str) -> bool:
    """Return whether two texts are equal, in a time that depends on neither's content."""
    digests = [
        hmac.digest(_KEY, text.encode("utf-8", "surrogatepass"), "sha256")
        for text in (first, second)
    ]
    return hmac.compare_digest(*digests)


class _Hash(NamedTuple):
    """A stored password: `scrypt$n$r$p$salt$hash`, the last two in Base64."""

    cost: int
    block_size: int
    parallel: int
    salt: bytes
    hashed: bytes = b""

    @classmethod
    def parse(cls, stored: str) -> "_Hash":
        found = STORED.fullmatch(stored)
        if found is None:
            raise ValueError("A stored password begins with 'scrypt$': make it with hash_password")
        cost, block_size, parallel = map(int, found.group("n", "r", "p"))
        salt, hashed = map(base64.b64decode, found.group("salt", "hash"))
        return cls(cost, block_size, parallel, salt, hashed)

    def filled(self, password: str) -> "_Hash":
        hashed = hashlib.scrypt(
            password.encode("utf-8", "surrogatepass"),
            salt=self.salt,
            n=self.cost,
            r=self.block_size,
            p=self.parallel,
            maxmem=256 * self.cost * self.block_size,
            dklen=HASH_BYTES,
        )
        return self._replace(hashed=hashed)

    def __str__(self) -> str:
        salt, hashed = (base64.b64encode(part).decode() for part in (self.salt, self.hashed))
        return f"{SCRYPT}${self.cost}${self.block_size}${self.parallel}${salt}${hashed}"
