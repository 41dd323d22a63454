import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import check_field, field_name
from cherrypy_httputil.fields import NameCache, title
from cherrypy_httputil.limits import CACHED_NAME_LENGTH, CACHED_NAMES

BROKEN = ["a\rb", "a\nb", "a\0b", "\r\n", b"a\rb", b"\n", b"\0", ["a", "b\n"], ("a", b"\r")]


@pytest.mark.parametrize("value", BROKEN)
def test_a_line_break_or_nul_is_refused_in_any_kind_of_value(value: object) -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        check_field(value)


@pytest.mark.parametrize("value", ["", "a b", "a\tb", "ü☃", b"\xff", 5, None, 1.5, ["a", b"b"], ()])
def test_everything_else_is_accepted(value: object) -> None:
    check_field(value)


class Sly:
    def __str__(self) -> str:
        return "a\r\nSet-Cookie: b"


class SlyText(str):
    __slots__ = ()


def test_an_object_is_judged_by_its_text() -> None:
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        check_field(Sly())
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        check_field(SlyText("\n"))


@given(st.text() | st.binary())
def test_only_the_three_characters_are_refused(value: str | bytes) -> None:
    text = value if isinstance(value, str) else value.decode("iso-8859-1")
    if any(character in text for character in "\r\n\0"):
        with pytest.raises(ValueError, match="one line"):
            check_field(value)
    else:
        check_field(value)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("x-foo", "X-Foo"),
        ("ETAG", "Etag"),
        (5, "5"),
        (None, "None"),
        (b"x-b", "X-B"),
        (True, "True"),
    ],
)
def test_a_name_is_the_title_cased_text_of_the_key(key: object, name: str) -> None:
    assert title(key) == name
    assert field_name(key) == name


def test_a_name_that_breaks_the_line_is_refused_each_time() -> None:
    for _ in range(2):
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            field_name("x\r\ny")


@given(st.text() | st.binary())
def test_a_name_is_plain_ascii_or_refused(key: str | bytes) -> None:
    try:
        name = field_name(key)
    except ValueError:
        return
    assert re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name)
    assert name == title(key)


def test_every_character_of_a_token_may_stand_in_a_name() -> None:
    token = string.digits + string.ascii_letters + "!#$%&'*+-.^_`|~"
    assert field_name(token) == token.title()


def test_numbers_that_are_equal_keep_their_own_text() -> None:
    assert [title(1), title(True), title(1.0)] == ["1", "True", "1.0"]


def test_the_cache_of_names_cannot_grow_without_end() -> None:
    cache = NameCache(str.upper)
    for number in range(CACHED_NAMES + 1):
        assert cache[f"x{number}"] == f"X{number}"
    assert len(cache) <= CACHED_NAMES


def test_a_long_name_is_not_remembered() -> None:
    cache = NameCache(str.upper)
    long = "x" * (CACHED_NAME_LENGTH + 1)
    assert cache[long] == long.upper()
    assert not cache
