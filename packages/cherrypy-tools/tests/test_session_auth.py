from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_tools import SessionAuth, is_local, session_auth

HERE = "http://localhost/app/page?x=1"


class FakeVisit:
    def __init__(self, /, path: str = "/page", method: str = "GET", **params: Any) -> None:
        self.request = Request.blank(path, method=method)
        self.response = Response()
        self.url = HERE
        self.params = params
        self.session: dict[str, Any] = {}
        self.form_fields: dict[str, str] = {}
        self.renewed = 0
        self.login: str | None = "untouched"

    def renew_session(self) -> None:
        self.renewed += 1

    def set_login(self, username: str | None) -> None:
        self.login = username


def check(username: str, password: str) -> str | None:
    return None if password == "secret" else "Wrong <password>."


def run(visit: FakeVisit, **attributes: Any) -> bool:
    return session_auth(visit, check_username_and_password=check, **attributes)


def login(**params: Any) -> FakeVisit:
    given = {"username": "ann", "password": "secret", **params}
    return FakeVisit("/do_login", "POST", **given)


def redirected(visit: FakeVisit, **attributes: Any) -> str:
    with pytest.raises(HTTPRedirect) as caught:
        run(visit, **attributes)
    assert caught.value.status == 303
    return caught.value.urls[0]


def test_who_is_not_logged_in_sees_the_form() -> None:
    visit = FakeVisit()
    assert run(visit)
    body = visit.response.body
    assert b'action="do_login"' in body
    assert b'name="from_page" value="http://localhost/app/page?x=1"' in body
    assert visit.response.headers["Cache-Control"] == "no-store"
    assert visit.response.content_type == "text/html"


def test_who_is_logged_in_goes_on() -> None:
    visit = FakeVisit()
    checked: list[str] = []
    visit.session["username"] = "ann"
    assert not run(visit, on_check=checked.append)
    assert (visit.login, checked) == ("ann", ["ann"])


def test_the_session_has_the_name_under_a_key_of_choice() -> None:
    visit = FakeVisit()
    visit.session["user"] = "ann"
    assert not run(visit, session_key="user")


def test_users_may_remain_anonymous() -> None:
    visit = FakeVisit()
    assert not run(visit, anonymous=lambda: "guest")
    assert visit.session["username"] == "guest"
    assert visit.login == "guest"


def test_a_login_leads_back_with_a_new_session_id() -> None:
    visit = login(from_page="/app/page")
    seen: list[str] = []
    assert redirected(visit, on_login=seen.append) == "/app/page"
    assert visit.session["username"] == "ann"
    assert (visit.renewed, visit.login, seen) == (1, "ann", ["ann"])


def test_a_login_leads_up_unless_told() -> None:
    assert redirected(login()) == ".."


def test_a_wrong_password_shows_the_form_again() -> None:
    visit = login(password="guess", from_page='/"><script>', username="<b>")
    assert run(visit)
    body = visit.response.body
    assert b"Wrong &lt;password&gt;." in body
    assert b'value="&lt;b&gt;"' in body
    assert b"<script>" not in body
    assert not visit.session
    assert not visit.renewed


def test_without_a_check_of_passwords_nobody_gets_in() -> None:
    visit = login()
    assert session_auth(visit)
    assert not visit.session


@pytest.mark.parametrize("page", ["do_login", "do_logout"])
def test_logins_and_logouts_are_posted(page: str) -> None:
    visit = FakeVisit(f"/{page}", username="ann", password="secret")
    with pytest.raises(HTTPError) as caught:
        run(visit)
    assert caught.value.code == 405
    assert visit.response.headers["Allow"] == "POST"


@pytest.mark.parametrize("given", [{"username": None}, {"password": ["secret", "x"]}])
def test_a_login_without_one_name_and_one_password_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as caught:
        run(login(**given))
    assert caught.value.code == 400


def test_a_logout_forgets_the_user() -> None:
    visit = FakeVisit("/do_logout", "POST")
    seen: list[str] = []
    visit.session["username"] = "ann"
    assert redirected(visit, on_logout=seen.append) == ".."
    assert (visit.session, visit.login, seen, visit.renewed) == ({}, None, ["ann"], 1)


def test_the_form_has_an_address_of_its_own() -> None:
    visit = FakeVisit("/login_screen", from_page="/x", username="ann", other="ignored")
    assert run(visit)
    assert b'value="/x"' in visit.response.body


def test_the_form_sends_what_else_is_needed() -> None:
    visit = FakeVisit()
    visit.form_fields["token"] = '"abc'
    assert run(visit)
    assert b'<input type="hidden" name="token" value="&quot;abc">' in visit.response.body


def test_a_form_of_ones_own_may_be_text() -> None:
    visit = FakeVisit()
    assert run(visit, login_screen=lambda from_page, **kwargs: f"Grüß Gott: {from_page}")
    assert visit.response.text == f"Grüß Gott: {HERE}"


def test_other_parameters_of_a_login_reach_the_form() -> None:
    seen: dict[str, Any] = {}

    def screen(from_page: str, username: str, error_msg: str, **kwargs: Any) -> bytes:
        seen.update(kwargs)
        return b""

    assert run(login(password="x", lang="de", error_msg="<forged>"), login_screen=screen)
    assert seen == {"lang": "de"}


def test_the_form_does_not_say_what_others_put_into_a_link() -> None:
    visit = FakeVisit("/login_screen", error_msg="Call 555-0100 to unlock your account.")
    assert run(visit)
    assert b"555" not in visit.response.body


@pytest.mark.parametrize("name", ["self", "error_msg", "from", "visit", "__class__", ""])
def test_parameters_may_have_any_name(name: str) -> None:
    assert run(login(password="x", **{name: "1"}))
    assert redirected(login(**{name: "1"})) == ".."
    logout = FakeVisit("/do_logout", "POST", **{name: "1"})
    assert redirected(logout) == ".."
    assert run(FakeVisit("/login_screen", **{name: "1"}))


def test_functions_get_the_parameters_that_they_take() -> None:
    seen: list[Any] = []

    def do_login(username: str, password: str) -> bool:
        seen.append((username, password))
        return True

    def screen(from_page: str = "", username: str = "", error_msg: str = "") -> str:
        seen.append((from_page, username, error_msg))
        return ""

    assert run(login(other="1"), do_login=do_login)
    assert run(FakeVisit("/login_screen", from_page="/x", other="1"), login_screen=screen)
    assert run(login(password="x", other="1"), login_screen=screen)
    assert seen == [("ann", "secret"), ("/x", "", ""), ("..", "ann", "Wrong <password>.")]


def test_everything_that_is_documented_can_be_replaced() -> None:
    from cherrypy_tools.login import DOCUMENTED

    assert all(hasattr(SessionAuth, name) for name in DOCUMENTED)
    said: list[str] = []
    visit = FakeVisit()
    run(visit, _debug_message=lambda template, context=None: said.append(template))
    assert said == ["nobody is logged in"]


def test_decisions_are_reported(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    redirected(login(), debug=True)
    run(FakeVisit(), debug=True)
    assert caplog.messages == ["login of 'ann'", "nobody is logged in"]


@pytest.mark.parametrize("name", ["chek_username", "_show", "__class__"])
def test_a_misspelt_attribute_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=name):
        run(FakeVisit(), **{name: None})


def test_a_subclass_may_find_the_request_itself() -> None:
    class Mine(SessionAuth):
        visit = FakeVisit()

    assert Mine().run()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "..",
        "/",
        "page?next=http://evil/",
        "http://localhost/",
        "http://localhost:80/x",
        "//localhost/x",
        "HTTP://LOCALHOST/",
    ],
)
def test_urls_of_this_site(url: str) -> None:
    assert is_local(url, HERE)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil/",
        "//evil/",
        "//",
        "//?evil",
        "///evil/",
        "////evil/",
        "https://localhost/",
        "http://localhost:8080/",
        "http://localhost@evil/",
        "http://evil@localhost/",
        "/\\evil",
        "\\\\evil",
        "/\t/evil/",
        " //evil/",
        "\n//evil/",
        "javascript:alert(1)",
        "data:text/html,x",
        "http:evil",
        "http:///evil/",
        "http:/evil",
        "http://[::1",
        "http://localhost:port/",
        "//localhost:99999/",
    ],
)
def test_urls_that_lead_away(url: str) -> None:
    assert not is_local(url, HERE)
    assert redirected(login(from_page=url)) == "/"


@given(st.text(alphabet="/\\:@.?#htpevil\t ", max_size=12))
def test_no_text_leads_to_another_host(url: str) -> None:
    read_by_browsers = url.replace("\t", "").replace("\\", "/").strip().removeprefix("http:")
    if read_by_browsers.startswith("//"):
        assert not is_local(url, HERE)
