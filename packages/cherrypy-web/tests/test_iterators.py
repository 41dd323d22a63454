"""What counts as an iterator, and as one that can be closed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_web import is_closable_iterator, is_iterator

if TYPE_CHECKING:
    from collections.abc import Iterator


class Endless:
    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return b""


class Closable(Endless):
    def close(self) -> None:
        """Nothing to close."""


class ClosableWith(Endless):
    def close(self, reason: str) -> None:
        """Nothing to close."""


class NotItsOwn(Endless):
    def __iter__(self) -> Iterator[bytes]:
        return iter([b""])


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (iter([]), True),
        ((each for each in "text"), True),
        (Endless(), True),
        (io.BytesIO(), True),
        ([], False),
        ("text", False),
        (None, False),
        (Endless, False),
        (NotItsOwn(), False),
    ],
)
def test_iterator_is_its_own_iterator(obj: Any, expected: Any) -> None:
    assert is_iterator(obj) is expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        ((each for each in "text"), True),
        (Closable(), True),
        (io.BytesIO(), True),
        (iter([]), False),
        (ClosableWith(), False),
        (None, False),
    ],
)
def test_closable_iterator_has_a_close_without_arguments(obj: Any, expected: Any) -> None:
    assert is_closable_iterator(obj) is expected
