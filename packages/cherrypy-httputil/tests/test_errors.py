import pytest

from cherrypy_httputil import HeaderMap, HTTPError, HTTPRedirect, InternalRedirect, NotFound


def test_an_error_carries_its_status_and_message() -> None:
    error = HTTPError(404, "Gone fishing")
    assert (error.status, error.code, error.reason) == (404, 404, "Not Found")
    assert error.message == "Gone fishing"


def test_not_found_names_the_path() -> None:
    assert NotFound("/a").message == "The path '/a' was not found."


def test_a_redirect_keeps_urls_without_an_exchange() -> None:
    redirect = HTTPRedirect(["../a", "b"])
    assert redirect.urls == ["../a", "b"]
    assert redirect.status == 303


def test_an_illegal_redirect_status_is_named() -> None:
    with pytest.raises(ValueError, match="306"):
        HTTPRedirect("/", 306)


def test_an_internal_redirect_splits_the_query_string() -> None:
    redirect = InternalRedirect("/a?b=1")
    assert (redirect.path, redirect.query_string) == ("/a", "b=1")


def test_a_header_value_is_one_line() -> None:
    headers = HeaderMap()
    with pytest.raises(ValueError, match="CR, LF or NUL"):
        headers["x"] = "a\r\nb: c"
    headers["x-y"] = "1"
    assert headers["X-Y"] == headers["x-y"] == "1"
    assert headers.output() == [(b"X-Y", b"1")]
