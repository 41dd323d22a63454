"""The tool that refuses requests which another site made a browser send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.lib.csrf import new_token
from cherrypy_testing import Client, Upload

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly

SECRET = "a secret of this test only"


class Root:
    def __init__(self) -> None:
        self.saved = 0

    @cherrypy.expose
    def form(self) -> str:
        return new_token()

    @cherrypy.expose
    def two(self) -> str:
        return f"{new_token()} {new_token()}"

    @cherrypy.expose
    def save(self, name: str = "") -> str:
        self.saved += 1
        return f"saved {name}"

    @cherrypy.expose
    @cherrypy.tools.csrf(secret=SECRET)
    def decorated(self) -> str:
        return "passed"


SESSIONS: dict[str, Any] = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0}


def browser(site: Assembly, root: Root | None = None, **options: Any) -> Client:
    entries: dict[str, Any] = {"tools.csrf.on": True, "tools.csrf.secret": SECRET}
    entries |= {f"tools.csrf.{name}": value for name, value in options.items()}
    if "cookie" not in options:
        entries |= SESSIONS
    site.tree.mount(root or Root(), config={"/": entries})
    return Client(site.tree)


BINDINGS: list[dict[str, Any]] = [{}, {"cookie": "binding"}]


@pytest.mark.parametrize("options", BINDINGS)
def test_form_of_this_site_is_accepted(site: Assembly, options: Any) -> None:
    ask = browser(site, **options)
    token = ask.get("/form").text
    answer = ask.post("/save", data={"name": "x", "csrf_token": token})
    assert (answer.status_code, answer.text) == (200, "saved x")


@pytest.mark.parametrize("options", BINDINGS)
def test_token_can_come_in_a_header_field(site: Assembly, options: Any) -> None:
    ask = browser(site, **options)
    sent = {"X-CSRF-Token": ask.get("/form").text}
    assert ask.post("/save", headers=sent).status_code == 200
    assert ask.delete("/save", headers=sent).status_code == 200
    assert ask.delete("/save").status_code == 403


@pytest.mark.parametrize("options", BINDINGS)
def test_form_of_another_site_is_refused_and_reaches_no_page(site: Assembly, options: Any) -> None:
    root = Root()
    ask = browser(site, root, **options)
    ask.get("/form")
    answer = ask.post("/save", data={"name": "x"})
    assert (answer.status_code, root.saved) == (403, 0)
    assert "A CSRF token is missing" in answer.text


@pytest.mark.parametrize("options", BINDINGS)
def test_token_of_another_user_is_refused(site: Assembly, options: Any) -> None:
    ask = browser(site, **options)
    others = Client(site.tree).get("/form").text
    ask.get("/form")
    assert ask.post("/save", data={"csrf_token": others}).status_code == 403


@pytest.mark.parametrize("options", BINDINGS)
def test_token_without_a_session_or_cookie_is_refused(site: Assembly, options: Any) -> None:
    token = browser(site, **options).get("/form").text
    assert Client(site.tree).post("/save", data={"csrf_token": token}).status_code == 403


def test_token_in_the_query_counts_for_nothing(site: Assembly) -> None:
    ask = browser(site)
    token = ask.get("/form").text
    assert ask.post("/save", params={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize("value", ["", "x", "a.b.c", "é€", "x" * 5000, "\x00"])
def test_malformed_token_is_refused(site: Assembly, value: str) -> None:
    ask = browser(site)
    ask.get("/form")
    assert ask.post("/save", data={"csrf_token": value}).status_code == 403


def test_two_tokens_and_a_file_in_place_of_one_are_refused(site: Assembly) -> None:
    ask = browser(site)
    token = ask.get("/form").text
    twice = ask.post("/save", data=[("csrf_token", token), ("csrf_token", token)])
    upload = ask.post("/save", files={"csrf_token": Upload("token.txt", token.encode())})
    assert (twice.status_code, upload.status_code) == (403, 403)


def test_old_token_is_refused(site: Assembly) -> None:
    ask = browser(site, max_age=-1)
    token = ask.get("/form").text
    assert ask.post("/save", data={"csrf_token": token}).status_code == 403


def test_secret_can_be_replaced(site: Assembly) -> None:
    token = (ask := browser(site, cookie="binding")).get("/form").text
    root = site.tree.apps[""]
    root.config["/"]["tools.csrf.secret"] = [SECRET, "the secret that follows"]
    assert ask.post("/save", data={"csrf_token": token}).status_code == 200
    root.config["/"]["tools.csrf.secret"] = ["the secret that follows"]
    assert ask.post("/save", data={"csrf_token": token}).status_code == 403


def test_nothing_is_refused_unless_config_says_so(site: Assembly) -> None:
    site.tree.mount(Root())
    assert Client(site.tree).post("/save", data={"name": "x"}).text == "saved x"


def test_decorated_page_is_protected(site: Assembly) -> None:
    site.tree.mount(Root(), config={"/": SESSIONS})
    ask = Client(site.tree)
    assert ask.get("/decorated").text == "passed"
    assert ask.post("/decorated", data={}).status_code == 403


def test_names_and_methods_are_options(site: Assembly) -> None:
    ask = browser(site, field="proof", header="X-Proof", exempt_methods=["GET", "PUT"])
    token = ask.get("/form").text
    assert ask.post("/save", data={"proof": token}).status_code == 200
    assert ask.post("/save", headers={"X-Proof": token}).status_code == 200
    assert ask.put("/save").status_code == 200


# What a page gets.


def test_page_with_a_token_is_private(site: Assembly) -> None:
    assert browser(site).get("/form").headers["Cache-Control"] == "private"


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("public, max-age=60", "private, max-age=60"),
        ("s-maxage=60, no-cache", "private, no-cache"),
        ('private="X-A"', "private"),
        ("no-store", "no-store"),
    ],
)
def test_page_with_a_token_is_private_whatever_the_site_says(
    site: Assembly, said: str, sent: str
) -> None:
    site.config.update(
        {
            "tools.response_headers.on": True,
            "tools.response_headers.headers": [("Cache-Control", said)],
        }
    )
    for options in BINDINGS:
        assert browser(site, **options).get("/form").headers["Cache-Control"] == sent


def test_cookie_is_set_once_and_is_not_for_scripts(site: Assembly) -> None:
    ask = browser(site, cookie="binding")
    answer = ask.get("/two")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.count("binding=") == 1
    assert all(each in cookie for each in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Secure" not in cookie
    for token in answer.text.split():
        assert ask.post("/save", data={"csrf_token": token}).status_code == 200
    assert "Set-Cookie" not in ask.get("/form").headers


def test_cookie_is_for_tls_where_the_site_is(site: Assembly) -> None:
    browser(site, cookie="binding")
    answer = Client(site.tree, base_url="https://secure.example").get("/form")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_cookie_that_could_be_guessed_is_replaced(site: Assembly) -> None:
    browser(site, cookie="binding")
    answer = Client(site.tree).get("/form", headers={"Cookie": "binding=1"})
    assert answer.status_code == 200
    assert "binding=" in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({}, "tools.csrf.secret"),
        ({"tools.csrf.secret": SECRET}, "sessions"),
        ({"tools.csrf.secret": "short", "tools.csrf.cookie": "binding"}, "16 characters"),
    ],
)
def test_page_without_what_a_token_needs_is_told_so(
    site: Assembly, entries: Any, said: str
) -> None:
    site.tree.mount(Root(), config={"/": entries})
    answer = Client(site.tree).get("/form")
    assert (answer.status_code, said in answer.text) == (500, True)
