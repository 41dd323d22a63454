"""Dispatchers in front of others: by host, and for XML-RPC."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from cherrypy_dispatch import Dispatcher, VirtualHost, XMLRPCDispatcher, expose, patched_path
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


class Root:
    @expose
    def default(self, *args: str) -> str:
        return "/".join(args)


HOSTS = {"company.com:8080": "/one", "Home.Net": "two/", "all.org": "/"}


@pytest.fixture
def request_() -> Iterator[SimpleNamespace]:
    app = SimpleNamespace(root=Root(), config={"/one/files": {"tools.staticdir.dir": "d"}})
    request = SimpleNamespace(app=app, method="GET", params={}, headers={}, config=None)
    serving.load(request, None)
    yield request
    serving.clear()


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({"Host": "company.com:8080"}, "one/a"),
        ({"Host": "COMPANY.com:8080"}, "one/a"),
        ({"Host": "home.net"}, "two/a"),
        ({"Host": "company.com"}, "a"),
        ({"Host": "all.org"}, "a"),
        ({"Host": "other.org"}, "a"),
        ({}, "a"),
        ({"Host": "other.org", "X-Forwarded-Host": "home.net"}, "two/a"),
        ({"Host": "other.org", "X-Forwarded-Host": "home.net, proxy.org"}, "two/a"),
        ({"Host": "home.net", "X-Forwarded-Host": "other.org"}, "a"),
    ],
)
def test_host_decides_on_the_prefix(
    request_: SimpleNamespace, headers: dict[str, str], page: str
) -> None:
    request_.headers = headers
    VirtualHost(**HOSTS)("/a")
    assert request_.handler() == page


def test_forwarded_host_can_be_left_alone(request_: SimpleNamespace) -> None:
    request_.headers = {"Host": "home.net", "X-Forwarded-Host": "company.com:8080"}
    VirtualHost(use_x_forwarded_host=False, **HOSTS)("/a")
    assert request_.handler() == "two/a"


def test_next_dispatcher_can_be_chosen_and_its_result_is_returned(
    request_: SimpleNamespace,
) -> None:
    request_.headers = {"Host": "home.net"}
    dispatch = VirtualHost(lambda path: f"-> {path}", **HOSTS)
    assert dispatch("//a/") == "-> /two/a/"


@pytest.mark.parametrize(
    ("host", "path", "section"),
    [
        ("company.com:8080", "/files/x", "/files"),
        ("other.org", "/one/files/x", "/one/files"),
        ("company.com:8080", "/x", None),
    ],
)
def test_section_of_a_static_directory_is_the_one_that_the_client_sees(
    request_: SimpleNamespace, host: str, path: str, section: str | None
) -> None:
    request_.headers = {"Host": host}
    VirtualHost(Dispatcher(), **HOSTS)(path)
    assert request_.config.get("tools.staticdir.section") == section


def test_section_at_the_prefix_is_the_root(request_: SimpleNamespace) -> None:
    request_.app.config = {"/one": {"tools.staticdir.dir": "d"}}
    request_.headers = {"Host": "company.com:8080"}
    VirtualHost(**HOSTS)("/x")
    assert request_.config["tools.staticdir.section"] == "/"


@pytest.mark.parametrize(
    ("path", "patched"),
    [
        ("", "/"),
        ("/", "/"),
        ("/RPC2", "/"),
        ("/RPC2/", "/"),
        ("/RPC2/x", "/x/"),
        ("/a/b", "/a/b/"),
        ("/RPC23", "/RPC23/"),
    ],
)
def test_path_of_an_xmlrpc_client_is_patched(path: str, patched: str) -> None:
    assert patched_path(path) == patched
    assert XMLRPCDispatcher(lambda path: path)(path) == patched


def test_xmlrpc_clients_reach_the_root(request_: SimpleNamespace) -> None:
    XMLRPCDispatcher()("/RPC2")
    assert request_.handler() == ""
