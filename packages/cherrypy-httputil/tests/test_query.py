from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import TooManyFieldsError, parse_fields, parse_query_string
from cherrypy_httputil.limits import FIELDS


@pytest.mark.parametrize(
    ("query", "params"),
    [
        ("", {}),
        ("&&", {}),
        ("a=1&b=2", {"a": "1", "b": "2"}),
        ("a=1;b=2", {"a": "1", "b": "2"}),
        ("a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        ("a", {"a": ""}),
        ("a=", {"a": ""}),
        ("=1", {"": "1"}),
        ("a=b=c", {"a": "b=c"}),
        ("a+b=c+d", {"a b": "c d"}),
        ("a=%C3%BC%2B", {"a": "ü+"}),
        ("a=ü", {"a": "ü"}),
        ("a=ü%C3%BC", {"a": "üü"}),
        ("%zz=1", {"%zz": "1"}),
        ("3,4", {"x": 3, "y": 4}),
        ("3,4x", {"3,4x": ""}),
        ("3,", {"3,": ""}),
        ("9999999999,1", {"9999999999,1": ""}),
    ],
)
def test_a_query_string_is_a_dict(query: str, params: dict[str, Any]) -> None:
    assert parse_query_string(query) == params


def test_blank_values_can_be_left_out() -> None:
    assert parse_query_string("a=&b=1&c", keep_blank_values=False) == {"b": "1"}


def test_bytes_are_decoded_as_the_encoding_says() -> None:
    assert parse_query_string("a=%FC", encoding="iso-8859-1") == {"a": "ü"}
    assert parse_query_string("a=ü%FC", encoding="iso-8859-1") == {"a": "üü"}
    with pytest.raises(UnicodeDecodeError):
        parse_query_string("a=%FC")


def test_more_fields_than_allowed_are_refused() -> None:
    assert parse_query_string("a&b&&", max_fields=2) == {"a": "", "b": ""}
    with pytest.raises(TooManyFieldsError, match="3 fields are more than the 2 allowed"):
        parse_query_string("a&b&c", max_fields=2)


@given(st.text("ab=&%+1C3BC,"))
def test_it_agrees_with_the_standard_library(query: str) -> None:
    try:
        expected = parse_qs(query, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            parse_query_string(query)
        return
    found = parse_query_string(query)
    if "x" in found:  # a click on an image map
        return
    lists = {key: value if isinstance(value, list) else [value] for key, value in found.items()}
    assert lists == expected


@given(st.lists(st.tuples(st.text(), st.text()), max_size=10))
def test_what_was_encoded_is_decoded(fields: list[tuple[str, str]]) -> None:
    expected: dict[str, list[str]] = {}
    for name, value in fields:
        expected.setdefault(name, []).append(value)
    found = parse_query_string(urlencode(fields, errors="surrogatepass"), encoding="utf-8")
    assert found == {name: v if len(v) > 1 else v[0] for name, v in expected.items()}


def test_fields_without_a_limit_know_no_image_map() -> None:
    assert parse_fields("3,4") == {"3,4": ""}
    assert len(parse_fields("a&" * (FIELDS + 1))["a"]) == FIELDS + 1
