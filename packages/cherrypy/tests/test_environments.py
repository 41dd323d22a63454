"""The environments, above all the one for sites that anybody can reach."""

from __future__ import annotations

import contextlib
import json
import pickle
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.process.wspbus import ChannelFailures
from cherrypy_config import UnknownEnvironmentError
from cherrypy_testing import Client

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly

environments = cherrypy._cpconfig.environments
QUIET = {"engine.autoreload.on": False, "checker.on": False, "tools.log_headers.on": False}
HIDING = {"request.show_tracebacks": False, "request.show_mismatched_params": False}
SHOWING = {"request.show_tracebacks": True, "request.show_mismatched_params": True}
OFF_SCREEN = {"log.screen": False}

DOCUMENTED: dict[str, dict[str, Any]] = {
    "staging": QUIET | HIDING,
    "production": QUIET | HIDING | OFF_SCREEN,
    "embedded": QUIET | HIDING | OFF_SCREEN | {"engine.SIGHUP": None, "engine.SIGTERM": None},
    "test_suite": QUIET | SHOWING | OFF_SCREEN,
}


class Root:
    @cherrypy.expose
    def index(self) -> str:
        cherrypy.session["a"] = 1
        return "Hello"

    @cherrypy.expose
    def boom(self) -> str:
        raise ValueError("secret")

    @cherrypy.expose
    def where(self) -> str:
        return cherrypy.request.remote.ip

    @cherrypy.expose
    def form(self, **fields: str) -> str:
        return str(len(fields))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_environment_is_as_documented(name: str) -> None:
    assert environments[name] == DOCUMENTED[name]


def test_programs_extend_environments_and_add_some(
    site: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(environments["staging"], "log.screen", False)
    monkeypatch.setitem(environments, "Greek", {"tools.encode.encoding": "ISO-8859-7"})
    site.config.update({"environment": "Greek"})
    assert site.config["tools.encode.encoding"] == "ISO-8859-7"
    site.config.update({"environment": "staging"})
    assert site.config["log.screen"] is False


def test_own_entries_lie_over_the_environment(site: Assembly) -> None:
    site.config.update({"environment": "production", "checker.on": True})
    assert site.checker.on is True


def test_an_environment_that_is_none_is_named(site: Assembly) -> None:
    with pytest.raises(UnknownEnvironmentError, match="'hardened'"):
        site.config.update({"environment": "prod"})


@pytest.fixture
def hardened(site: Assembly) -> Client:
    site.config.update({"environment": "hardened", "server.allowed_hosts": ["localhost"]})
    root = {"tools.sessions.on": True, "tools.proxy.on": True}
    return Client(site.tree.mount(Root(), "", {"/": root}))


def test_hardened_shows_no_traceback(hardened: Client) -> None:
    answer = hardened.get("/boom")
    assert answer.status_code == 500
    assert "secret" not in answer.text


def test_hardened_asks_browsers_for_protection(hardened: Client) -> None:
    for path in ("/", "/boom", "/nowhere"):
        fields = hardened.get(path).headers
        assert fields["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in fields["Content-Security-Policy"]


def test_hardened_keeps_the_cookie_of_a_session(hardened: Client) -> None:
    cookie = hardened.get("/").headers["Set-Cookie"]
    assert all(each in cookie for each in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_hardened_believes_no_proxy_from_elsewhere(hardened: Client) -> None:
    told = {"X-Forwarded-For": "8.8.8.8"}
    near = hardened.get("/where", headers=told, environ={"REMOTE_ADDR": "127.0.0.1"})
    far = hardened.get("/where", headers=told, environ={"REMOTE_ADDR": "9.9.9.9"})
    assert (near.text, far.text) == ("8.8.8.8", "9.9.9.9")


def test_hardened_limits_forms(hardened: Client) -> None:
    fits = {f"f{number}": "1" for number in range(1000)}
    assert hardened.post("/form", data=fits).text == "1000"
    assert hardened.post("/form", data=fits | {"one": "more"}).status_code == 413


def test_hardened_needs_the_hosts_of_the_site(site: Assembly) -> None:
    site.config.update({"environment": "hardened", "server.socket_port": 0})
    site.tree.mount(Root())
    site.server.subscribe()
    with pytest.raises(Exception, match="allowed_hosts: ") as failed:
        site.engine.start()
    assert not site.server.running
    assert isinstance(failed.value.__cause__, ValueError)


def test_hardened_limits_requests(site: Assembly) -> None:
    site.config.update({"environment": "hardened", "server.allowed_hosts": ["127.0.0.1"]})
    site.config.update({"server.socket_port": 0})
    site.tree.mount(Root())
    site.server.subscribe()
    site.engine.start()

    def status(**fields: str) -> int:
        address = site.server.bound_addr
        assert isinstance(address, tuple)
        connection = HTTPConnection(*address, timeout=30)
        connection.request("GET", "/where", headers=fields)
        code = connection.getresponse().status
        connection.close()
        return code

    assert status() == 200
    assert status(Host="elsewhere") == 400
    assert status(Long="x" * 20_000) == 431


def test_hardened_has_no_slips(site: Assembly) -> None:
    site.config.update({"environment": "hardened"})
    site.tree.mount(Root(), "", {"/": {"tools.sessions.on": True}})
    assert site.checker.messages() == []


@pytest.mark.parametrize(
    ("store", "options", "starts"),
    [
        ("MemcachedSession", {}, False),
        ("MemcachedSession", {"secret": "a long and random key"}, True),
        ("MemcachedSession", {"serializer": json}, True),
        ("RedisSession", {}, True),
        ("RedisSession", {"serializer": pickle}, False),
    ],
)
def test_hardened_insists_on_signed_pickles(
    site: Assembly, store: str, options: dict[str, Any], starts: bool
) -> None:
    site.config.update({"environment": "hardened", "server.allowed_hosts": ["localhost"]})
    entries = {"on": True, "storage_class": getattr(cherrypy.lib.sessions, store), **options}
    config = {f"tools.sessions.{name}": value for name, value in entries.items()}
    site.tree.mount(Root(), "", {"/": config})
    expected = pytest.raises(ChannelFailures, match="signed_pickles_only is True")
    with contextlib.nullcontext() if starts else expected:
        site.engine.start()
