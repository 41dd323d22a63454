"""Urlencoded forms: what they become, and in which charset."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_web import RequestBody
from cherrypy_web.body import unquote_plus
from cherrypy_web.urlencoded import parse_form

FORM = "application/x-www-form-urlencoded"


def form(content: bytes, content_type: str = FORM, **attributes: Any) -> RequestBody:
    headers = HeaderMap({"Content-Type": content_type, "Content-Length": str(len(content))})
    body = RequestBody(io.BytesIO(content), headers)
    for name, value in attributes.items():
        setattr(body, name, value)
    body.process()
    return body


@pytest.mark.parametrize(
    ("content", "params"),
    [
        (b"", {}),
        (b"a=1", {"a": "1"}),
        (b"a=1&b=x+y%2B%26", {"a": "1", "b": "x y+&"}),
        (b"a=1;b=2&&;c", {"a": "1", "b": "2", "c": ""}),
        (b"a=&=b", {"a": "", "": "b"}),
        (b"a=1=2", {"a": "1=2"}),
        (b"a=1&a=2&a=3", {"a": ["1", "2", "3"]}),
        (b"a=%zz&b=%", {"a": "%zz", "b": "%"}),
        (b"3,4", {"3,4": ""}),
        ("ä=%C3%A9".encode(), {"ä": "é"}),
        (b"%C3%A4=\xc3%A9", {"ä": "é"}),
    ],
)
def test_fields(content: bytes, params: dict[str, Any]) -> None:
    assert form(content).params == params


def test_media_type_has_no_case() -> None:
    assert form(b"a=1", FORM.title()).params == {"a": "1"}


@pytest.mark.parametrize(
    ("declared", "content", "charset"),
    [
        ("iso-8859-1", b"a=%E9", "iso-8859-1"),
        ('"ISO-8859-1"', b"a=\xe9", "ISO-8859-1"),
        ("ascii", b"a=%C3%A9", "utf-8"),
        ("no-such-charset", b"a=%C3%A9", "utf-8"),
    ],
)
def test_declared_charset_is_tried_first(declared: str, content: bytes, charset: str) -> None:
    body = form(content, f"{FORM}; CHARSET={declared}")
    assert body.params == {"a": "é"}
    assert body.charset == charset


def test_character_of_an_escaped_and_a_plain_byte() -> None:
    # The second byte of this character in Shift JIS is the letter "e".
    assert form(b"a=%83e", f"{FORM}; charset=shift_jis").params == {"a": "テ"}


def test_undecodable_form_is_400_with_the_charsets_that_were_tried() -> None:
    with pytest.raises(HTTPError) as caught:
        form(b"a=%FF", f"{FORM}; charset=us-ascii")
    assert caught.value.status == 400
    assert str(caught.value.args[1]) == (
        "The request entity could not be decoded. "
        "The following charsets were attempted: ['us-ascii', 'utf-8']"
    )


def test_charsets_can_be_chosen() -> None:
    body = form(b"a=%FF", attempt_charsets=["utf-8", "windows-1252"])
    assert body.params == {"a": "ÿ"}
    assert body.charset == "windows-1252"


@pytest.mark.parametrize("charset", ["idna", "punycode", "base64", "x" * 10_000])
def test_client_cannot_choose_a_codec_that_is_no_charset(charset: str) -> None:
    assert form(b"a=%C3%A9", f"{FORM}; charset={charset}").charset == "utf-8"


@pytest.mark.parametrize("separator", [b"&", b";"])
def test_too_many_fields_are_413(separator: bytes) -> None:
    assert len(form(separator.join([b"a=1"] * 5), max_fields=5).params["a"]) == 5
    with pytest.raises(HTTPError, match="at most 5 fields") as caught:
        form(separator.join([b"a=1"] * 6), max_fields=5)
    assert caught.value.status == 413


def test_too_much_text_is_413() -> None:
    assert form(b"a=34567", max_text_bytes=7).params == {"a": "34567"}
    with pytest.raises(HTTPError, match="at most 7 bytes of text") as caught:
        form(b"a=345678", max_text_bytes=7)
    assert caught.value.status == 413


@pytest.mark.parametrize("charset", ["utf-8", "iso8859-1", "cp1252", "shift_jis"])
@pytest.mark.parametrize("content", [b"a=1&b=2", b"a%20b=c+d;e", b"%41=%42&=&&x"])
def test_both_ways_to_split_agree(charset: str, content: bytes) -> None:
    fields = {
        unquote_plus(name).decode(charset): unquote_plus(value).decode(charset)
        for name, _, value in (field.partition(b"=") for field in re.split(b"[&;]+", content))
    }
    assert parse_form(content, charset) == fields


@pytest.mark.parametrize(
    ("quoted", "plain"), [(b"", b""), (b"a+b", b"a b"), (b"%41%2b+", b"A+ "), (b"%", b"%")]
)
def test_unquote_plus(quoted: bytes, plain: bytes) -> None:
    assert unquote_plus(quoted) == plain
