from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_tools import accept, allow, set_vary_header

OFFER = ["text/html", "application/json"]


def choice(accepted: Any, media: Any, **options: Any) -> Any:
    request = Request.blank("/")
    if accepted is not None:
        request.headers["Accept"] = accepted
    return accept(request, Response(), media, **options)


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html", "text/html"),
        ("application/json", "application/json"),
        ("APPLICATION/JSON", "application/json"),
        ("text/html;q=0.5, application/json", "application/json"),
        ("application/*;q=0.5, text/html;q=0.3", "application/json"),
        ("text/*, application/json;q=0.9", "text/html"),
        ("text/html;level=1", "text/html"),
        ("image/png, */*;q=0.1", "text/html"),
        ("text/html;q=0, */*", "application/json"),
        ("text/*;q=0, */*;q=0.5", "application/json"),
        ("text/*;q=0, text/html", "text/html"),
        ("text/*;q=0.9, text/html;q=0.1, application/json;q=0.5", "application/json"),
        ("*/*, text/html;q=0.9", "application/json"),
        ("application/json, text/html", "text/html"),
        ("*/*, application/json", "application/json"),
    ],
)
def test_the_client_chooses(accepted: Any, chosen: Any) -> None:
    assert choice(accepted, OFFER) == chosen


def test_the_answer_is_the_string_that_was_offered() -> None:
    assert choice("text/html", "Text/HTML; charset=utf-8") == "Text/HTML; charset=utf-8"


@pytest.mark.parametrize("media", [None, "", []])
def test_without_an_offer_nothing_is_tested(media: Any) -> None:
    assert choice("image/png", media) is None


@pytest.mark.parametrize(
    "accepted", ["image/png", "text/html;q=0, application/json;q=0", "*/*;q=0", "x"]
)
def test_a_client_that_takes_nothing_of_it_gets_406(accepted: Any) -> None:
    with pytest.raises(HTTPError) as caught:
        choice(accepted, OFFER)
    assert caught.value.code == 406
    assert caught.value.message == (
        f"Your client sent this Accept header: {accepted}. "
        "But this resource only emits these media types: text/html, application/json."
    )


def test_the_response_varies() -> None:
    response = Response()
    accept(Request.blank("/"), response, OFFER)
    assert response.headers["Vary"] == "Accept"


def test_the_decision_is_logged(caplog: Any) -> None:
    caplog.set_level("INFO")
    choice("text/html", OFFER)
    assert not caplog.records
    choice("text/html", OFFER, debug=True)
    assert "text/html" in caplog.text


@given(st.text())
def test_any_field_gives_an_offer_or_an_error(accepted: Any) -> None:
    try:
        assert choice(accepted, OFFER) in OFFER
    except HTTPError as error:
        assert error.code in {400, 406}  # noqa: PT017 - both outcomes are right


def test_a_long_field_takes_no_more_than_its_length() -> None:
    accepted = "*/*," * 20_000 + "text/html;q=0, application/json;q=0"
    with pytest.raises(HTTPError):
        choice(accepted, OFFER)


# allow


def allowed(method: Any, methods: Any = None, **options: Any) -> Any:
    response = Response()
    try:
        allow(Request.blank("/", method=method), response, methods, **options)
    except HTTPError as error:
        return error.code, response.headers["Allow"]
    return 200, response.headers["Allow"]


@pytest.mark.parametrize(
    ("methods", "field"),
    [
        (None, "GET, HEAD"),
        ([], "GET, HEAD"),
        ("", "GET, HEAD"),
        ("get", "GET, HEAD"),
        (["post", "Get"], "POST, GET, HEAD"),
        (["HEAD", "GET"], "HEAD, GET"),
        ("PUT", "PUT"),
        (("PUT", "put"), "PUT"),
    ],
)
def test_the_methods_are_told(methods: Any, field: Any) -> None:
    assert allowed("TRACE", methods) == (405, field)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_listed_methods_pass(method: Any) -> None:
    assert allowed(method) == (200, "GET, HEAD")


@pytest.mark.parametrize("method", ["POST", "get", "GET,HEAD", "", "X" * 1000])
def test_other_methods_are_refused(method: Any) -> None:
    assert allowed(method)[0] == 405


def test_the_refusal_is_logged(caplog: Any) -> None:
    caplog.set_level("INFO")
    allowed("POST", debug=True)
    assert "POST" in caplog.text


# set_vary_header


@pytest.mark.parametrize(
    ("present", "name", "result"),
    [
        (None, "Accept", "Accept"),
        ("Accept", "Accept", "Accept"),
        ("accept", "Accept", "accept"),
        ("Accept-Encoding", "Accept", "Accept-Encoding, Accept"),
        ("a , ,B,", "C", "a, B, C"),
        ("*", "Accept", "*"),
        ("", "Accept", "Accept"),
    ],
)
def test_names_are_added_to_vary(present: Any, name: Any, result: Any) -> None:
    response = Response()
    if present is not None:
        response.headers["Vary"] = present
    set_vary_header(response, name)
    assert response.headers["Vary"] == result
