from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_tools import redirect, trailing_slash, uri_of


def target(url: str, *, is_index: Any, script: Any = "", **options: Any) -> Any:
    request = Request.blank(url)
    request.script_name = script
    try:
        trailing_slash(request, Response(), is_index=is_index, **options)
    except HTTPRedirect as redirect:
        return redirect.urls, redirect.status
    return None


def test_an_index_page_without_its_slash_is_redirected_to_it() -> None:
    assert target("/a", is_index=True) == (["/a/"], 301)


def test_the_query_string_stays() -> None:
    assert target("/a?x=1&y=%20", is_index=True) == (["/a/?x=1&y=%20"], 301)


def test_the_script_name_stays() -> None:
    assert target("/a", is_index=True, script="/app") == (["/app/a/"], 301)


def test_the_root_of_an_application_is_an_index_page_too() -> None:
    request = Request.blank("/")
    request.script_name, request.path_info = "/app", ""
    with pytest.raises(HTTPRedirect) as caught:
        trailing_slash(request, Response(), is_index=True)
    assert caught.value.urls == ["/app/"]


def test_an_index_page_with_its_slash_is_left_alone() -> None:
    assert target("/a/", is_index=True) is None


def test_missing_can_be_turned_off() -> None:
    assert target("/a", is_index=True, missing=False) is None


def test_another_page_is_left_alone_by_default() -> None:
    assert target("/a/", is_index=False) is None
    assert target("/a", is_index=False) is None


def test_extra_takes_the_slash_away() -> None:
    assert target("/a/?b=1", is_index=False, extra=True) == (["/a?b=1"], 301)


def test_extra_leaves_the_root_alone() -> None:
    assert target("/", is_index=False, extra=True) is None


def test_a_handler_that_does_not_care_is_never_redirected() -> None:
    assert target("/a", is_index=None, extra=True) is None
    assert target("/a/", is_index=None, extra=True) is None


def test_the_status_can_be_chosen() -> None:
    assert target("/a", is_index=True, status=308) == (["/a/"], 308)


def test_the_path_is_quoted_again() -> None:
    assert target("/%C3%A9%20%3Fa", is_index=True) == (["/%C3%A9%20%3Fa/"], 301)


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "/\\evil.example", "\\/e"])
def test_the_target_never_names_another_host(path: str) -> None:
    request = Request.blank("/")
    request.path_info = path
    with pytest.raises(HTTPRedirect) as caught:
        trailing_slash(request, Response(), is_index=True)
    assert caught.value.urls[0][1] not in "/\\"


@given(st.text())
def test_any_path_gives_one_line_of_printable_ascii(path: str) -> None:
    request = Request.blank("/")
    request.path_info = path.encode("utf-8", "replace").decode("utf-8")
    with suppress(HTTPRedirect):
        trailing_slash(request, Response(), is_index=True)
        assert path.endswith("/")
        return
    with pytest.raises(HTTPRedirect) as caught:
        trailing_slash(request, Response(), is_index=True)
    assert caught.value.urls[0].isascii()
    assert caught.value.urls[0].isprintable()


@pytest.mark.parametrize("ask", [uri_of, partial(redirect, response=Response(), url="/")])
def test_a_path_that_is_not_in_utf_8_is_the_clients_fault(ask: Any) -> None:
    request = Request.blank("/%ff")
    for function in (ask, partial(trailing_slash, response=Response(), is_index=True)):
        with pytest.raises(HTTPError) as caught:
            function(request)
        assert caught.value.code == 400


def test_the_decision_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    target("/a/", is_index=True)
    assert not caplog.records
    target("/a/", is_index=True, debug=True)
    assert "is_index True" in caplog.text
