from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_tools import cache_directives, may_store
from cherrypy_tools.freshness import current_age, explicit_lifetime, lifetime, satisfies, wants

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"
A_MINUTE_LATER = "Sun, 06 Nov 1994 08:50:37 GMT"


def storable(
    sent: dict[str, str] | None = None, status: int = 200, method: str = "GET", **fields: str
) -> Any:
    request = Request.blank("/", headers=sent or {}, method=method)
    response = Response(status=status)
    for name, value in fields.items():
        response.headers[name.replace("_", "-")] = value
    return lambda **options: may_store(request, response, **options)


def test_directives_are_read_with_their_arguments() -> None:
    field = 'Max-Age=5, no-store ,private="set-cookie, x",max-age=7,,s-maxage="8"'
    assert cache_directives(field) == {
        "max-age": "5",
        "no-store": None,
        "private": "set-cookie, x",
        "s-maxage": "8",
    }


def test_no_field_has_no_directives() -> None:
    assert cache_directives(None) == {}


@given(st.text())
def test_any_field_can_be_read(value: str) -> None:
    assert all(name == name.lower() for name in cache_directives(value))


def test_a_plain_page_may_be_kept() -> None:
    assert storable()()


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS"])
def test_only_responses_to_get_are_kept(method: str) -> None:
    assert not storable(method=method)()


@pytest.mark.parametrize("value", ["no-store", "private", "no-cache", "private=x, max-age=5"])
def test_a_response_can_forbid_it(value: str) -> None:
    assert not storable(Cache_Control=value)()


def test_a_request_can_forbid_it() -> None:
    assert not storable({"Cache-Control": "no-store"})()


def test_a_response_that_varies_by_everything_is_not_kept() -> None:
    assert not storable(Vary="Accept, *")()


def test_a_response_with_a_cookie_is_kept_only_if_asked() -> None:
    with_cookie = storable(Set_Cookie="a=b")
    assert not with_cookie()
    assert with_cookie(cookies=True)


def test_a_response_to_credentials_is_kept_only_if_asked() -> None:
    credentials = {"Authorization": "Basic eDp5"}
    assert not storable(credentials)()
    assert storable(credentials)(authorized=True)


@pytest.mark.parametrize("value", ["public", "s-maxage=5", "must-revalidate, max-age=5"])
def test_a_response_to_credentials_can_be_for_everybody(value: str) -> None:
    assert storable({"Authorization": "Basic eDp5"}, Cache_Control=value)()


@pytest.mark.parametrize("status", [302, 404, 500])
def test_other_statuses_are_kept_only_for_a_time_they_name(status: int) -> None:
    assert not storable(status=status)()
    assert storable(status=status, Cache_Control="max-age=5")()


@pytest.mark.parametrize("status", [206, 304])
def test_parts_are_never_kept(status: int) -> None:
    assert not storable(status=status, Cache_Control="max-age=5")()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=5"}, 5),
        ({"Cache-Control": "max-age=5, s-maxage=7"}, 7),
        ({"Cache-Control": "max-age=5", "Expires": "0"}, 5),
        ({"Cache-Control": "max-age=soon"}, 0),
        ({"Cache-Control": "max-age=" + "9" * 5000}, 2**31),
        ({"Expires": "0"}, 0),
        ({"Date": DATE, "Expires": A_MINUTE_LATER}, 60),
        ({"Date": A_MINUTE_LATER, "Expires": DATE}, 0),
        ({"Expires": A_MINUTE_LATER}, 784111837 - 784111800),
    ],
)
def test_how_long_a_response_says_to_be_fresh(
    headers: dict[str, str], expected: float | None
) -> None:
    assert explicit_lifetime(headers, made=784111800) == expected


def test_the_delay_is_the_longest_lifetime_and_the_usual_one() -> None:
    assert lifetime({}, 0, delay=600) == 600
    assert lifetime({"Cache-Control": "max-age=60"}, 0, delay=600) == 60
    assert lifetime({"Cache-Control": "max-age=6000"}, 0, delay=600) == 600


def test_the_age_counts_from_the_origin() -> None:
    assert current_age({"Age": "10"}, made=100, now=105) == 15
    assert current_age({"Age": "x"}, made=100, now=95) == 0


@pytest.mark.parametrize(
    ("field", "age", "fits"),
    [
        ("", 5, True),
        ("", 60, False),
        ("no-cache", 0, False),
        ("max-age=5", 5, True),
        ("max-age=5", 5.5, False),
        ("max-age=soon", 0, False),
        ("min-fresh=10", 50, True),
        ("min-fresh=10", 51, False),
        ("max-stale=100", 70, False),
    ],
)
def test_what_a_client_wants_of_a_kept_response(field: str, age: float, fits: bool) -> None:
    assert satisfies(cache_directives(field), age, fresh_for=60) is fits


def test_pragma_counts_without_cache_control() -> None:
    assert wants(Request.blank("/", headers={"Pragma": "no-cache"})) == {"no-cache": None}
    both = {"Pragma": "no-cache", "Cache-Control": "max-age=5"}
    assert wants(Request.blank("/", headers=both)) == {"max-age": "5"}
