"""The older functions, which take a dict of users."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Any

import pytest
import webob

from cherrypy_auth import classic, httpauth, md5_hex, synthesize_nonce
from cherrypy_httputil import HTTPError

PLAIN = {"bird": "bebop", "empty": ""}
HASHED = {name: md5_hex(word) if word else "" for name, word in PLAIN.items()}
Answer = Callable[..., str]


def basic(text: str) -> str:
    return f"Basic {base64.b64encode(text.encode()).decode()}"


def asked(authorization: str = "") -> webob.Request:
    headers = {"Authorization": authorization} if authorization else {}
    return webob.Request.blank("/", headers=headers)


def refused(function: Any, authorization: str = "", *args: Any) -> tuple[int, str | None]:
    response = webob.Response()
    with pytest.raises(HTTPError) as caught:
        function(asked(authorization), response, *args)
    return caught.value.code, response.headers.get("WWW-Authenticate")


def test_basic_auth_compares_md5_hashes_by_default() -> None:
    request = asked(basic("bird:bebop"))
    assert classic.basic_auth(request, webob.Response(), "earth", HASHED) == "bird"
    assert request.login == "bird"


@pytest.mark.parametrize("credentials", ["bird:bop", "bird:", "nobody:bebop", "empty:"])
def test_basic_auth_challenges_others(credentials: str) -> None:
    status, challenge = refused(classic.basic_auth, basic(credentials), "earth", HASHED)
    assert (status, challenge) == (401, 'Basic realm="earth", charset="UTF-8"')


def test_a_stored_hash_is_no_password() -> None:
    sent = basic(f"bird:{HASHED['bird']}")
    assert refused(classic.basic_auth, sent, "earth", HASHED)[0] == 401


def test_how_passwords_are_stored_is_an_option() -> None:
    def plain(password: str) -> str:
        return password

    def salted(password: str, username: str) -> str:
        return f"{username}+{password}"

    request = asked(basic("bird:bebop"))
    for users, encrypt in ((PLAIN, plain), ({"bird": "bird+bebop"}, salted)):
        assert classic.basic_auth(request, webob.Response(), "earth", users, encrypt) == "bird"


def stored(username: str) -> str | None:
    return HASHED.get(username)


@pytest.mark.parametrize("users", [HASHED, lambda: HASHED, stored, HASHED.get])
def test_users_may_be_functions(users: Any) -> None:
    request = asked(basic("bird:bebop"))
    assert classic.basic_auth(request, webob.Response(), "earth", users) == "bird"
    assert refused(classic.basic_auth, basic("nobody:x"), "earth", users)[0] == 401


@pytest.mark.parametrize("users", [None, [("bird", "bebop")], lambda: "bird"])
def test_other_users_are_the_programs_fault(users: Any) -> None:
    with pytest.raises(ValueError, match="users has to be a dict"):
        classic.basic_auth(asked(basic("bird:bebop")), webob.Response(), "earth", users)


def test_digest_auth_takes_plain_passwords(answer: Answer) -> None:
    status, challenge = refused(classic.digest_auth, "", "earth", PLAIN)
    assert status == 401
    request = asked(answer(challenge))
    assert classic.digest_auth(request, webob.Response(), "earth", PLAIN) == "bird"
    assert request.login == "bird"
    for username, password in (("bird", "x"), ("nobody", "x"), ("empty", "")):
        sent = answer(challenge, username, password)
        assert refused(classic.digest_auth, sent, "earth", PLAIN)[0] == 401


def test_what_stands_in_for_an_unknown_user_lets_nobody_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(secrets, "token_hex", lambda: "guessed")
    sent = basic("nobody:guessed")
    assert refused(classic.basic_auth, sent, "earth", PLAIN, str)[0] == 401
    assert checked(sent, PLAIN, encrypt=str) == (False, None)


def test_one_scheme_is_not_taken_for_the_other(answer: Answer) -> None:
    _, challenge = refused(classic.digest_auth, "", "earth", HASHED)
    stolen = answer(challenge, "bird", HASHED["bird"])
    assert refused(classic.basic_auth, stolen, "earth", HASHED)[0] == 401
    assert refused(classic.digest_auth, basic("bird:bebop"), "earth", PLAIN)[0] == 401


# check_auth.


def checked(authorization: str, *args: Any, **options: Any) -> tuple[bool, Any]:
    request = asked(authorization)
    result = classic.check_auth(request, webob.Response(), *args, **options)
    return result, getattr(request, "login", "untouched")


def test_check_auth_tells_and_does_not_challenge(answer: Answer) -> None:
    assert checked("", HASHED) == (False, "untouched")
    assert checked(basic("bird:bebop"), HASHED) == (True, "bird")
    assert checked(basic("bird:bop"), HASHED) == (False, None)
    assert checked(basic("nobody:bop"), HASHED) == (False, None)
    field = answer(httpauth.digestAuth("earth"))
    assert checked(field, PLAIN) == (True, "bird")
    assert checked(field, PLAIN, realm="earth") == (True, "bird")
    assert checked(field, PLAIN, realm="mars") == (False, None)


def test_check_auth_takes_nonces_of_this_process_only(answer: Answer) -> None:
    assert checked(answer(httpauth.digestAuth("earth", nonce="mine")), PLAIN) == (False, None)


def test_check_auth_refuses_a_digest_for_another_url(answer: Answer) -> None:
    challenge = httpauth.digestAuth("earth")
    with pytest.raises(HTTPError) as caught:
        checked(answer(challenge, uri="/other"), PLAIN)
    assert caught.value.code == 400
    assert checked(answer(challenge, uri="/other"), PLAIN, target="/other") == (True, "bird")


def test_check_auth_refuses_a_digest_without_qop() -> None:
    nonce = synthesize_nonce("earth", httpauth.PROCESS_KEY)
    digest = md5_hex(f"{md5_hex('bird:earth:bebop')}:{nonce}:{md5_hex('GET:/')}")
    sent = f'username="bird", realm="earth", nonce="{nonce}", uri="/", response="{digest}"'
    with pytest.raises(HTTPError) as caught:
        checked(f"Digest {sent}", PLAIN)
    assert caught.value.code == 400


@pytest.mark.parametrize("authorization", ["Basic !", "Digest x", "Bearer x"])
def test_check_auth_refuses_what_it_cannot_read(authorization: str) -> None:
    with pytest.raises(HTTPError) as caught:
        checked(authorization, HASHED)
    assert (caught.value.code, caught.value.message) == (400, "Bad Request")


# httpauth.


def test_challenges_of_httpauth(answer: Answer) -> None:
    assert httpauth.basicAuth("earth") == 'Basic realm="earth"'
    given = httpauth.digestAuth("earth", httpauth.MD5_SESS, "abc", httpauth.AUTH_INT)
    assert given == (
        'Digest realm="earth", nonce="abc", algorithm=MD5-sess, qop="auth-int", charset=UTF-8'
    )
    both = httpauth.doAuth("earth")
    assert both.startswith('Digest realm="earth"')
    assert both.endswith(', Basic realm="earth"')
    with pytest.raises(ValueError, match="is no algorithm"):
        httpauth.digestAuth("earth", "CRC")


def test_credentials_become_a_dict(answer: Answer) -> None:
    assert httpauth.parseAuthorization(basic("bird:be:bop")) == {
        "auth_scheme": "basic",
        "username": "bird",
        "password": "be:bop",
    }
    sent = httpauth.parseAuthorization(answer(httpauth.digestAuth("earth", nonce="abc")))
    assert sent is not None
    response = sent.pop("response")
    assert len(response) == 32
    assert sent == {
        "auth_scheme": "digest",
        "username": "bird",
        "realm": "earth",
        "nonce": "abc",
        "uri": "/",
        "algorithm": "MD5",
        "qop": "auth",
        "nc": "00000001",
        "cnonce": "0a4f113b",
    }


@pytest.mark.parametrize(
    "credentials", ["", "Basic", "Basic YQ", "Digest", "Digest a=b", "Bearer x", "\u20ac", "x"]
)
def test_what_cannot_be_read_is_none(credentials: str) -> None:
    assert httpauth.parseAuthorization(credentials) is None


def parsed(credentials: str) -> dict[str, str]:
    found = httpauth.parseAuthorization(credentials)
    assert found is not None
    return found


def test_basic_credentials_are_compared() -> None:
    sent = parsed(basic("bird:bebop"))
    assert httpauth.checkResponse(sent, "bebop")
    assert not httpauth.checkResponse(sent, "bop")
    assert httpauth.checkResponse(sent, md5_hex("bebop"), encrypt=md5_hex)


@pytest.mark.parametrize("algorithm", httpauth.SUPPORTED_ALGORITHM)
def test_digests_are_compared(answer: Answer, algorithm: str) -> None:
    sent = parsed(answer(httpauth.digestAuth("earth", algorithm), method="PUT"))
    assert httpauth.checkResponse(sent, "bebop", "PUT")
    assert httpauth.checkResponse(sent, "bebop", method="PUT", realm="earth")
    assert not httpauth.checkResponse(sent, "bebop", "PUT", realm="mars")
    assert not httpauth.checkResponse(sent, "bebop")
    assert not httpauth.checkResponse(sent, "bop", "PUT")


def test_the_body_is_compared_too(answer: Answer) -> None:
    given = httpauth.digestAuth("earth", qop=httpauth.AUTH_INT)
    sent = parsed(answer(given, qop="auth-int", body=b"abc"))
    assert httpauth.checkResponse(sent, "bebop", entity_body=b"abc")
    assert not httpauth.checkResponse(sent, "bebop", entity_body=b"abd")


def test_a_session_has_a_key_of_its_own(answer: Answer) -> None:
    sent = parsed(answer(httpauth.digestAuth("earth", httpauth.MD5_SESS, "abc")))
    key = httpauth.md5SessionKey(sent, "bebop")
    assert key == f"{md5_hex('bird:earth:bebop')}:abc:0a4f113b"
    assert httpauth.checkResponse(sent, "", A1=key)
    assert not httpauth.checkResponse(sent, "bebop", A1="another")


def test_a_function_in_c_that_tells_nothing_is_called_with_all_that_there_is() -> None:
    assert httpauth.takes(dict.fromkeys, 1)
    assert httpauth.takes(min, 1, 2)
    assert not httpauth.takes(len, 1, 2)


def test_the_tables_of_httpauth() -> None:
    assert set(httpauth.AUTH_SCHEMES) == set(httpauth.AUTH_RESPONSES) == {"basic", "digest"}
    assert httpauth.DIGEST_AUTH_ENCODERS["MD5"]("") == md5_hex("")
    assert {"MD5", "MD5-sess"} <= set(httpauth.SUPPORTED_ALGORITHM)
    assert httpauth.SUPPORTED_QOP == (httpauth.AUTH, httpauth.AUTH_INT) == ("auth", "auth-int")
