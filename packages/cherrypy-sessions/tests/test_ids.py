"""Which ids a store may see."""

import pytest

from cherrypy_sessions import is_valid_id
from cherrypy_sessions.ids import MAX_ID_LENGTH, generate_id


def test_an_id_is_forty_hexadecimal_digits() -> None:
    assert len(generate_id()) == 40
    assert int(generate_id(), 16)


def test_ids_differ() -> None:
    assert generate_id() != generate_id()


@pytest.mark.parametrize("good", ["a", "0" * 40, "a-b_c.d~e", "x" * MAX_ID_LENGTH, "a+b==", ".."])
def test_a_safe_id(good: str) -> None:
    assert is_valid_id(good)


@pytest.mark.parametrize(
    "bad",
    ["", "a/b", "a\\b", "../x", "a\0", "a b", "a\n", "a\t", "\x7f", "ü", "x" * 201, None, 5, b"a"],
)
def test_an_unsafe_id(bad: object) -> None:
    assert not is_valid_id(bad)
