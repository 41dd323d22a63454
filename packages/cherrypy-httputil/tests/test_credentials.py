"""Credentials and challenges as text: what is read, and what is refused."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import parse_auth_params, parse_credentials, quote_string


@pytest.mark.parametrize(
    ("value", "scheme", "rest"),
    [
        ("Basic YTpi", "basic", "YTpi"),
        ("DIGEST  a=b, c=d ", "digest", "a=b, c=d"),
        (" Bearer\t", "bearer", ""),
        ("Negotiate", "negotiate", ""),
        ("", "", ""),
    ],
)
def test_the_scheme_stands_before_the_first_space(value: str, scheme: str, rest: str) -> None:
    assert parse_credentials(value) == (scheme, rest)


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("", {}),
        ('realm="a, b=c", Nonce = x', {"realm": "a, b=c", "nonce": "x"}),
        (r'a="\"\\\,"', {"a": '"\\,'}),
        ('a=""', {"a": ""}),
        (", ,a=b,,\tc=d , ", {"a": "b", "c": "d"}),
        ("username*=UTF-8''J%C3%A4s", {"username*": "UTF-8''J%C3%A4s"}),
        ('a="\xe4\u20ac\t"', {"a": "\xe4\u20ac\t"}),
    ],
)
def test_parameters_are_read_by_name(text: str, params: dict[str, str]) -> None:
    assert parse_auth_params(text) == params


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a=",
        "=b",
        "a b=c",
        "a=b c",
        "a=b=c",
        "a=/x",
        "a=\xe4",
        'a="b',
        'a="b"c',
        'a="b\\"',
        'a="\r\n"',
        'a="\\\n"',
        'a="\0"',
        "a='b c'",
        "a=b;c=d",
        "YTpi==",
    ],
)
def test_what_is_no_list_of_parameters_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no parameter: it has to look like"):
        parse_auth_params(text)


def test_the_error_shows_where_and_not_more_than_a_few_characters() -> None:
    with pytest.raises(ValueError, match=r"^'b c=d' is no parameter"):
        parse_auth_params("a=x, b c=d")
    with pytest.raises(ValueError) as caught:
        parse_auth_params("x" * 10_000)
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize("text", ["a=b, a=c", 'realm="a", Realm="b"'])
def test_a_parameter_that_is_there_twice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="twice"):
        parse_auth_params(text)


@given(st.text(string.printable + "\xe4\u20ac", max_size=30))
def test_what_is_quoted_is_read_as_it_was(text: str) -> None:
    try:
        quoted = quote_string(text)
    except ValueError:
        assert not set(text) <= {"\t", *map(chr, range(32, 127)), "\xe4", "\u20ac"}
    else:
        assert parse_auth_params(f"a={quoted}") == {"a": text}


@given(st.text('a=b,"\\ \t\0', max_size=20))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        params = parse_auth_params(text)
    except ValueError:
        return
    assert all(name and name.strip() == name for name in params)
