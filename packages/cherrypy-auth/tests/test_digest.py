"""Digest credentials, with WebOb's request and response, and a client after the RFC."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import webob
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_auth import (
    DigestAuth,
    HttpDigestAuthorization,
    NonceCounts,
    digest,
    digest_auth,
    find_user_among,
    get_ha1_dict,
    get_ha1_dict_plain,
    limits,
    md5_hex,
    synthesize_nonce,
    www_authenticate,
)
from cherrypy_httputil import HeaderMap, HTTPError

USERS = {"bird": "bebop", "J\xe4s\xf8n": "not?", "empty": ""}
KEY = "a565c27146791cfb"
GET_HA1 = get_ha1_dict_plain(USERS)
Answer = Callable[..., str]


def gate(**options: Any) -> DigestAuth:
    return DigestAuth(**{"realm": "earth", "get_ha1": GET_HA1, "key": KEY, **options})


def blank(authorization: str = "", url: str = "/", **options: Any) -> webob.Request:
    headers = {"Authorization": authorization} if authorization else {}
    return webob.Request.blank(url, headers=headers, **options)


def refused(check: DigestAuth, request: Any, **options: Any) -> tuple[int, list[str], str]:
    """Return status, challenges and message."""
    response = webob.Response()
    with pytest.raises(HTTPError) as caught:
        check(request, response, **options)
    return caught.value.code, response.headers.getall("WWW-Authenticate"), caught.value.message


def challenge(check: DigestAuth) -> str:
    return refused(check, blank())[1][0]


def let_in(check: DigestAuth, request: webob.Request, **options: Any) -> str:
    login = check(request, webob.Response(), **options)
    assert request.login == login
    return login


# The challenge.


def test_without_credentials_there_is_a_challenge() -> None:
    status, (sent,), message = refused(gate(), blank())
    assert status == 401
    assert message == "You are not authorized to access that resource"
    nonce = sent.partition('nonce="')[2].partition('"')[0]
    assert sent == (
        f'Digest realm="earth", nonce="{nonce}", algorithm=MD5, qop="auth", charset=UTF-8'
    )
    assert HttpDigestAuthorization.matches(sent)


def test_each_challenge_has_a_nonce_of_its_own() -> None:
    assert challenge(gate()) != challenge(gate())


@pytest.mark.parametrize("field", ["Basic YTpi", "Digestive x", "Bearer a", "a=b"])
def test_other_schemes_are_challenged(field: str) -> None:
    assert refused(gate(), blank(field))[0] == 401


def test_a_challenge_as_documented() -> None:
    text = www_authenticate("earth", KEY, "MD5-sess", 'a"b', "auth,auth-int", True)
    assert text == (
        r'Digest realm="earth", nonce="a\"b", algorithm=MD5-sess, qop="auth,auth-int", '
        "stale=true, charset=UTF-8"
    )
    assert "charset" not in www_authenticate("earth", KEY, accept_charset="ISO-8859-1")
    assert www_authenticate("earth", KEY, userhash=True).endswith(", userhash=true")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"algorithm": "SHA-1"}, "'SHA-1' is no algorithm"),
        ({"qop": "auth, other"}, "is no list of 'auth' and 'auth-int'"),
        ({"qop": ""}, "is no list of"),
        ({"realm": 'a"b'}, "A realm has no quotes"),
        ({"key": ""}, "key of nonces is empty"),
    ],
)
def test_a_challenge_that_makes_no_sense_is_an_error(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        www_authenticate(**{"realm": "earth", "key": KEY, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"realm": "a\nb"}, "A realm has no quotes"),
        ({"realm": "\u20ac"}, "only characters of ISO-8859-1"),
        ({"key": ""}, "key of nonces is empty"),
        ({"qop": ["auth", "int"]}, "is no list of"),
        ({"qop": []}, "is no list of"),
        ({"max_age": 0}, "max_age is 0"),
        ({"accept_charset": "nonsense"}, "'nonsense', which is no charset"),
        ({"get_ha1": {}}, "get_ha1 has no algorithm"),
        ({"get_ha1": {"CRC": GET_HA1}}, "'CRC' is no algorithm"),
    ],
)
def test_options_are_checked_before_any_request(options: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gate(**options)


# Right credentials.


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PROPFIND"])
@pytest.mark.parametrize("url", ["/", "/a/b?c=d&e=%20", "/%C3%BC%20%2F", "/%E2%82%AC"])
def test_right_credentials_are_let_in(answer: Answer, method: str, url: str) -> None:
    check = gate()
    field = answer(challenge(check), method=method, uri=url)
    assert let_in(check, blank(field, url, method=method)) == "bird"


def test_the_function_takes_its_options_by_position(answer: Answer) -> None:
    request = blank(answer(challenge(gate())))
    response = webob.Response()
    assert digest_auth(request, response, "earth", GET_HA1, KEY, False, "UTF-8") == "bird"
    assert "WWW-Authenticate" not in response.headers


def test_ha1s_may_be_stored(answer: Answer) -> None:
    check = gate(get_ha1=get_ha1_dict({"bird": md5_hex("bird:earth:bebop")}))
    assert let_in(check, blank(answer(challenge(check)))) == "bird"


@pytest.mark.parametrize(
    "algorithm",
    ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256", "SHA-512-256-sess"],
)
def test_every_algorithm_can_be_offered(answer: Answer, algorithm: str) -> None:
    source = get_ha1_dict_plain(USERS, algorithm)
    check = gate(get_ha1={algorithm: source})
    assert f"algorithm={algorithm}," in challenge(check)
    assert let_in(check, blank(answer(challenge(check)))) == "bird"
    assert refused(check, blank(answer(challenge(check), password="x")))[0] == 401


def test_several_algorithms_are_offered_the_preferred_first(answer: Answer) -> None:
    check = gate(get_ha1={"SHA-256": get_ha1_dict_plain(USERS, "SHA-256"), "MD5": GET_HA1})
    _, challenges, _ = refused(check, blank())
    assert ["SHA-256" in each for each in challenges] == [True, False]
    for each in challenges:
        assert let_in(check, blank(answer(each))) == "bird"


class Plain:
    """A response whose header fields are any mapping."""

    def __init__(self, headers: Any) -> None:
        self.headers = headers


@pytest.mark.parametrize("kind", [HeaderMap, dict])
def test_several_challenges_reach_every_kind_of_response(kind: Any) -> None:
    check = gate(get_ha1={"SHA-256": GET_HA1, "MD5": GET_HA1})
    response: Any = Plain(kind())
    with pytest.raises(HTTPError):
        check(blank(), response)
    field = response.headers["WWW-Authenticate"]
    joined = field if isinstance(field, str) else ", ".join(field)
    assert joined.count("Digest realm=") == 2
    assert isinstance(field, list) is (kind is HeaderMap)


def test_tokens_may_be_quoted_as_some_clients_do(answer: Answer) -> None:
    sent = {"algorithm": '"MD5"', "qop": '"auth"', "nc": '"00000001"'}
    check = gate()
    assert let_in(check, blank(answer(challenge(check), sent=sent))) == "bird"


@pytest.mark.parametrize("uri", ["http://localhost/a?b=c", "/%61?b=c", "HTTPS://other:1/a?b=c"])
def test_the_same_target_may_be_written_otherwise(answer: Answer, uri: str) -> None:
    check = gate()
    assert let_in(check, blank(answer(challenge(check), uri=uri), "/a?b=c")) == "bird"


def test_a_caller_may_know_the_target_better(answer: Answer) -> None:
    check = gate()
    field = answer(challenge(check), uri="/outside?x")
    assert let_in(check, blank(field, "/inside"), target="/outside?x") == "bird"


@pytest.mark.parametrize("target", ["", "/other", None])
def test_another_target_does_not_make_a_url_right(answer: Answer, target: str | None) -> None:
    check = gate()
    field = answer(challenge(check), uri="")
    assert refused(check, blank(field, "/inside"), target=target)[0] == 400


def test_a_path_that_the_request_cannot_tell_is_a_bad_request(answer: Answer) -> None:
    check = gate()
    request = blank(answer(challenge(check), uri="/%FF"))
    request.environ["PATH_INFO"] = "/\xff"
    assert refused(check, request)[0] == 400


def test_the_target_need_not_be_looked_at(answer: Answer) -> None:
    check = gate(check_uri=False)
    assert let_in(check, blank(answer(challenge(check), uri="/outside"), "/inside")) == "bird"


def test_a_caller_that_has_the_field_hands_it_over(answer: Answer) -> None:
    check = gate()
    assert let_in(check, blank(), authorization=answer(challenge(check))) == "bird"


# Names.


@pytest.mark.parametrize("charset", ["utf-8", "latin-1"])
def test_names_are_read_in_utf_8_and_in_latin_1_where_it_is_none(
    answer: Answer, charset: str
) -> None:
    check = gate()
    field = answer(challenge(check), "J\xe4s\xf8n", "not?")
    field = field.encode(charset).decode("latin-1")  # as WSGI has it
    assert let_in(check, blank(field)) == "J\xe4s\xf8n"


def test_a_field_that_is_text_already_is_left_alone() -> None:
    users = {"\u20ac": "x"}
    sent = HttpDigestAuthorization(
        'Digest username="\u20ac", realm="r", nonce="n", uri="/", response="' + "0" * 32 + '"',
        "GET",
    )
    assert sent.username in users


def test_names_may_be_extended(answer: Answer) -> None:
    check = gate()
    sent = {"username": None, "username*": "utf-8'en'J%C3%A4s%C3%B8n"}
    assert let_in(check, blank(answer(challenge(check), "J\xe4s\xf8n", "not?", sent=sent)))


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_names_may_be_hashed(answer: Answer, algorithm: str) -> None:
    check = gate(
        get_ha1={algorithm: get_ha1_dict_plain(USERS, algorithm)}, find_user=find_user_among(USERS)
    )
    assert challenge(check).endswith(", userhash=true")
    assert let_in(check, blank(answer(challenge(check), userhash=True))) == "bird"
    assert let_in(check, blank(answer(challenge(check)))) == "bird"
    field = answer(challenge(check), "nobody", userhash=True)
    assert refused(check, blank(field))[0] == 401


def test_names_may_not_be_hashed_unless_that_was_offered(answer: Answer) -> None:
    check = gate()
    assert refused(check, blank(answer(challenge(check), userhash=True)))[0] == 401


# The body.


def test_the_body_is_covered_where_that_is_offered(answer: Answer) -> None:
    check = gate(qop=["auth", "auth-int"])
    field = answer(
        refused(check, blank(), read_body=bytes)[1][0], method="POST", qop="auth-int", body=b"abc"
    )
    request = blank(field, method="POST", body=b"abc")
    assert let_in(check, request, read_body=lambda: request.body) == "bird"
    assert refused(check, request, read_body=lambda: b"abd")[0] == 401


def test_the_body_is_not_read_for_others(answer: Answer) -> None:
    check = gate(qop="auth,auth-int")
    field = answer(refused(check, blank(), read_body=bytes)[1][0])
    assert let_in(check, blank(field), read_body=pytest.fail) == "bird"


def test_a_list_of_qualities_is_one_that_every_client_reads() -> None:
    _, (sent,), _ = refused(gate(qop=["auth-int", "auth"]), blank(), read_body=bytes)
    assert ', qop="auth-int,auth",' in sent


def test_a_program_that_offers_it_has_to_give_the_body() -> None:
    with pytest.raises(ValueError, match="needs read_body"):
        gate(qop="auth-int")(blank(), webob.Response())


# Wrong ones.


@pytest.mark.parametrize(
    ("username", "password"),
    [("bird", "bop"), ("nobody", "bebop"), ("empty", ""), ("", ""), ("bird", "")],
)
def test_wrong_passwords_and_unknown_users_are_challenged_alike(
    answer: Answer, username: str, password: str
) -> None:
    check = gate()
    status, (sent,), message = refused(check, blank(answer(challenge(check), username, password)))
    assert (status, message) == (401, "You are not authorized to access that resource")
    assert "stale" not in sent


def test_unknown_users_and_wrong_passwords_cost_the_same(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = gate()
    costs = []
    original = HttpDigestAuthorization.request_digest
    for username in ("bird", "nobody"):
        field = answer(challenge(check), username, "wrong")
        hashed: list[int] = []

        def counting(sent: Any, ha1: str, body: Any, *, hashed: Any = hashed) -> str:
            hashed.append(len(ha1))
            return original(sent, ha1, body)

        with monkeypatch.context() as patched:
            patched.setattr(HttpDigestAuthorization, "request_digest", counting)
            refused(check, blank(field))
        costs.append(hashed)
    assert costs == [[32], [32]]


@pytest.mark.parametrize("method", ["POST", "get"])
def test_credentials_for_another_method_are_wrong(answer: Answer, method: str) -> None:
    check = gate()
    assert refused(check, blank(answer(challenge(check), method=method)))[0] == 401


@pytest.mark.parametrize("uri", ["/b", "/a?c=d", "/a/", "", "*", "http://localhost/b", "//a", "/A"])
def test_credentials_for_another_url_are_a_bad_request(answer: Answer, uri: str) -> None:
    check = gate()
    status, challenges, message = refused(check, blank(answer(challenge(check), uri=uri), "/a"))
    assert (status, challenges) == (400, [])
    assert message == "The Authorization header is for another url."


def test_another_realm_is_challenged(answer: Answer) -> None:
    field = answer(challenge(gate(realm="mars")))
    assert refused(gate(), blank(field))[0] == 401


def test_a_digest_for_this_realm_that_names_another_is_challenged(answer: Answer) -> None:
    check = gate()
    field = answer(challenge(check), sent={"realm": '"mars"'})
    assert refused(check, blank(field))[0] == 401


def test_what_stands_in_for_an_unknown_user_lets_nobody_in(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest, "_NOBODYS", md5_hex("nobody:earth:guessed") * 2)
    check = gate()
    field = answer(challenge(check), "nobody", "guessed")
    assert refused(check, blank(field))[0] == 401


@pytest.mark.parametrize("algorithm", ["SHA-256", "MD5-sess", "SHA-512-256"])
def test_an_algorithm_that_was_not_offered_is_challenged(answer: Answer, algorithm: str) -> None:
    other = gate(get_ha1={algorithm: get_ha1_dict_plain(USERS, algorithm)})
    assert refused(gate(), blank(answer(challenge(other))))[0] == 401


def test_a_client_cannot_choose_a_weaker_algorithm(answer: Answer) -> None:
    strong = gate(get_ha1={"SHA-256": get_ha1_dict_plain(USERS, "SHA-256")})
    weaker = challenge(strong).replace("SHA-256", "MD5")
    assert refused(strong, blank(answer(weaker)))[0] == 401
    unsaid = answer(weaker, sent={"algorithm": None})
    assert refused(strong, blank(unsaid))[0] == 401


def test_a_quality_of_protection_that_was_not_offered_is_challenged(answer: Answer) -> None:
    field = answer(challenge(gate()), qop="auth-int")
    assert refused(gate(), blank(field), read_body=bytes)[0] == 401


# Nonces.


def with_nonce(nonce: str) -> str:
    return www_authenticate("earth", KEY, nonce=nonce)


@pytest.mark.parametrize(
    "nonce",
    [
        synthesize_nonce("earth", KEY, int(time.time()) - 2000),
        synthesize_nonce("earth", KEY, int(time.time()) + 2000),
        synthesize_nonce("earth", "another key"),
        synthesize_nonce("mars", KEY),
        "chosen by the client",
        "",
    ],
    ids=["old", "future", "other key", "other realm", "chosen", "empty"],
)
def test_right_credentials_with_a_wrong_nonce_may_be_sent_again(answer: Answer, nonce: str) -> None:
    check = gate()
    status, (sent,), _ = refused(check, blank(answer(with_nonce(nonce))))
    assert (status, ", stale=true" in sent) == (401, True)
    assert let_in(check, blank(answer(sent))) == "bird"


def test_wrong_credentials_with_a_wrong_nonce_are_not_told_so(answer: Answer) -> None:
    old = with_nonce(synthesize_nonce("earth", KEY, 1))
    _, (sent,), _ = refused(gate(), blank(answer(old, password="x")))
    assert "stale" not in sent


def test_the_age_of_nonces_is_an_option(answer: Answer) -> None:
    old = with_nonce(synthesize_nonce("earth", KEY, int(time.time()) - 2000))
    assert let_in(gate(max_age=3000), blank(answer(old))) == "bird"


def test_a_request_may_come_again_unless_counts_are_checked(answer: Answer) -> None:
    check = gate()
    field = answer(challenge(check))
    assert let_in(check, blank(field)) == let_in(check, blank(field)) == "bird"


def test_a_request_that_comes_again_is_refused_where_counts_are_checked(answer: Answer) -> None:
    check = gate(nonce_counts=NonceCounts())
    first = challenge(check)
    assert let_in(check, blank(answer(first))) == "bird"
    status, (again,), _ = refused(check, blank(answer(first)))
    assert (status, "stale=true" in again) == (401, True)
    assert let_in(check, blank(answer(first, nc="0000000a"))) == "bird"
    assert let_in(check, blank(answer(first, nc="00000002"))) == "bird"
    assert let_in(check, blank(answer(again))) == "bird"


def test_one_request_may_be_asked_several_times(answer: Answer) -> None:
    counts = NonceCounts()
    check, inner = gate(nonce_counts=counts), gate(nonce_counts=counts)
    field = answer(challenge(check))
    request = blank(field)
    assert let_in(check, request) == let_in(inner, request) == "bird"
    again = blank(field)
    for each in (check, inner):
        assert refused(each, again)[0] == 401


def test_a_request_may_be_asked_by_those_who_count_for_themselves(answer: Answer) -> None:
    check, other = gate(nonce_counts=NonceCounts()), gate(nonce_counts=NonceCounts())
    field = answer(challenge(check))
    request = blank(field)
    assert let_in(check, request) == let_in(other, request) == "bird"
    assert refused(other, blank(field))[0] == 401


def test_strangers_cannot_use_up_counts(answer: Answer) -> None:
    check = gate(nonce_counts=NonceCounts())
    first = challenge(check)
    refused(check, blank(answer(first, password="x")))
    assert let_in(check, blank(answer(first))) == "bird"


# Malformed ones.

HOSTILE: list[tuple[dict[str, str | None], str]] = [
    ({"username": None}, "'username' is missing"),
    ({"realm": None}, "'realm' is missing"),
    ({"nonce": None}, "'nonce' is missing"),
    ({"uri": None}, "'uri' is missing"),
    ({"response": None}, "'response' is missing"),
    ({"qop": None}, "qop is missing"),
    ({"qop": None, "nc": None, "cnonce": None}, "qop is missing"),
    ({"nc": None}, "there have to be cnonce and nc"),
    ({"cnonce": None}, "there have to be cnonce and nc"),
    ({"nc": "1"}, "'1' is no count"),
    ({"nc": "00000000"}, "is no count"),
    ({"nc": "0000000g"}, "is no count"),
    ({"nc": '"\u0660000000\u0661"'}, "is no count"),
    ({"nc": "000000001"}, "is no count"),
    ({"qop": "auth-conf"}, "neither 'auth' nor 'auth-int'"),
    ({"qop": '"auth,auth-int"'}, "neither"),
    ({"algorithm": "SHA-1"}, "'SHA-1' is no algorithm"),
    ({"algorithm": '""'}, "'' is no algorithm"),
    ({"response": '""'}, "is no digest of 32 digits"),
    ({"response": '"' + "0" * 64 + '"'}, "is no digest of 32 digits"),
    ({"response": '"' + "A" * 32 + '"'}, "is no digest"),
    ({"response": '"' + "\xfc" * 32 + '"'}, "is no digest"),
    ({"userhash": "maybe"}, "neither 'true' nor 'false'"),
    ({"username*": "UTF-8''bird"}, "are both there"),
    ({"username": None, "username*": "bird"}, "which is no UTF-8''name"),
    ({"username": None, "username*": "ISO-8859-1''bird"}, "which is no UTF-8''name"),
    ({"username": None, "username*": "UTF-8''%C3%"}, "which is no UTF-8''name"),
    ({"username": None, "username*": "UTF-8''%FF"}, "utf-8"),
    ({"username": None, "username*": "UTF-8''%0A"}, "control character"),
    ({"username": None, "username*": "UTF-8''bird", "userhash": "true"}, "userhash is true"),
    ({"Realm": '"earth"'}, "'realm' is there twice"),
    ({"username": '"bird'}, "is no parameter"),
    ({"username": '"bird"x'}, "is no parameter"),
    ({"username": "bi rd"}, "is no parameter"),
    ({"username": '"bi\nrd"'}, "is no parameter"),
    ({"extra": '"' + "x" * limits.CREDENTIALS + '"'}, "is longer than 8192 characters"),
]


class Bare:
    """A request that has header fields, and no opinion of them."""

    method, script_name, path_info, query_string = "GET", "", "/", ""

    def __init__(self, authorization: str) -> None:
        self.headers = {"Authorization": authorization}


@pytest.mark.parametrize(("sent", "said"), HOSTILE)
def test_malformed_credentials_are_a_bad_request_that_says_what_is_wrong(
    answer: Answer, sent: dict[str, str | None], said: str
) -> None:
    check = gate()
    status, challenges, message = refused(check, Bare(answer(challenge(check), sent=sent)))
    assert (status, challenges) == (400, [])
    assert message.startswith("The Authorization header could not be parsed. ")
    assert said in message


def test_two_fields_that_a_server_has_joined_are_a_bad_request(answer: Answer) -> None:
    check = gate()
    field = answer(challenge(check))
    assert refused(check, blank(f"{field}, {field}"))[0] == 400


@given(st.text(max_size=60))
def test_whatever_is_sent_gets_an_answer(text: str) -> None:
    assert refused(gate(), Bare(f"Digest {text}"))[0] in {400, 401}


USUAL = ["username", "realm", "nonce", "uri", "response", "algorithm", "qop", "nc", "cnonce"]
NAMES = st.sampled_from([*USUAL, "username*", "userhash", "opaque", "x"])
VALUES = st.sampled_from(
    [
        "a",
        '""',
        '"earth"',
        "MD5",
        "auth",
        "auth-int",
        "00000001",
        "true",
        '"/"',
        '"' + "0" * 32 + '"',
    ]
) | st.text(max_size=10).map('"{}"'.format)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=12))
def test_whatever_parameters_are_sent_get_an_answer(pairs: list[tuple[str, str]]) -> None:
    text = ", ".join(f"{name}={value}" for name, value in pairs)
    assert refused(gate(), Bare(f"Digest {text}"))[0] in {400, 401}


NONCE = synthesize_nonce("earth", KEY)
DIGEST = md5_hex(f"{md5_hex('bird:earth:bebop')}:{NONCE}:00000001:x:auth:{md5_hex('GET:/')}")
RIGHT = (
    f'Digest username="bird", realm="earth", nonce="{NONCE}", uri="/", '
    f'response="{DIGEST}", qop=auth, nc=00000001, cnonce="x"'
)


@given(st.integers(0, len(RIGHT) - 1), st.characters())
def test_a_changed_field_lets_nobody_else_in(position: int, character: str) -> None:
    request: Any = Bare(RIGHT[:position] + character + RIGHT[position + 1 :])
    status, login = 200, "bird"
    try:
        login = gate()(request, webob.Response())
    except HTTPError as error:
        status = error.code
    # It is right where the change makes no difference, such as in the case of a name.
    assert (status, login) in {(200, "bird"), (400, "bird"), (401, "bird")}


# The class, as documented.


def test_the_class_is_used_step_by_step(answer: Answer) -> None:
    sent = HttpDigestAuthorization(answer(www_authenticate("earth", KEY)), "GET")
    assert (sent.realm, sent.username, sent.uri, sent.qop) == ("earth", "bird", "/", "auth")
    assert (sent.nc, sent.cnonce, sent.algorithm, sent.opaque) == (
        "00000001",
        "0a4f113b",
        "MD5",
        None,
    )
    assert sent.validate_nonce("earth", KEY) is True
    assert sent.validate_nonce("mars", KEY) is False
    assert sent.is_nonce_stale() is False
    assert sent.is_nonce_stale(max_age_seconds=-1) is True
    assert sent.HA2() == md5_hex("GET:/")
    assert sent.request_digest(md5_hex("bird:earth:bebop")) == sent.response
    assert sent.errmsg("x") == "Digest Authorization header: x"


def test_a_body_may_be_text_or_bytes(answer: Answer) -> None:
    field = answer(www_authenticate("earth", KEY), qop="auth-int", body="ü".encode())
    sent = HttpDigestAuthorization(field, "GET")
    ha1 = md5_hex("bird:earth:bebop")
    assert sent.request_digest(ha1, "ü") == sent.request_digest(ha1, "ü".encode()) == sent.response
    assert sent.HA2("ü") == md5_hex(f"GET:/:{md5_hex('ü')}")


def test_another_scheme_is_an_error_of_the_class() -> None:
    with pytest.raises(ValueError, match="the scheme is 'basic', not 'Digest'"):
        HttpDigestAuthorization("Basic YTpi", "GET")


def test_debug_tells_the_log_and_no_digest_is_logged(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    check = gate(debug=True)
    first = challenge(check)
    let_in(check, blank(answer(first)))
    refused(check, blank(answer(first, password="x")))
    refused(check, blank(answer(first, uri="/x")))
    refused(check, blank("Digest x"))
    assert caplog.messages[0] == "There are no Digest credentials."
    assert "validate_nonce: True" in caplog.messages
    assert "is_nonce_stale: False" in caplog.messages
    assert "'bird' is let in." in caplog.messages
    assert "The credentials of 'bird' are wrong." in caplog.messages
    assert "The credentials are for '/x'." in caplog.messages
    assert KEY not in caplog.text


def test_without_debug_nothing_is_said(answer: Answer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    check = gate()
    let_in(check, blank(answer(challenge(check))))
    assert caplog.messages == []
