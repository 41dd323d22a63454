"""The cookie, on responses of every kind."""

import re
import time
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any

import pytest
import webob

from cherrypy_sessions import (
    SessionCookie,
    cookie_problem,
    cookie_value,
    expire,
    set_response_cookie,
)


def request(**fields: str) -> Any:
    return webob.Request.blank("/", headers={k.replace("_", "-"): v for k, v in fields.items()})


def with_jar() -> Any:
    return SimpleNamespace(headers={}, cookie=SimpleCookie())


def plain() -> Any:
    return SimpleNamespace(headers={})


RESPONSES = {"webob": webob.Response, "jar": with_jar, "plain": plain}


@pytest.fixture(params=RESPONSES.values(), ids=list(RESPONSES))
def response(request: pytest.FixtureRequest) -> Any:
    return request.param()


def cookies_of(response: Any) -> list[str]:
    if hasattr(response, "cookie"):
        return [cookie.OutputString() for cookie in response.cookie.values()]
    if hasattr(response.headers, "getall"):
        found: list[str] = response.headers.getall("Set-Cookie")
        return found
    return [response.headers["Set-Cookie"]] if response.headers else []


def test_the_documented_defaults(response: Any) -> None:
    set_response_cookie(request(), response, "abc")
    (cookie,) = cookies_of(response)
    assert re.fullmatch(
        r"session_id=abc; expires=[^;]+ GMT; Max-Age=3600; Path=/",
        cookie,
    )
    expires = parsedate_to_datetime(re.findall("expires=([^;]+)", cookie)[0]).timestamp()
    assert abs(expires - time.time() - 3600) < 60


def test_every_option(response: Any) -> None:
    set_response_cookie(
        request(),
        response,
        "abc",
        path="/shop",
        name="shop",
        timeout=None,
        domain="example.com",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    (cookie,) = cookies_of(response)
    assert cookie == ("shop=abc; Domain=example.com; HttpOnly; Path=/shop; SameSite=Strict; Secure")


def test_the_path_may_come_from_a_field(response: Any) -> None:
    set_response_cookie(request(X_Path="/inner"), response, "abc", path_header="X-Path")
    assert "Path=/inner" in cookies_of(response)[0]


def test_a_field_that_is_missing_means_the_whole_site(response: Any) -> None:
    set_response_cookie(request(), response, "abc", path_header="X-Path")
    assert "Path=/" in cookies_of(response)[0]


def test_the_path_goes_before_the_field(response: Any) -> None:
    set_response_cookie(request(X_Path="/a"), response, "abc", path="/b", path_header="X-Path")
    assert "Path=/b" in cookies_of(response)[0]


def test_setting_it_again_replaces_it(response: Any) -> None:
    set_response_cookie(request(), response, "abc", path="/a")
    set_response_cookie(request(), response, "def")
    (cookie,) = cookies_of(response)
    assert cookie.startswith("session_id=def;")


def test_other_cookies_stay() -> None:
    response = webob.Response()
    response.set_cookie("theme", "dark")
    set_response_cookie(request(), response, "abc")
    set_response_cookie(request(), response, "def")
    assert [each.partition(";")[0] for each in cookies_of(response)] == [
        "theme=dark",
        "session_id=def",
    ]


@pytest.mark.parametrize("prefix", ["__Host-", "__Secure-"])
def test_a_prefixed_name_is_secure(response: Any, prefix: str) -> None:
    set_response_cookie(request(), response, "abc", name=f"{prefix}id", timeout=None)
    assert cookies_of(response) == [f"{prefix}id=abc; Path=/; Secure"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({}, None),
        ({"samesite": "Lax"}, None),
        ({"samesite": "none", "secure": True}, None),
        ({"samesite": "none", "name": "__Secure-id"}, None),
        ({"name": "__Secure-id", "domain": "example.com"}, None),
        ({"name": "__Host-id", "path": "/"}, None),
        ({"samesite": "None"}, "set secure too"),
        ({"name": "__Host-id", "domain": "example.com"}, "no domain"),
        ({"name": "__Host-id", "path": "/shop"}, "no path"),
    ],
)
def test_contradicting_options(options: dict[str, Any], problem: str | None) -> None:
    found = cookie_problem(**options)
    assert (problem in found) if problem and found else found is problem


def test_contradicting_options_are_warned_of_and_sent_all_the_same(response: Any) -> None:
    with pytest.warns(UserWarning, match="set secure too"):
        cookie = SessionCookie(samesite="None", timeout=None)
    cookie.set(request(), response, "abc")
    assert cookies_of(response) == ["session_id=abc; Path=/; SameSite=None"]


def test_a_path_from_a_field_contradicts_the_host_prefix() -> None:
    with pytest.warns(UserWarning, match="no path"):
        SessionCookie("__Host-id", path_header="X-Path")


def test_a_samesite_that_does_not_exist_is_an_error(response: Any) -> None:
    with pytest.raises(ValueError, match="not 'Loose'"):
        set_response_cookie(request(), response, "abc", samesite="Loose")


def test_what_a_program_changes_of_the_cookie_is_sent() -> None:
    response = with_jar()
    set_response_cookie(request(), response, "abc", timeout=None)
    response.cookie["session_id"]["path"] = "/shop"
    assert cookies_of(response) == ["session_id=abc; Path=/shop"]
    assert response.cookie["session_id"].OutputString([]) == "session_id=abc"


@pytest.mark.parametrize("value", ["a b", 'a"b', "a;b", "é"])
def test_any_value_comes_back(value: str) -> None:
    response = with_jar()
    set_response_cookie(request(), response, value, timeout=None)
    text = cookies_of(response)[0].partition("; Path")[0]
    assert cookie_value(request(Cookie=text), "session_id") == value


# Forgetting


def test_expire_changes_the_cookie_that_is_there(response: Any) -> None:
    set_response_cookie(request(), response, "abc", path="/shop", domain="example.com")
    expire(request(), response)
    (cookie,) = cookies_of(response)
    assert re.fullmatch(r"session_id=abc; Domain=example.com; expires=[^;]+; Path=/shop", cookie)
    expires = parsedate_to_datetime(re.findall("expires=([^;]+)", cookie)[0]).timestamp()
    assert expires < time.time() - 24 * 3600


def test_expire_makes_a_cookie_where_there_is_none(response: Any) -> None:
    expire(request(Cookie="shop=abc"), response, name="shop", path="/shop", domain="example.com")
    (cookie,) = cookies_of(response)
    assert re.fullmatch(r"shop=abc; Domain=example.com; expires=[^;]+; Path=/shop", cookie)


def test_expire_without_any_cookie(response: Any) -> None:
    expire(request(), response)
    assert cookies_of(response)[0].startswith('session_id=""; expires=')


def test_changing_the_value_keeps_the_rest(response: Any) -> None:
    set_response_cookie(request(), response, "abc", path="/shop", timeout=None)
    SessionCookie().change(request(), response, "def")
    assert cookies_of(response) == ["session_id=def; Path=/shop"]


def test_changing_the_value_of_no_cookie_sets_it(response: Any) -> None:
    SessionCookie(timeout=None).change(request(), response, "def")
    assert cookies_of(response) == ["session_id=def; Path=/"]


@pytest.mark.parametrize("there", [False, True])
def test_changing_it_to_nothing_has_it_forgotten(response: Any, there: bool) -> None:
    cookie = SessionCookie(path="/shop")
    if there:
        cookie.set(request(), response, "abc")
    cookie.change(request(), response, None)
    (text,) = cookies_of(response)
    assert re.fullmatch(r"session_id=(abc|\"\"); expires=[^;]+; Path=/shop", text)


# Reading


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("session_id=abc", "abc"),
        ("a=b; session_id=abc; c=d", "abc"),
        ("a=b;session_id=abc", "abc"),
        ("session_id=specific; session_id=general", "specific"),
        ('session_id="a b"', "a b"),
        ('session_id="unbalanced', '"unbalanced'),
        ("session_id=a=b", "a=b"),
        ("session_id", ""),
        ("xsession_id=abc", None),
        ("", None),
        (";;=;", None),
    ],
)
def test_reading_the_cookie(field: str, value: str | None) -> None:
    assert cookie_value(request(Cookie=field), "session_id") == value


def test_reading_without_a_cookie_field() -> None:
    assert cookie_value(request(), "session_id") is None


def test_a_name_that_no_cookie_can_have_is_not_found() -> None:
    assert cookie_value(request(Cookie='a b="c"'), "a b") == '"c"'
