from __future__ import annotations

import re
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_tools import (
    Flattened,
    MonitoredHeaderMap,
    autovary,
    flatten,
    ignore_headers,
    redirect,
    referer,
    request_headers_text,
    secure_headers,
)


def request_with(**headers: Any) -> Any:
    return Request.blank("/", headers={k.replace("_", "-"): v for k, v in headers.items()})


# autovary


class Monitored:
    method = "GET"
    script_name = path_info = query_string = ""

    def __init__(self, **headers: Any) -> None:
        self.headers = MonitoredHeaderMap(headers)


def test_every_way_of_looking_counts() -> None:
    request = Monitored(Accept="a", Cookie="b")
    assert request.headers.accessed_headers == set()
    assert request.headers["accept"] == "a"
    assert request.headers.get("X-One") is None
    assert "x-two" not in request.headers
    with pytest.raises(KeyError):
        request.headers["X-Three"]
    assert request.headers.accessed_headers == {"Accept", "X-One", "X-Two", "X-Three"}


def test_what_was_looked_at_is_in_vary() -> None:
    request, response = Monitored(), Response()
    request.headers.get("X-B")
    request.headers.get("Content-Type")
    request.headers.get("X-A")
    autovary(request, response)
    assert response.headers["Vary"] == "X-A, X-B"


def test_what_is_in_vary_stays() -> None:
    request, response = Monitored(), Response()
    response.headers["Vary"] = "Accept-Encoding, x-a"
    request.headers.get("X-A")
    request.headers.get("X-B")
    autovary(request, response)
    assert response.headers["Vary"] == "Accept-Encoding, x-a, X-B"


def test_names_can_be_ignored() -> None:
    request, response = Monitored(), Response()
    request.headers.get("X-A")
    request.headers.get("Content-Type")
    autovary(request, response, ignore={"x-a"})
    assert response.headers["Vary"] == "Content-Type"


@pytest.mark.parametrize("name", ["Content-Type", "if-none-match", "If-Range", "Cache-Control"])
def test_what_selects_no_representation_is_ignored(name: str) -> None:
    request, response = Monitored(), Response()
    request.headers.get(name)
    autovary(request, response)
    assert "Vary" not in response.headers


def test_nothing_looked_at_varies_by_nothing() -> None:
    response = Response()
    autovary(Monitored(), response)
    assert "Vary" not in response.headers


def test_headers_that_are_not_monitored_are_an_error() -> None:
    with pytest.raises(TypeError, match="EnvironHeaders: replace it by a MonitoredHeaderMap"):
        autovary(Request.blank("/"), Response())


# flatten


class Part:
    def __init__(self, *chunks: Any) -> None:
        self.chunks = chunks
        self.was_closed = False

    def __iter__(self) -> Any:
        return iter(self.chunks)

    def close(self) -> None:
        self.was_closed = True


def test_nested_iterables_become_one() -> None:
    response = Response(app_iter=Part(b"a", [b"b", (c for c in [b"c", [b"d"]])], None, b"e"))
    flatten(Request.blank("/"), response)
    assert b"".join(response.app_iter) == b"abcde"
    assert list(response.app_iter) == []


def test_text_is_left_to_an_encoder() -> None:
    assert list(Flattened(["a", [b"b"]])) == ["a", b"b"]


def test_each_iterable_is_closed_at_its_end() -> None:
    inner = Part(b"a")
    after = [(chunk, inner.was_closed) for chunk in Flattened([inner, b"b"])]
    assert after == [(b"a", False), (b"b", True)]


def test_closing_closes_what_was_begun() -> None:
    inner = Part(b"a", b"b")
    outer = Part(inner, Part())
    body = Flattened(outer)
    assert next(body) == b"a"
    body.close()
    assert inner.was_closed
    assert outer.was_closed
    assert list(body) == []
    body.close()


def test_closing_before_reading_closes_the_body() -> None:
    outer = Part(b"a")
    Flattened(outer).close()
    assert outer.was_closed


def test_one_failure_does_not_keep_the_others_open() -> None:
    class Failing(Part):
        def close(self) -> None:
            raise OSError("no")

    outer = Part(Failing(b"a"))
    body = Flattened(outer)
    next(body)
    with pytest.raises(OSError, match="no"):
        body.close()
    assert outer.was_closed


def test_any_depth_is_walked() -> None:
    nested: list[object] = [b"deep"]
    for _ in range(5000):
        nested = [nested]
    assert list(Flattened(nested)) == [b"deep"]


# ignore_headers


def test_range_is_ignored_by_default() -> None:
    request = request_with(Range="bytes=1-2", Accept="a")
    ignore_headers(request, Response())
    assert "Range" not in request.headers
    assert request.headers["Accept"] == "a"


def test_headers_to_ignore_can_be_named() -> None:
    request = request_with(Range="bytes=1-2", Accept="a", Cookie="b")
    ignore_headers(request, Response(), ("accept", "X-None"))
    assert "Accept" not in request.headers
    ignore_headers(request, Response(), "Cookie")
    assert "Cookie" not in request.headers
    assert "Range" in request.headers


def test_what_is_ignored_is_logged(caplog: Any) -> None:
    caplog.set_level("INFO")
    ignore_headers(request_with(Range="x"), Response(), debug=True)
    assert "'Range'" in caplog.text


# redirect


def test_a_redirection_within_the_application() -> None:
    with pytest.raises(InternalRedirect) as caught:
        redirect(Request.blank("/a"), Response(), "/b?c=d")
    assert (caught.value.path, caught.value.query_string) == ("/b", "c=d")


def test_a_redirection_by_the_client(caplog: Any) -> None:
    caplog.set_level("INFO")
    with pytest.raises(HTTPRedirect) as caught:
        redirect(Request.blank("/a"), Response(), "http://h/b", internal=False, debug=True)
    assert caught.value.urls == ["http://h/b"]
    assert "by the client" in caplog.text


def test_a_redirection_with_a_line_break_is_refused() -> None:
    with pytest.raises(ValueError, match="CR, LF"):
        redirect(Request.blank("/a"), Response(), "/b\r\nSet-Cookie: c", internal=False)


# referer


@pytest.mark.parametrize(
    ("value", "options", "is_taken"),
    [
        ("http://a/x", {}, True),
        ("http://b/x", {}, False),
        ("x http://a/", {}, False),
        (None, {}, False),
        (None, {"accept_missing": True}, True),
        ("http://a/x", {"accept": False}, False),
        ("http://b/x", {"accept": False}, True),
        (None, {"accept": False}, False),
        ("", {}, False),
    ],
)
def test_pages_are_known_by_a_pattern(value: Any, options: Any, is_taken: Any) -> None:
    request = Request.blank("/")
    if value is not None:
        request.headers["Referer"] = value
    if is_taken:
        referer(request, Response(), "http://a/", **options)
        return
    with pytest.raises(HTTPError) as caught:
        referer(request, Response(), re.compile("http://a/"), **options)
    assert (caught.value.code, caught.value.message) == (403, "Forbidden Referer header.")


def test_the_refusal_can_be_chosen() -> None:
    with pytest.raises(HTTPError) as caught:
        referer(Request.blank("/"), Response(), "http://a/", error=404, message="No.")
    assert (caught.value.code, caught.value.message) == (404, "No.")


# log_headers


def test_headers_are_listed() -> None:
    text = request_headers_text([("Host", "h"), ("Accept", "\xe9")])
    assert text == "\nRequest Headers:\n  Host: h\n  Accept: \xe9"


def test_a_value_stays_on_its_line() -> None:
    text = request_headers_text([("A", "b\n  Host: evil\x1b[0m")])
    assert text == "\nRequest Headers:\n  A: b\\n  Host: evil\\x1b[0m"


def test_secrets_can_be_hidden() -> None:
    text = request_headers_text([("Authorization", "Basic x")], hidden=["authorization"])
    assert text == "\nRequest Headers:\n  Authorization: ..."


# secure_headers


def test_the_default_set() -> None:
    response = Response()
    secure_headers(Request.blank("/"), response)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in response.headers


def test_what_the_application_sets_wins() -> None:
    response = Response(headerlist=[("x-frame-options", "DENY")])
    secure_headers(Request.blank("/"), response)
    assert response.headers.getall("X-Frame-Options") == ["DENY"]


def test_each_field_can_be_changed_or_left_out() -> None:
    response = Response()
    changes = {"X-Frame-Options": None, "Referrer-Policy": "no-referrer", "X-Own": "1"}
    secure_headers(Request.blank("/"), response, changes)
    assert "X-Frame-Options" not in response.headers
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Own"] == "1"


def test_transport_security_is_asked_for() -> None:
    response = Response()
    secure_headers(Request.blank("/"), response, hsts=60)
    value = "max-age=60; includeSubDomains"
    assert response.headers["Strict-Transport-Security"] == value


def test_a_bad_field_sets_nothing() -> None:
    response = Response()
    with pytest.raises(ValueError, match="control character"):
        secure_headers(Request.blank("/"), response, {"X-Own": "a\r\nb"})
    assert "X-Frame-Options" not in response.headers
