"""Text and bytes by the names that programs use which once ran on Python 2, too."""

from __future__ import annotations

from http.client import HTTPSConnection
from typing import Final

__all__ = ["HTTPSConnection", "assert_native", "ntob", "ntou", "text_or_bytes", "tonative"]

LATIN_1: Final = "ISO-8859-1"

text_or_bytes: tuple[type[str], type[bytes]] = (str, bytes)


def ntob(n: str, encoding: str = LATIN_1) -> bytes:
    """Return a text as bytes.

    Raises:
        TypeError: It is no text.
        UnicodeEncodeError: The encoding has no such characters.
    """
    assert_native(n)
    return n.encode(encoding)


def ntou(n: str, encoding: str = LATIN_1) -> str:  # noqa: ARG001 - for Python 2
    """Return a text as it is.

    Raises:
        TypeError: It is no text.
    """
    assert_native(n)
    return n


def tonative(n: str | bytes, encoding: str = LATIN_1) -> str:
    """Return a text, or the text that bytes stand for.

    Raises:
        UnicodeDecodeError: The bytes stand for none.
    """
    return n.decode(encoding) if isinstance(n, bytes) else n


def assert_native(n: object) -> None:
    """Refuse what is no text.

    Raises:
        TypeError: With the type that it has.
    """
    if not isinstance(n, str):
        raise TypeError(f"n must be a native str (got {type(n).__name__})")
