from email.header import Header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import HeaderMap, decode_field, decode_TEXT, decode_TEXT_maybe, find_charset

WORD = "=?utf-8?q?f=C3=BCr?="


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (WORD, "für"),
        ("plain", "plain"),
        ("", ""),
        ("=?utf-8?b?w7w=?=", "ü"),
        ("=?utf-8?B?w7w=?= \t=?utf-8?Q?a_b?=", "üa b"),
        ("x =?utf-8?q?a?= y", "x a y"),
        ("=?utf-8?q?=C3?==?utf-8?q?=BC?=", "ü"),
        ("=?iso-8859-1*de?q?=FC?=", "ü"),
        ("=?iso-8859-1?q?=FC?= =?utf-8?q?=C3=BC?=", "üü"),
        ("=?a =?", "=?a =?"),
    ],
)
def test_encoded_words_are_decoded(value: str, text: str) -> None:
    assert decode_TEXT(value) == decode_TEXT_maybe(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "=?nope?q?a?=",
        "=?punycode?q?a?=",
        "=?zlib?q?a?=",
        "=?utf-8?q?=FF?=",
        "=?utf-8?b?!!?=",
        "=?utf-8?q?ü?=",
        "=?utf-8?q?a=0D=0Ab?=",
        "=?utf-8?q?=00?=",
        "=?utf-8?x?a?=",
    ],
)
def test_what_cannot_be_decoded_is_left_alone(value: str) -> None:
    assert decode_TEXT(value) == value


@given(st.text(st.characters(codec="utf-8", categories=("L", "N")), max_size=60))
def test_what_the_standard_library_encodes_is_decoded(text: str) -> None:
    assert decode_TEXT(Header(text, "utf-8", maxlinelen=10_000).encode()) == text


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0", min_codepoint=256)))
def test_what_a_header_map_encodes_is_decoded(text: str) -> None:
    assert decode_TEXT(HeaderMap.encode(text).decode("latin-1")) == text


@given(st.text("=?utf-8qb AaÿCBFG\r\n"))
def test_any_text_is_decoded_without_an_error_or_a_new_line_break(value: str) -> None:
    text = decode_TEXT(value)
    assert text.count("\n") <= value.count("\n")


@pytest.mark.parametrize(
    "name",
    [
        "Host",
        "host",
        "Authorization",
        "Cookie",
        "Content-Length",
        "Accept",
        "X-Forwarded-Host",
        "Origin",
        "If-Match",
        "If-None-Match",
        "IF-RANGE",
        "If",
        "Destination",
        "X-Remote-User",
        "x-auth-request-email",
        "X-Api-Key",
        "X-Original-Url",
        "True-Client-Ip",
        "X-Csrf-Token",
        "X-Http-Method-Override",
        "Last-Event-Id",
    ],
)
def test_a_field_that_decides_something_is_never_decoded(name: str) -> None:
    assert decode_field(name, WORD) == WORD


@pytest.mark.parametrize("name", ["X-Title", "Subject", "From", "Slug", "x-keyboard"])
def test_text_for_people_is_decoded(name: str) -> None:
    assert decode_field(name, WORD) == "für"
    assert decode_field(name, "plain") == "plain"


@pytest.mark.parametrize(
    ("name", "charset"),
    [
        ("UTF-8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("nope", None),
        ("rot13", None),
        ("idna", None),
        ("unicode_escape", None),
        ("raw_unicode_escape", None),
        ("undefined", None),
        ("a\0b", None),
        ("ISO_8859-1:1987", "iso8859-1"),
        ("utf-8\n", None),
        ("{utf-8}", None),
        ("utf/8", None),
        ("", None),
        ("x" * 100, None),
    ],
)
def test_only_plain_charsets_are_found(name: str, charset: str | None) -> None:
    assert find_charset(name) == charset
