"""Comparing secrets so that the time it takes tells nothing."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from hmac import compare_digest
from typing import Final

# Comparing keyed digests takes the same time for texts of any length.
_KEY: Final = secrets.token_bytes(32)


def as_bytes(text: str | bytes) -> bytes:
    """Return a text in UTF-8, also where it has lone surrogates; bytes as they are."""
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def keyed_digest(text: str | bytes) -> bytes:
    """Return a digest that means nothing outside of this process."""
    return blake2b(as_bytes(text), key=_KEY, digest_size=32).digest()


def same_text(first: str | bytes, second: str | bytes) -> bool:
    """Return whether two texts are equal, in a time that depends on neither's content.

    Examples:
        >>> same_text("bebop", "bebop"), same_text("bebop", "bop")
        (True, False)
    """
    return compare_digest(keyed_digest(first), keyed_digest(second))
