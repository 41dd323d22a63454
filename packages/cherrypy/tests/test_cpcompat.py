"""The helpers of programs that once ran on Python 2, too."""

from __future__ import annotations

from typing import Any

import pytest

import cherrypy
from cherrypy._cpcompat import assert_native, ntob, ntou, text_or_bytes, tonative


def test_it_is_there_after_one_import() -> None:
    assert cherrypy._cpcompat.ntob is ntob


def test_text_becomes_bytes_and_back() -> None:
    assert ntob("é") == b"\xe9"
    assert ntob("é", "utf-8") == "é".encode()
    assert ntou("é") == "é"
    assert (tonative(b"\xe9"), tonative("é"), tonative(b"\xc3\xa9", "utf-8")) == ("é", "é", "é")
    assert all(isinstance(each, text_or_bytes) for each in ("a", b"a"))


@pytest.mark.parametrize("function", [ntob, ntou, assert_native])
def test_what_is_no_text_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match=r"must be a native str \(got bytes\)"):
        function(b"a")
