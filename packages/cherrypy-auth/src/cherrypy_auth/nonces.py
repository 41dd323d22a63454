"""Nonces that a server need not remember: each says when it was made, and is signed.

A nonce is `time:random:signature`. The signature covers a text of the server's besides, such as the
realm, so that a nonce for one realm is none for another.
"""

from __future__ import annotations

import re
import secrets
import time
from functools import lru_cache
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from cherrypy_auth.limits import CACHED_NONCES, CLOCK_SECONDS, NONCE_SECONDS

if TYPE_CHECKING:
    from itsdangerous import Signer

RANDOM_BYTES: Final = 9

_NONCE: Final = re.compile(r"(\d{1,12}):[\w-]{12}:[\w-]{43}", re.ASCII)


def synthesize_nonce(s: str, key: str | bytes, timestamp: int | None = None) -> str:
    """Return a new nonce.

    Args:
        s: What it is for, such as the realm. It is signed, but not in the nonce.
        key: What it is signed with, known to the servers of this site only.
        timestamp: When it was made, in seconds since the epoch; now by default.

    Raises:
        ValueError: The key is empty, or the time negative.

    Examples:
        >>> synthesize_nonce("earth", "a565c27146791cfb", 1700000000).split(":")[0]
        '1700000000'
    """
    made = int(time.time() if timestamp is None else timestamp)
    if made < 0:
        raise ValueError(f"the timestamp of a nonce is {timestamp!r}, which is before the epoch")
    begin = f"{made}:{secrets.token_urlsafe(RANDOM_BYTES)}"
    signature = _signer(key).get_signature(f"{begin}:{s}")
    return f"{begin}:{signature.decode('ascii')}"


@lru_cache(maxsize=CACHED_NONCES)
def is_genuine(nonce: str, s: str, key: str | bytes) -> bool:
    """Return whether a nonce was made by `synthesize_nonce`, for the same text with the same key.

    Raises:
        ValueError: The key is empty.
    """
    signer = _signer(key)
    if not _NONCE.fullmatch(nonce):
        return False
    begin, _, signature = nonce.rpartition(":")
    # The signer's own check takes texts of a signature that end otherwise, but decode alike.
    return compare_digest(signer.get_signature(f"{begin}:{s}"), signature.encode("ascii"))


def time_of(nonce: str) -> int | None:
    """Return when a nonce says that it was made, in seconds since the epoch, or None."""
    begin, _, _ = nonce.partition(":")
    return int(begin) if begin.isascii() and begin.isdecimal() and len(begin) <= 12 else None  # noqa: PLR2004 - as _NONCE


def is_stale(nonce: str, max_age: float = NONCE_SECONDS) -> bool:
    """Return whether a nonce is too old, comes from the future, or does not say when it was made.

    Args:
        nonce: A genuine one; otherwise what it says means nothing.
        max_age: Seconds for which it is good.
    """
    made = time_of(nonce)
    return made is None or not -CLOCK_SECONDS <= time.time() - made <= max_age


def check_key(key: str | bytes) -> None:
    """Refuse a key that anybody knows.

    Raises:
        ValueError: It is empty.
    """
    if not key:
        raise ValueError("the key of nonces is empty: use secrets.token_hex()")


@lru_cache(maxsize=64)
def _signer(key: str | bytes) -> Signer:
    from itsdangerous import Signer  # noqa: PLC0415 - imported by sites that have nonces

    check_key(key)
    # The derivation costs a second HMAC each time, unless it is done before.
    derived = Signer(
        key, b"cherrypy_auth.nonces", key_derivation="hmac", digest_method=sha256
    ).derive_key()
    return Signer(derived, key_derivation="none", digest_method=sha256)
