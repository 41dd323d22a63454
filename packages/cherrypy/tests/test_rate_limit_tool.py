"""The tool that lets a client send only so many requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "answered"

    @cherrypy.expose
    def other(self) -> str:
        return "answered"

    @cherrypy.expose
    @cherrypy.tools.rate_limit(limits="1/hour", prefix="search")
    def search(self) -> str:
        return "found"

    @cherrypy.expose
    @cherrypy.tools.rate_limit(limits="1/hour", client=lambda: cherrypy.request.params["name"])
    def named(self, name: str) -> str:
        return name


def client(site: Assembly, limits: str = "2/hour", **options: Any) -> Client:
    entries: dict[str, Any] = {"tools.rate_limit.on": True, "tools.rate_limit.limits": limits}
    entries |= {f"tools.rate_limit.{name}": value for name, value in options.items()}
    site.tree.mount(Root(), config={"/": entries})
    return Client(site.tree)


def statuses(ask: Client, *paths: str, **headers: str) -> list[int]:
    return [ask.get(path, headers=headers).status_code for path in paths]


def test_client_that_sends_too_many_has_to_wait(site: Assembly) -> None:
    ask = client(site)
    assert statuses(ask, "/", "/", "/") == [200, 200, 429]
    answer = ask.get("/")
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert "try again in" in answer.text


def test_client_is_told_what_it_may_still_do(site: Assembly) -> None:
    ask = client(site)
    first = ask.get("/").headers
    assert first["RateLimit-Policy"] == '"2-per-3600s";q=2;w=3600'
    assert first["RateLimit"].startswith('"2-per-3600s";r=1;t=')
    assert "RateLimit" not in client(site, headers=False).get("/").headers


def test_nobody_is_limited_unless_config_says_so(site: Assembly) -> None:
    site.tree.mount(Root())
    assert set(statuses(Client(site.tree), *["/"] * 20)) == {200}


def test_pages_of_one_config_are_counted_together(site: Assembly) -> None:
    assert statuses(client(site), "/", "/other", "/nowhere") == [200, 200, 429]


def test_count_goes_on_when_config_changes(site: Assembly) -> None:
    ask = client(site)
    assert statuses(ask, "/", "/") == [200, 200]
    site.config.update({"tools.expires.on": True})
    assert statuses(ask, "/") == [429]


def test_decorator_has_a_count_of_its_own(site: Assembly) -> None:
    site.tree.mount(Root())
    ask = Client(site.tree)
    assert statuses(ask, "/search", "/search", "/") == [200, 429, 200]


def test_program_says_whom_to_count(site: Assembly) -> None:
    site.tree.mount(Root())
    ask = Client(site.tree)
    paths = ["/named?name=a", "/named?name=b", "/named?name=a"]
    assert statuses(ask, *paths) == [200, 200, 429]


def test_request_can_count_as_several(site: Assembly) -> None:
    assert statuses(client(site, "3/hour", cost=2), "/", "/") == [200, 429]


def test_clients_behind_a_proxy_are_told_apart(site: Assembly) -> None:
    site.config.update({"tools.proxy.on": True})
    ask = client(site, "1/hour")
    told = {"X-Forwarded-For": "192.0.2.1"}
    assert statuses(ask, "/", "/", **told) == [200, 429]
    assert statuses(ask, "/", **{"X-Forwarded-For": "192.0.2.2"}) == [200]


@pytest.mark.parametrize("told", ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"])
def test_network_of_a_client_is_one_client(site: Assembly, told: str) -> None:
    site.config.update({"tools.proxy.on": True})
    ask = client(site, "1/hour")
    assert statuses(ask, "/", **{"X-Forwarded-For": "2001:db8::abcd"}) == [200]
    assert statuses(ask, "/", **{"X-Forwarded-For": told}) == [429]


@pytest.mark.parametrize("told", ["192.0.2.9", "not an address", "::1%" + "x" * 500])
def test_header_of_a_client_changes_nothing_without_a_proxy(site: Assembly, told: str) -> None:
    ask = client(site, "1/hour")
    assert statuses(ask, "/") == [200]
    assert statuses(ask, "/", **{"X-Forwarded-For": told}) == [429]


@pytest.mark.parametrize(
    ("options", "said"),
    [({"limits": "often"}, "often"), ({"limits": "1/hour", "strategy": "guess"}, "guess")],
)
def test_malformed_option_is_an_error(site: Assembly, options: Any, said: str) -> None:
    answer = client(site, **options).get("/")
    assert (answer.status_code, said in answer.text) == (500, True)
