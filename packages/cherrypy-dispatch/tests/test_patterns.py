"""The url pattern that a page answers: few names, whatever paths are asked for."""

# ruff: noqa: N802 - methods of HTTP

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

import cherrypy_dispatch.patterns
from cherrypy_dispatch import Dispatcher, MethodDispatcher, Patterns, expose, popargs, walk_site


class Item:
    @expose
    def index(self, name: str = "") -> None: ...

    @expose
    def edit(self, name: str = "") -> None: ...


class Resource:
    exposed = True

    def GET(self, name: str = "") -> None: ...

    def PUT(self) -> None: ...


@popargs("user")
class Users:
    @expose
    def index(self, user: str = "") -> None: ...

    @expose
    def posts(self, **names: str) -> None: ...


class Site:
    def __init__(self) -> None:
        self.users = Users()
        self.items = SimpleNamespace(_cp_dispatch=self._item)
        self.resource = Resource()

    def _item(self, vpath: list[str]) -> Any:
        vpath.pop(0)
        return Item()

    @expose
    def index(self) -> None: ...

    @expose
    def find_all(self, word: str, *rest: str) -> None: ...

    @expose
    def default(self, *segments: str) -> None: ...


def found(path: str, root: Any, patterns: Patterns, method: str = "GET") -> str:
    dispatcher = MethodDispatcher() if path.startswith("/resource") else Dispatcher()
    return patterns.find(dispatcher.match(root, {}, path, method).handler, path)


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/", "/"),
        ("/find-all/cats/black", "/find_all/{word?}/{*rest}"),
        ("/whatever/there/is", "/{*segments}"),
        ("/users", "/users/{user?}/"),
        ("/users/ann", "/users/{user?}/"),
        ("/users/ann/posts", "/users/{user}/posts"),
        ("/users/posts", "/users/posts"),
        ("/items/17", "/items/{*}"),
        ("/items/17/edit", "/items/{*}"),
        ("/resource", "/resource"),
        ("/resource/17", "/resource"),
    ],
)
def test_page_is_known_by_its_pattern(path: str, pattern: str) -> None:
    site = Site()
    assert found(path, site, Patterns(site)) == pattern


def test_every_method_of_a_resource_has_its_pattern() -> None:
    site = Site()
    patterns = Patterns(site)
    assert {found("/resource", site, patterns, method) for method in ("GET", "PUT")} == {
        "/resource"
    }


def test_page_at_two_places_is_told_by_the_path() -> None:
    item = Item()
    site = SimpleNamespace(a=item, b=item)
    patterns = Patterns(site)
    assert found("/a/edit", site, patterns) == "/a/edit/{name?}"
    assert found("/b/edit/x/", site, patterns) == "/b/edit/{name?}"
    assert patterns.find(item.edit, "/elsewhere") == "/a/edit/{name?}"


def test_page_that_is_hung_up_later_is_found() -> None:
    site = Site()
    patterns = Patterns(site)
    site.new = Item()  # type: ignore[attr-defined]
    assert found("/new/edit", site, patterns) == "/new/edit/{name?}"


def test_page_in_no_tree_has_its_dotted_name_and_costs_one_walk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    patterns = Patterns(object())
    walks = []

    def walk(root: Any) -> Any:
        walks.append(root)
        return walk_site(root)

    monkeypatch.setattr(cherrypy_dispatch.patterns, "walk_site", walk)
    names = {patterns.find(Item().edit, f"/{number}") for number in range(9)}
    assert names == {f"{__name__}.Item.edit"}
    assert len(walks) == 1

    class Callable:
        def __call__(self) -> None: ...

    assert patterns.find(Callable(), "/").endswith("Callable")
