"""Tools that answer in place of pages: the login by a form, and calls by XML-RPC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xmlrpc.client import Fault, dumps, loads

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly


def check(username: str, password: str) -> str | None:
    return None if (username, password) == ("ada", "lace") else "Wrong name or password."


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return f"welcome {cherrypy.request.login}"


@pytest.fixture
def door(site: Assembly) -> Client:
    entries = {
        "tools.sessions.on": True,
        "tools.sessions.clean_freq": 0,
        "tools.session_auth.on": True,
        "tools.session_auth.check_username_and_password": check,
    }
    site.tree.mount(Root(), config={"/": entries})
    return Client(site.tree)


def log_in(door: Client, password: str = "lace", from_page: str = "/") -> Any:
    form = {"username": "ada", "password": password, "from_page": from_page}
    return door.post("/do_login", data=form)


def test_form_is_shown_to_who_is_not_logged_in(door: Client) -> None:
    answer = door.get("/")
    assert "do_login" in answer.text
    assert "welcome" not in answer.text


def test_user_is_let_in_after_the_login(door: Client) -> None:
    answer = log_in(door)
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://localhost/")
    assert door.get("/").text == "welcome ada"


def test_user_is_not_let_in_with_another_password(door: Client) -> None:
    assert "Wrong name or password." in log_in(door, password="x").text
    assert "welcome" not in door.get("/").text


def test_session_has_another_id_after_the_login(door: Client) -> None:
    before = door.get("/").headers["Set-Cookie"]
    after = log_in(door).headers["Set-Cookie"]
    assert before.partition(";")[0] != after.partition(";")[0]


def test_login_does_not_lead_to_other_sites(door: Client) -> None:
    assert log_in(door, from_page="//evil.example/").headers["Location"] == "http://localhost/"


def test_user_is_out_after_the_logout(door: Client) -> None:
    log_in(door)
    door.post("/do_logout")
    assert "welcome" not in door.get("/").text


def test_login_can_be_a_class_of_the_program(site: Assembly) -> None:
    class Door(cherrypy.lib.cptools.SessionAuth):
        def anonymous(self) -> str:
            return "guest"

    site.tools.door = cherrypy._cptools.SessionAuthTool(lambda: Door().run())
    entries = {"tools.sessions.on": True, "tools.sessions.clean_freq": 0, "tools.door.on": True}
    site.tree.mount(Root(), config={"/": entries})
    assert Client(site.tree).get("/").text == "welcome guest"


@pytest.mark.parametrize("options", [{}, {"field": "proof"}, {"cookie": "binding"}])
def test_login_on_a_site_that_no_other_site_can_post_to(site: Assembly, options: Any) -> None:
    guard = {"on": True, "secret": "a secret of this test only", **options}
    entries = {
        "tools.sessions.on": True,
        "tools.sessions.clean_freq": 0,
        "tools.session_auth.on": True,
        "tools.session_auth.check_username_and_password": check,
        **{f"tools.csrf.{name}": value for name, value in guard.items()},
    }
    site.tree.mount(Root(), config={"/": entries})
    door = Client(site.tree)
    form = dict(re.findall(r'name="(\w+)" value="([^"]*)"', door.get("/").text))
    assert log_in(door).status_code == 403
    sent = {**form, "username": "ada", "from_page": "/"}
    assert "Wrong name" in door.post("/do_login", data={**sent, "password": "x"}).text
    assert door.post("/do_login", data={**sent, "password": "lace"}).status_code == 303
    assert door.get("/").text == "welcome ada"


def test_login_as_a_decorator(site: Assembly) -> None:
    class Guarded:
        @cherrypy.expose
        @cherrypy.tools.sessions(clean_freq=0)
        @cherrypy.tools.session_auth(anonymous=lambda: "guest", session_key="user")
        def index(self) -> str:
            return f"{cherrypy.request.login} {cherrypy.session['user']}"

    site.tree.mount(Guarded())
    assert Client(site.tree).get("/").text == "guest guest"


def test_misspelt_attribute_is_found_before_any_request() -> None:
    with pytest.raises(TypeError, match="has no option 'anonymus'; it has _debug_message, anonym"):
        cherrypy.tools.session_auth(anonymus=lambda: "guest")  # type: ignore[call-arg]


@pytest.mark.parametrize(
    "form",
    [
        {"username": "ada"},
        {"username": ["ada", "eve"], "password": "lace"},
        {"password": "lace", "user": "ada"},
    ],
)
def test_login_without_one_name_and_one_password_is_400(door: Client, form: Any) -> None:
    assert door.post("/do_login", data=form).status_code == 400


@pytest.mark.parametrize("name", ["self", "visit", "error_msg", "kwargs"])
def test_login_with_a_strange_parameter_is_a_login(door: Client, name: str) -> None:
    form = {"username": "ada", "password": "lace", "from_page": "/", name: "<script>"}
    assert door.post("/do_login", data=form).status_code == 303
    assert "<script>" not in door.post("/do_login", data={**form, "password": "x"}).text


@pytest.mark.parametrize("page", ["/do_login", "/do_logout"])
def test_login_and_logout_are_posted(door: Client, page: str) -> None:
    answer = door.get(page, params={"username": "ada", "password": "lace"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_user_has_another_session_after_the_logout(door: Client) -> None:
    before = log_in(door).headers["Set-Cookie"]
    after = door.post("/do_logout").headers["Set-Cookie"]
    assert before.partition(";")[0] != after.partition(";")[0]


# XML-RPC.


class Calls(cherrypy._cptools.XMLRPCController):
    @cherrypy.expose
    def add(self, a: int, b: int) -> int:
        return a + b

    @cherrypy.expose
    def greet(self, name: str) -> str:
        return f"né {name}"

    @cherrypy.expose
    def nothing(self) -> None:
        return None

    def hidden(self) -> str:
        return "secret"


def called(site: Assembly, method: str, *params: Any, **options: Any) -> Any:
    entries = {f"tools.xmlrpc.{name}": value for name, value in options.items()}
    entries["request.dispatch"] = cherrypy.dispatch.XMLRPCDispatcher()
    site.tree.mount(Calls(), config={"/": entries})
    body = dumps(params, method).encode()
    return Client(site.tree).post("/RPC2", data=body, headers={"Content-Type": "text/xml"})


def test_method_is_called_with_its_parameters(site: Assembly) -> None:
    answer = called(site, "add", 2, 3)
    assert answer.headers["Content-Type"] == "text/xml;charset=utf-8"
    assert loads(answer.body) == ((5,), None)


def test_charset_of_the_answer_is_an_option(site: Assembly) -> None:
    answer = called(site, "greet", "Ada", encoding="latin-1")
    assert "né Ada".encode("latin-1") in answer.body
    assert answer.headers["Content-Type"] == "text/xml;charset=latin-1"


def test_none_is_sent_where_it_is_allowed(site: Assembly) -> None:
    assert loads(called(site, "nothing", allow_none=True).body) == ((None,), None)


@pytest.mark.parametrize(
    ("method", "params", "text"),
    [
        ("hidden", (), 'method "hidden" is not supported'),
        ("__init__", (), "is not supported"),
        ("add", (1,), "missing 1 required positional argument"),
        ("nothing", (), "cannot marshal None"),
    ],
)
def test_call_that_fails_is_a_fault(site: Assembly, method: str, params: Any, text: str) -> None:
    answer = called(site, method, *params)
    assert answer.status_code == 200
    with pytest.raises(Fault, match=text) as raised:
        loads(answer.body)
    assert raised.value.faultCode == 1


def test_body_that_is_no_call_is_a_fault(site: Assembly) -> None:
    called(site, "nothing")
    answer = Client(site.tree).post("/", data=b"<x/>", headers={"Content-Type": "text/xml"})
    with pytest.raises(Fault, match="no call by XML-RPC"):
        loads(answer.body)


def test_calls_come_by_post(site: Assembly) -> None:
    called(site, "nothing")
    answer = Client(site.tree).get("/anything")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
