"""Publishing functions, methods, classes and what else can be called."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from cherrypy_dispatch import Dispatcher, expose


def names(root: Any, *paths: str) -> list[str | None]:
    handlers = [Dispatcher().match(root, {}, path).handler for path in paths]
    return [getattr(handler, "__name__", None) for handler in handlers]


class Aliased:
    @expose(["generer", "generar"])
    def generate(self) -> None: ...

    @expose("about.html")
    def about(self) -> None: ...

    @expose(alias="one")
    def single(self) -> None: ...

    @expose(alias=("two", "three"))
    def several(self) -> None: ...

    @expose()
    def bare(self) -> None: ...

    @expose
    def plain(self) -> None: ...

    def late(self) -> None: ...

    expose(late, alias="later")

    def hidden(self) -> None: ...


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("generate", ["generer", "generar"]),
        ("about", ["about.html", "about_html", "about-html"]),
        ("single", ["one"]),
        ("several", ["two", "three"]),
        ("late", ["later"]),
        ("bare", []),
        ("plain", []),
    ],
)
def test_page_is_found_by_its_name_and_its_aliases(name: str, aliases: list[str]) -> None:
    paths = [f"/{path}" for path in [name, *aliases]]
    assert names(Aliased(), *paths) == [name] * len(paths)


def test_what_is_not_exposed_is_not_found() -> None:
    assert names(Aliased(), "/hidden") == [None]


def test_it_returns_what_it_was_given() -> None:
    def page() -> None: ...

    class Resource: ...

    assert expose(page) is page
    assert expose()(page) is page
    assert expose("x")(page) is page
    assert expose(Resource) is Resource
    assert page.exposed is Resource.exposed is True  # type: ignore[attr-defined]


def test_bound_method_is_exposed() -> None:
    root = Aliased()
    try:
        expose(root.hidden)
        assert names(root, "/hidden") == ["hidden"]
    finally:
        del Aliased.hidden.exposed  # type: ignore[attr-defined]


def test_static_and_class_methods_are_exposed_from_either_side() -> None:
    class Pages:
        @expose
        @staticmethod
        def inner() -> None: ...

        @staticmethod
        @expose
        def outer() -> None: ...

        @expose
        @classmethod
        def of_class(cls) -> None: ...

    assert names(Pages(), "/inner", "/outer", "/of_class") == ["inner", "outer", "of_class"]


def test_callable_object_is_exposed() -> None:
    class Page:
        def __call__(self) -> None: ...

    class Pages:
        page = expose(Page())

    assert Dispatcher().match(Pages(), {}, "/page/1").handler is Pages.page


def test_decorated_function_is_exposed() -> None:
    def decorated(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return function(*args)

        return wrapper

    class Pages:
        @decorated
        @expose
        def inside(self) -> None: ...

        @expose
        @decorated
        def outside(self) -> None: ...

    assert names(Pages(), "/inside", "/outside") == ["inside", "outside"]


def test_class_can_have_an_alias() -> None:
    class Root:
        @expose("autre")
        class other:  # noqa: N801 - a name in urls
            def __call__(self) -> None: ...

    assert Dispatcher().match(Root(), {}, "/autre").handler is Root.other


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError, match="a callable or its aliases, not 3"):
        expose(3)  # type: ignore[call-overload]
