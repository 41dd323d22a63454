"""The answer, as a value."""

import json

import pytest

from cherrypy_testing import Headers, Response


def respond(content_type: str | None, body: bytes, status: str = "200 OK") -> Response:
    items = [] if content_type is None else [("Content-Type", content_type)]
    return Response(status, Headers(items), [body], url="http://localhost/")


def test_the_status_in_parts() -> None:
    response = respond(None, b"", "404 Not Found")
    assert (response.status_code, response.reason) == (404, "Not Found")
    assert repr(response) == "<Response '404 Not Found' of http://localhost/>"


@pytest.mark.parametrize(
    ("content_type", "media_type", "charset", "text"),
    [
        ("Text/HTML; Charset=ISO-8859-1", "text/html", "iso-8859-1", "Ã¼"),
        ("text/plain", "text/plain", "utf-8", "ü"),
        (None, "", "utf-8", "ü"),
    ],
)
def test_the_media_type(content_type: str | None, media_type: str, charset: str, text: str) -> None:
    response = respond(content_type, "ü".encode())
    assert response.content_type == media_type
    assert response.charset == charset
    assert response.text == text


def test_json() -> None:
    assert respond("application/json", b'{"a": [1]}').json() == {"a": [1]}
    with pytest.raises(json.JSONDecodeError):
        respond("application/json", b"{").json()


def test_without_a_record_there_are_no_errors() -> None:
    assert respond(None, b"").errors == ""


def test_header_fields_are_found_whatever_the_case() -> None:
    headers = Headers([("Content-Type", "a/b"), ("vary", "x"), ("Vary", "y")])
    assert headers["content-TYPE"] == "a/b"
    assert headers["Vary"] == "x, y"
    assert headers.get_all("VARY") == ["x", "y"]
    assert "VARY" in headers
    assert "Missing" not in headers
    assert not headers.__contains__(5)
    assert headers.get("Missing") is None
    assert list(headers) == ["vary", "Content-Type"]
    assert len(headers) == 2
    with pytest.raises(KeyError):
        headers["Missing"]


def test_cookies_are_not_joined() -> None:
    headers = Headers([("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    assert headers["Set-Cookie"] == "a=1"
    assert headers.get_all("Set-Cookie") == ["a=1", "b=2"]
    assert repr(headers) == "Headers([('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2')])"
