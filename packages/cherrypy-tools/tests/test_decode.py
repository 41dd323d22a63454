from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import HTTPError
from cherrypy_tools import decode_body, request_charsets


def test_the_default_comes_after_what_is_tried_anyway() -> None:
    assert request_charsets(["iso-8859-7"], default_encoding="utf-8") == ["iso-8859-7", "utf-8"]


def test_a_charset_is_tried_once() -> None:
    assert request_charsets(["utf-8"]) == ["utf-8"]


def test_a_given_charset_is_the_only_one() -> None:
    assert request_charsets(["utf-8"], encoding="iso-8859-7") == ["iso-8859-7"]


@pytest.mark.parametrize("names", [["utf-8", "cp1252"], ("utf-8", "cp1252")])
def test_either_option_may_be_a_list(names: list[str]) -> None:
    assert request_charsets(["latin-1"], names) == ["utf-8", "cp1252"]
    assert request_charsets(["latin-1"], None, names) == ["latin-1", "utf-8", "cp1252"]


@pytest.mark.parametrize("name", ["utf-9", "rot13", "unicode_escape", "idna"])
def test_a_name_that_is_no_charset_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        request_charsets([], encoding=name)
    with pytest.raises(ValueError, match=name):
        request_charsets([], default_encoding=[name])


def test_the_first_charset_that_fits_decodes() -> None:
    assert decode_body("ü".encode("latin-1"), ["utf-8", "latin-1"]) == "ü"


def test_a_charset_that_a_client_made_up_is_passed_over() -> None:
    assert decode_body(b"a", ["unicode_escape", "made-up", "utf-8"]) == "a"


@given(st.binary().filter(lambda body: not body.isascii()))
def test_bytes_that_no_charset_fits_are_refused(body: bytes) -> None:
    with pytest.raises(HTTPError, match="us-ascii") as caught:
        decode_body(body, ["us-ascii"])
    assert caught.value.code == 400
