"""Which ids a store may see."""

import pytest

from cherrypy_sessions import is_valid_id
from cherrypy_sessions.ids import MAX_ID_LENGTH, generate_id, is_file_name


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


@pytest.mark.parametrize("name", ["session-a", "session-con", "console", "com10", "a.b"])
def test_what_a_file_may_be_called_anywhere(name: str) -> None:
    assert is_file_name(name, windows=True)


@pytest.mark.parametrize(
    "name", ["a:b", "a?", "<a>", 'a"b', "a|b", "a*", "a.", "con", "NUL.x", "com1", "Aux", "conout$"]
)
def test_what_a_file_may_not_be_called_on_windows(name: str) -> None:
    assert not is_file_name(name, windows=True)
    assert is_file_name(name, windows=False)


def test_hidden_files_are_for_the_store_itself() -> None:
    assert not is_file_name(".locks", windows=False)
