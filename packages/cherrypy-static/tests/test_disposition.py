from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_static import content_disposition


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (None, "attachment"),
        ("a.txt", 'attachment; filename="a.txt"'),
        ("a b.txt", 'attachment; filename="a b.txt"'),
        ('a"b.txt', 'attachment; filename="a\\"b.txt"'),
        ("what?.txt", 'attachment; filename="what?.txt"'),
        ("../../etc/passwd", 'attachment; filename=".._.._etc_passwd"'),
        ("a\\b", 'attachment; filename="a_b"'),
        ("a\r\nSet-Cookie: x", 'attachment; filename="a__Set-Cookie: x"'),
        ("100%.txt", "attachment; filename=\"100%.txt\"; filename*=UTF-8''100%25.txt"),
        ("\u20ac.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%E2%82%AC.txt"),
        ("caf\xe9", "attachment; filename=\"cafe\"; filename*=UTF-8''caf%C3%A9"),
    ],
)
def test_file_names(name: Any, value: Any) -> None:
    assert content_disposition("attachment", name) == value


@pytest.mark.parametrize("disposition", ["", "a b", 'x; filename="y"', "a\r\nb"])
def test_a_disposition_is_one_word(disposition: Any) -> None:
    with pytest.raises(ValueError, match="is no disposition"):
        content_disposition(disposition)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_any_name_gives_one_readable_line(name: Any) -> None:
    value = content_disposition("inline", name)
    assert value.isascii()
    assert value.isprintable()
    extended = value.partition("filename*=UTF-8''")[2]
    if extended:
        assert "/" not in unquote(extended)


def test_half_a_surrogate_pair_is_no_trouble() -> None:
    assert content_disposition("inline", "\ud800").endswith("%3F")
