"""Dispatching by patterns, with the real library."""

# ruff: noqa: RUF012 - as users write it

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import LateParamPageHandler, RoutesDispatcher
from cherrypy_httputil import HTTPRedirect, NotFound
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

routes: Any = pytest.importorskip("routes")


class Controller:
    _cp_config = {"at": "Controller", "controller": 1}

    def act(self, **kwargs: str) -> tuple[str, dict[str, str]]:
        return "act", kwargs

    act._cp_config = {"at": "act", "action": 1}  # type: ignore[attr-defined]

    title = "text, and no page"

    def _private(self) -> str:
        return "private"

    def url(self, **kwargs: str) -> object:
        return routes.url_for("act", id=3, qualified=True)

    def __call__(self, **kwargs: str) -> tuple[str, dict[str, str]]:
        return "called", kwargs


def page(**kwargs: str) -> tuple[str, dict[str, str]]:
    return "page", kwargs


def connected(*, full_result: bool = False, **options: Any) -> RoutesDispatcher:
    dispatcher = RoutesDispatcher(full_result, **options)
    dispatcher.connect("act", "/act/{id}", Controller(), action="act")
    dispatcher.connect("any", "/any/{action}", Controller())
    dispatcher.connect("class", "/class/{action}", Controller)
    dispatcher.connect("page", "/page/{x}", page)
    dispatcher.connect("call", "/call", Controller())
    dispatcher.connect("chosen", "/chosen", Controller(), action="_private")
    dispatcher.connect("post", "/post", page, conditions={"method": ["POST"]})
    return dispatcher


@pytest.fixture
def request_() -> Iterator[SimpleNamespace]:
    root = SimpleNamespace(_cp_config={"at": "root", "root": 1})
    sections = {"/": {"at": "[/]"}, "/act": {"at": "[/act]"}, "/act/1": {"at": "[/act/1]"}}
    request = SimpleNamespace(
        app=SimpleNamespace(root=root, config=sections),
        method="GET",
        params={"q": "1"},
        headers={"Host": "example.com"},
        scheme="http",
        base_config={"base": 1},
    )
    serving.load(request, SimpleNamespace(headers={}))
    yield request
    serving.clear()


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("/act/1", ("act", {"q": "1", "id": "1"})),
        ("/any/act", ("act", {"q": "1"})),
        ("/class/act", ("act", {"q": "1"})),
        ("/page/2", ("page", {"q": "1", "x": "2"})),
        ("/call", ("called", {"q": "1"})),
    ],
)
def test_pattern_leads_to_a_page(request_: SimpleNamespace, path: str, made: object) -> None:
    connected()(path)
    assert type(request_.handler) is LateParamPageHandler
    assert request_.handler() == made


@pytest.mark.parametrize(("path", "pattern"), [("/act/1", "/act/{id}"), ("/none", None)])
def test_request_is_told_the_pattern(
    request_: SimpleNamespace, path: str, pattern: str | None
) -> None:
    connected()(path)
    assert request_.url_pattern == pattern


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/none",
        "/act",
        "/act/1/",
        "/any/none",
        "/any/title",
        "/any/_private",
        "/any/__init__",
        "/post",
    ],
)
def test_what_no_pattern_leads_to_is_not_found(request_: SimpleNamespace, path: str) -> None:
    connected()(path)
    assert isinstance(request_.handler, NotFound)
    assert request_.config["root"] == 1


def test_private_action_can_be_named_by_the_route_itself(request_: SimpleNamespace) -> None:
    connected()("/chosen")
    request_.params.clear()
    assert request_.handler() == "private"


def test_name_that_is_no_controller_leads_nowhere(request_: SimpleNamespace) -> None:
    dispatcher = connected()
    dispatcher.mapper.connect("/text", controller="nobody", action="upper")
    dispatcher("/text")
    assert isinstance(request_.handler, NotFound)


def test_request_may_be_without_an_environ(request_: SimpleNamespace) -> None:
    request_.wsgi_environ = None
    connected()("/page/2")
    assert request_.handler() == ("page", {"q": "1", "x": "2"})


def test_conditions_see_the_method(request_: SimpleNamespace) -> None:
    request_.method = "POST"
    connected()("/post")
    assert request_.handler() == ("page", {"q": "1"})


def test_full_result_has_controller_and_action(request_: SimpleNamespace) -> None:
    connected(full_result=True)("/act/1")
    assert request_.params == {"q": "1", "id": "1", "controller": "act", "action": "act"}


def test_without_being_asked_for_controller_and_action_are_no_parameters(
    request_: SimpleNamespace,
) -> None:
    dispatcher = RoutesDispatcher()
    dispatcher.connect("act", "/act/{id}", Controller(), action="act")
    dispatcher("/act/1")
    assert request_.params == {"q": "1", "id": "1"}


def test_options_are_those_of_the_mapper(request_: SimpleNamespace) -> None:
    assert connected(always_scan=True).mapper.always_scan is True


def test_config_is_laid_down_to_the_page_and_the_whole_path_wins(
    request_: SimpleNamespace,
) -> None:
    connected()("/act/1")
    assert request_.config == {
        "base": 1,
        "root": 1,
        "controller": 1,
        "action": 1,
        "at": "[/act/1]",
    }
    connected()("/act/2")
    assert request_.config["at"] == "act"


def test_root_may_be_missing(request_: SimpleNamespace) -> None:
    request_.app = SimpleNamespace(root=None, config={})
    connected()("/page/1")
    assert request_.config == {"base": 1}


def test_urls_can_be_made_in_pages(request_: SimpleNamespace) -> None:
    connected()("/any/url")
    assert request_.handler() == "http://example.com/act/3"


def test_environ_of_the_request_is_told_to_the_library(request_: SimpleNamespace) -> None:
    request_.wsgi_environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/elsewhere",
        "SCRIPT_NAME": "/mounted",
        "SERVER_NAME": "s",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "https",
    }
    request_.scheme = "https"
    dispatcher = connected()
    dispatcher("/post")
    assert request_.handler() == ("page", {"q": "1"})
    dispatcher("/any/url")
    assert request_.handler() == "https://example.com/mounted/act/3"


def test_redirects_of_the_library_are_ours(request_: SimpleNamespace) -> None:
    with pytest.raises(HTTPRedirect):
        connected().redirect("/there")


def test_missing_library_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "routes", None)
    with pytest.raises(ImportError, match=r"pip install 'cherrypy-dispatch\[routes\]'"):
        RoutesDispatcher()
