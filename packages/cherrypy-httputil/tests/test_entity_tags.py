"""Lists of entity-tags, well-formed and hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import parse_etags


@given(st.lists(st.from_regex(r'(W/)?"[^"\r\n]*"', fullmatch=True)))
def test_a_list_of_tags_is_read_as_it_was_written(tags: list[str]) -> None:
    assert parse_etags(", ".join(tags)) == tags


@pytest.mark.parametrize(
    ("value", "tags"),
    [
        ("*", ["*"]),
        ('"a", W/"b"', ['"a"', 'W/"b"']),
        ('"a" "b", "c"', ['"c"']),
        ('"', []),
        ("", []),
    ],
)
def test_rubbish_is_left_out(value: str, tags: list[str]) -> None:
    assert parse_etags(value) == tags


@given(st.text())
def test_any_list_of_tags_is_read(text: str) -> None:
    parse_etags(text)


HUGE = 200_000


@pytest.mark.parametrize(
    "hostile", [" " * HUGE, "a" * HUGE + '"', 'W/"' * HUGE, '"a"x,' * HUGE, '"']
)
def test_a_long_list_takes_no_more_than_its_length(hostile: str) -> None:
    parse_etags(hostile)
