from __future__ import annotations

import pytest
from webob import Request, Response

from cherrypy_tools import response_headers

REQUEST = Request.blank("/")


def test_sets_each_pair() -> None:
    response = Response()
    response_headers(REQUEST, response, [("X-One", "1"), ("Content-Type", "text/plain")])
    assert response.headers["X-One"] == "1"
    assert response.headers["Content-Type"] == "text/plain"


def test_takes_a_mapping() -> None:
    response = Response()
    response_headers(REQUEST, response, {"X-One": "1"})
    assert response.headers["X-One"] == "1"


def test_replaces_a_field_of_the_same_name() -> None:
    response = Response(headerlist=[("x-one", "0")])
    response_headers(REQUEST, response, [("X-One", "1")])
    assert response.headers.getall("X-One") == ["1"]


def test_without_headers_nothing_changes() -> None:
    response = Response()
    before = response.headerlist[:]
    response_headers(REQUEST, response)
    assert response.headerlist == before


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nb", "a\0b", "a\x7f"])
def test_a_value_cannot_begin_another_field(value: str) -> None:
    response = Response()
    with pytest.raises(ValueError, match="control character"):
        response_headers(REQUEST, response, [("X-One", value)])
    assert "X-One" not in response.headers


@pytest.mark.parametrize("name", ["", "X One", "X:One", "X\r\nOne", "Ö"])
def test_a_name_is_a_token(name: str) -> None:
    with pytest.raises(ValueError, match="not a header name"):
        response_headers(REQUEST, Response(), [(name, "1")])


def test_nothing_is_set_when_one_field_is_bad() -> None:
    response = Response()
    with pytest.raises(ValueError, match="not a header name"):
        response_headers(REQUEST, response, [("X-One", "1"), ("X Two", "2")])
    assert "X-One" not in response.headers
