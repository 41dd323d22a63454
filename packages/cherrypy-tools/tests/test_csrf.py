from __future__ import annotations

import sys
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_tools import CsrfTokens, csrf, new_binding

pytest.importorskip("itsdangerous")

SECRET = "a secret of this site"
SESSION = "id of the session of ann"


@pytest.fixture
def tokens() -> CsrfTokens:
    return CsrfTokens(SECRET)


def send(
    tokens: CsrfTokens,
    *,
    token: Any = None,
    header: str | None = None,
    bound_to: str | None = SESSION,
    method: str = "POST",
    **options: Any,
) -> None:
    headers = {} if header is None else {"X-CSRF-Token": header}
    request = Request.blank("/", method=method, headers=headers)
    params = {} if token is None else {"csrf_token": token}
    csrf(request, Response(), tokens, bound_to, params=params, **options)


def refused(tokens: CsrfTokens, **options: Any) -> str:
    with pytest.raises(HTTPError) as caught:
        send(tokens, **options)
    assert caught.value.code == 403
    return caught.value.message


def test_a_token_passes_in_the_form_and_in_the_header(tokens: CsrfTokens) -> None:
    token = tokens.make(SESSION)
    send(tokens, token=token)
    send(tokens, header=token)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PURGE"])
def test_without_a_token_nothing_changes(tokens: CsrfTokens, method: str) -> None:
    assert "missing" in refused(tokens, method=method)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_safe_methods_need_none(tokens: CsrfTokens, method: str) -> None:
    send(tokens, method=method, bound_to=None)


def test_other_methods_may_be_exempt(tokens: CsrfTokens) -> None:
    send(tokens, method="PURGE", exempt_methods={"PURGE"})
    refused(tokens, method="GET", exempt_methods={"PURGE"})


def test_a_token_of_another_user_is_refused(tokens: CsrfTokens) -> None:
    refused(tokens, token=tokens.make("id of the session of bob"))


def test_a_browser_without_a_session_is_refused(tokens: CsrfTokens) -> None:
    refused(tokens, token=tokens.make(SESSION), bound_to=None)
    refused(tokens, token=tokens.make(SESSION), bound_to="")


def test_a_token_of_another_secret_is_refused(tokens: CsrfTokens) -> None:
    refused(tokens, token=CsrfTokens("another secret, as long").make(SESSION))


def test_a_secret_can_be_replaced(tokens: CsrfTokens) -> None:
    renewed = CsrfTokens([SECRET, "the secret that is new"])
    send(renewed, token=tokens.make(SESSION))
    refused(tokens, token=renewed.make(SESSION))


def test_a_token_gets_too_old() -> None:
    tokens = CsrfTokens(SECRET, max_age=-1)
    assert "too old" in refused(tokens, token=tokens.make(SESSION))


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "\xff\u20ac", "." * 5000, "W10.aaaaaa.x", ["a", "b"], 5]
)
def test_rubbish_is_refused(tokens: CsrfTokens, token: Any) -> None:
    refused(tokens, token=token)


def test_what_was_signed_for_something_else_is_refused(tokens: CsrfTokens) -> None:
    contents: list[object] = ["text", [1], {}, [1, 2, 3], [None, None]]
    for content in contents:
        refused(tokens, token=tokens._serializer.dumps(content))


def test_a_changed_token_is_refused(tokens: CsrfTokens) -> None:
    token = tokens.make(SESSION)
    refused(tokens, token=("B" if token[0] == "A" else "A") + token[1:])


def test_no_two_tokens_are_the_same_and_none_shows_the_session(tokens: CsrfTokens) -> None:
    first, second = tokens.make(SESSION), tokens.make(SESSION)
    assert first[:20] != second[:20]
    assert SESSION not in str(tokens._serializer.loads(first))


def test_names_of_field_and_header_can_be_chosen(tokens: CsrfTokens) -> None:
    request = Request.blank("/", method="POST", headers={"X-Own": tokens.make(SESSION)})
    csrf(request, Response(), tokens, SESSION, "X-Own")
    csrf(
        Request.blank("/", method="POST"),
        Response(),
        tokens,
        SESSION,
        field="own",
        params={"own": tokens.make(SESSION)},
    )


@pytest.mark.parametrize("secret", ["", "short", b"short", [], [SECRET, "short"]])
def test_a_short_secret_is_refused(secret: Any) -> None:
    with pytest.raises(ValueError, match="16"):
        CsrfTokens(secret)


def test_a_token_is_bound_to_something_that_nobody_guesses(tokens: CsrfTokens) -> None:
    tokens.make(new_binding())
    with pytest.raises(ValueError, match="bound"):
        tokens.make("")


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "itsdangerous", None)
    with pytest.raises(ImportError, match=r"pip install 'cherrypy-tools\[csrf\]'"):
        CsrfTokens(SECRET).make(SESSION)
