"""The tool that lets pages of other origins see responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly

APP = "https://app.example.com"
OTHER = "https://other.example.net"


class Root:
    def __init__(self) -> None:
        self.calls = 0

    @cherrypy.expose
    def index(self) -> str:
        self.calls += 1
        return "answered"

    @cherrypy.expose
    def fails(self) -> str:
        raise RuntimeError("the reason")

    @cherrypy.expose
    def varies(self) -> str:
        cherrypy.response.headers["Vary"] = "Cookie"
        return "answered"

    @cherrypy.expose
    @cherrypy.tools.cors(origins=APP, methods=["PUT"])
    def decorated(self) -> str:
        return "answered"


def client(site: Assembly, root: Root | None = None, **options: Any) -> Client:
    entries = {"tools.cors.on": True, "tools.cors.origins": [APP]}
    entries |= {f"tools.cors.{name}": value for name, value in options.items()}
    site.tree.mount(root or Root(), config={"/": entries})
    return Client(site.tree)


def preflight(origin: str = APP, **more: str) -> dict[str, str]:
    return {"Origin": origin, "Access-Control-Request-Method": "PUT", **more}


def test_page_of_a_named_origin_sees_the_response(site: Assembly) -> None:
    answer = client(site, expose="X-Count", credentials=True).get("/", headers={"Origin": APP})
    assert answer.text == "answered"
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert answer.headers["Access-Control-Expose-Headers"] == "X-Count"
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    "origin",
    ["null", OTHER, APP + ".evil.example", "https://evil.example/?" + APP, APP.upper(), "x" * 9000],
)
def test_page_of_another_origin_sees_nothing(site: Assembly, origin: str) -> None:
    ask = client(site)
    for answer in (
        ask.get("/", headers={"Origin": origin}),
        ask.options("/", headers=preflight(origin)),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("https://a.example.com", True),
        ("https://example.com", False),
        ("https://evil.example/.example.com", False),
        ("https://evilexample.com", False),
    ],
)
def test_hosts_below_a_domain_can_be_named(site: Assembly, origin: str, is_allowed: Any) -> None:
    answer = client(site, origins="https://*.example.com").get("/", headers={"Origin": origin})
    assert ("Access-Control-Allow-Origin" in answer.headers) is is_allowed
    assert "Origin" in answer.headers["Vary"]


def test_nobody_is_let_in_unless_config_says_so(site: Assembly) -> None:
    site.tree.mount(Root())
    answer = Client(site.tree).get("/", headers={"Origin": APP})
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_decorator_lets_pages_in(site: Assembly) -> None:
    site.tree.mount(Root())
    ask = Client(site.tree)
    answer = ask.options("/decorated", headers=preflight())
    assert (answer.status_code, answer.headers["Access-Control-Allow-Methods"]) == (204, "PUT")
    assert ask.get("/decorated", headers={"Origin": APP}).text == "answered"


# What is asked beforehand.


def test_preflight_is_answered_and_reaches_no_handler(site: Assembly) -> None:
    root = Root()
    answer = client(site, root, methods=["GET", "PUT"], headers="X-A", max_age=5).options(
        "/", headers=preflight()
    )
    assert (answer.status_code, answer.body, root.calls) == (204, b"", 0)
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert answer.headers["Access-Control-Allow-Headers"] == "X-A"
    assert answer.headers["Access-Control-Max-Age"] == "5"
    assert "Content-Type" not in answer.headers


@pytest.mark.parametrize(
    "entries",
    [
        {
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": "r",
            "tools.auth_basic.checkpassword": lambda *_: False,
        },
        {"tools.accept.on": True, "tools.accept.media": "text/x-none"},
        {"tools.allow.on": True, "tools.allow.methods": ["GET"]},
        {"tools.referer.on": True, "tools.referer.pattern": "https://known.example/"},
        {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
        {"tools.sessions.on": True, "tools.sessions.clean_freq": 0},
        {"tools.caching.on": True, "tools.gzip.on": True, "tools.etags.on": True},
    ],
)
def test_preflight_meets_nothing_that_would_refuse_it(site: Assembly, entries: Any) -> None:
    site.config.update(entries)
    answer = client(site).options("/", headers=preflight())
    assert (answer.status_code, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert "Set-Cookie" not in answer.headers
    assert "WWW-Authenticate" not in answer.headers


def test_request_that_follows_is_still_refused(site: Assembly) -> None:
    site.config.update(
        {
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": "r",
            "tools.auth_basic.checkpassword": lambda *_: False,
        }
    )
    ask = client(site)
    assert ask.put("/", headers=preflight()).status_code == 401
    assert ask.options("/", headers={"Origin": APP}).status_code == 401
    no_origin = {"Access-Control-Request-Method": "PUT"}
    assert ask.options("/", headers=no_origin).status_code == 401


def test_fields_of_the_site_are_set_in_a_preflight_too(site: Assembly) -> None:
    site.config.update({"tools.secure_headers.on": True})
    answer = client(site).options("/", headers=preflight())
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("asked", ["X-A, Set-Cookie\x0b, ,,é", "X" * 5000, "X-A," * 2000])
def test_what_is_asked_for_is_not_repeated_blindly(site: Assembly, asked: str) -> None:
    sent = preflight(**{"Access-Control-Request-Headers": asked})
    answer = client(site, headers="*").options("/", headers=sent)
    assert answer.status_code in {204, 400}
    said = answer.headers.get("Access-Control-Allow-Headers", "")
    assert len(said) < 3000
    assert said.replace("-", "").replace(", ", "").isalnum() or not said


# Errors and caches.


@pytest.mark.parametrize(("path", "status"), [("/fails", 500), ("/nowhere", 404)])
def test_error_differs_by_origin_too(site: Assembly, path: str, status: int) -> None:
    answer = client(site).get(path, headers={"Origin": APP})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == APP
    assert "Origin" in answer.headers["Vary"].split(", ")
    assert "Origin" in client(site).get(path).headers["Vary"].split(", ")


def test_vary_of_a_handler_is_kept_and_completed(site: Assembly) -> None:
    names = client(site).get("/varies").headers["Vary"].split(", ")
    assert {"Cookie", "Origin"} <= set(names)


def test_response_for_everybody_does_not_differ(site: Assembly) -> None:
    ask = client(site, origins="*")
    for path in ("/", "/nowhere", "/fails"):
        answer = ask.get(path, headers={"Origin": OTHER})
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Origin" not in answer.headers.get("Vary", "")


def test_cache_keeps_an_answer_for_everybody(site: Assembly) -> None:
    root = Root()
    site.config.update({"tools.caching.on": True})
    ask = client(site, root, origins="*")
    ask.get("/")
    answer = ask.get("/", headers={"Origin": OTHER})
    assert (answer.headers["Access-Control-Allow-Origin"], root.calls) == ("*", 1)


def test_cache_keeps_the_answers_to_two_origins_apart(site: Assembly) -> None:
    site.config.update({"tools.caching.on": True})
    root = Root()
    ask = client(site, root, origins=[APP, OTHER])
    for origin in (APP, OTHER, APP, OTHER):
        answer = ask.get("/", headers={"Origin": origin})
        assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert root.calls == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"origins": "app.example.com"}, "app.example.com"),
        ({"origins": "*", "credentials": True}, "name the origins"),
    ],
)
def test_malformed_option_is_an_error(site: Assembly, options: Any, said: str) -> None:
    answer = client(site, **options).get("/")
    assert (answer.status_code, said in answer.text) == (500, True)
