"""Basic credentials, with WebOb's request and response."""

import base64
from typing import Any

import pytest
import webob
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_auth import BasicAuth, basic_auth, checkpassword_dict
from cherrypy_httputil import HTTPError

CHECK = checkpassword_dict({"bird": "bebop", "ü": "ü:x"})


def basic(credentials: bytes, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(credentials).decode()}"


def ask(authorization: str | None = None, **options: Any) -> tuple[Any, webob.Request]:
    request = webob.Request.blank("/")
    if authorization is not None:
        request.headers["Authorization"] = authorization
    options = {"realm": "earth", "checkpassword": CHECK, **options}
    return basic_auth(request, webob.Response(), **options), request


class Bare:
    """A request that has header fields, and no opinion of them."""

    method, script_name, path_info, query_string = "GET", "", "/", ""

    def __init__(self, authorization: str) -> None:
        self.headers = {"Authorization": authorization}


def refused_with(authorization: str) -> tuple[HTTPError, webob.Response]:
    response = webob.Response()
    with pytest.raises(HTTPError) as caught:
        basic_auth(Bare(authorization), response, "earth", CHECK)
    return caught.value, response


def refused(authorization: str | None = None, **options: Any) -> tuple[HTTPError, webob.Response]:
    request, response = webob.Request.blank("/"), webob.Response()
    if authorization is not None:
        request.headers["Authorization"] = authorization
    options = {"realm": "earth", "checkpassword": CHECK, **options}
    with pytest.raises(HTTPError) as caught:
        basic_auth(request, response, **options)
    return caught.value, response


def test_right_credentials_are_let_in_and_noted_on_the_request() -> None:
    login, request = ask(basic(b"bird:bebop"))
    assert login == "bird"
    assert request.login == "bird"


@pytest.mark.parametrize("scheme", ["basic", "BASIC", "Basic "])
def test_the_case_of_the_scheme_makes_no_difference(scheme: str) -> None:
    assert ask(basic(b"bird:bebop", scheme))[0] == "bird"


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Digest username=bird",
        "Basically",
        basic(b"bird:"),
        basic(b"bird:bebo"),
        basic(b"bird:bebop "),
        basic(b"nobody:bebop"),
        basic(b":"),
    ],
)
def test_others_are_challenged(authorization: str | None) -> None:
    error, response = refused(authorization)
    assert error.code == 401
    assert response.headers["WWW-Authenticate"] == 'Basic realm="earth", charset="UTF-8"'


def test_every_refusal_says_the_same() -> None:
    messages = {refused(each)[0].message for each in (None, basic(b"bird:x"), basic(b"who:x"))}
    assert messages == {"You are not authorized to access that resource"}


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!!",
        "Basic YQ",
        "Basic YTpi==",
        "Basic YTpi====",
        "Basic YTpi YTpi",
        "Basic YTpi, Basic YTpi",
        "Basic \xfc\u20ac",
        "Basic " + "YTpi" * 3000,
        basic(b"nocolon"),
        basic(b"bird:bebop\0"),
        basic(b"bi\rrd:bebop"),
        basic(b"bird\x7f:bebop"),
    ],
)
def test_unreadable_credentials_are_a_bad_request(authorization: str) -> None:
    error, response = refused_with(authorization)
    assert error.code == 400
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_utf_8_is_read_and_latin_1_where_it_is_none(charset: str) -> None:
    assert ask(basic("ü:ü:x".encode(charset)))[0] == "ü"


def test_names_are_compared_in_normal_form_c() -> None:
    assert ask(basic("u\N{COMBINING DIAERESIS}:ü:x".encode()))[0] == "ü"


def test_another_charset_is_not_named_in_the_challenge() -> None:
    _, response = refused(accept_charset="iso-8859-1")
    assert response.headers["WWW-Authenticate"] == 'Basic realm="earth"'


@pytest.mark.parametrize("realm", ['ea"rth', "ea\\rth", "ea\r\nrth", "ea\x7frth", "ea\u0100rth"])
def test_a_realm_that_cannot_be_sent_is_an_error(realm: str) -> None:
    with pytest.raises(ValueError, match="A realm has no"):
        ask(basic(b"bird:bebop"), realm=realm)


def test_the_checker_gets_realm_user_and_password() -> None:
    seen: list[tuple[str, str, str]] = []

    def check(realm: str, username: str, password: str) -> bool:
        seen.append((realm, username, password))
        return True

    ask(basic(b"a:b:c"), checkpassword=check)
    assert seen == [("earth", "a", "b:c")]


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "There are no Basic credentials."),
        (basic(b"a:b"), "The credentials of 'a' are wrong."),
    ],
)
def test_debug_tells_the_log_why(
    authorization: str | None,
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    refused(authorization)
    assert caplog.messages == []
    refused(authorization, debug=True)
    assert caplog.messages == [message]


def test_no_password_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    refused(basic(b"bird:swing"))
    ask(basic(b"bird:bebop"))
    assert "swing" not in caplog.text
    assert "bebop" not in caplog.text


@pytest.mark.parametrize("charset", ["nonsense", "idna", ""])
def test_an_unknown_charset_is_the_programs_fault(charset: str) -> None:
    with pytest.raises(ValueError, match="is no charset"):
        ask(basic(b"bird:bebop"), accept_charset=charset)


def test_an_asynchronous_check_would_let_everybody_in_and_is_refused() -> None:
    async def check(_realm: str, _username: str, _password: str) -> bool:
        return False

    with pytest.raises(ValueError, match="checkpassword is asynchronous"):
        BasicAuth("earth", check)  # type: ignore[arg-type]


def test_options_may_be_given_by_position() -> None:
    request = webob.Request.blank("/", headers={"Authorization": basic(b"bird:bebop")})
    assert basic_auth(request, webob.Response(), "earth", CHECK, False, "utf-8") == "bird"


def test_a_caller_that_has_the_field_hands_it_over() -> None:
    request = webob.Request.blank("/")
    gate = BasicAuth("earth", CHECK)
    assert gate(request, webob.Response(), authorization=basic(b"bird:bebop")) == "bird"


@given(st.text(max_size=30) | st.binary(max_size=30).map(basic))
def test_whatever_is_sent_gets_an_answer(authorization: str) -> None:
    error, _ = refused_with(authorization)
    assert error.code in {400, 401}


def test_an_existing_challenge_is_replaced() -> None:
    request, response = webob.Request.blank("/"), webob.Response()
    response.headers["WWW-Authenticate"] = "Bearer"
    with pytest.raises(HTTPError):
        basic_auth(request, response, "earth", CHECK)
    assert response.headers.getall("WWW-Authenticate") == ['Basic realm="earth", charset="UTF-8"']
