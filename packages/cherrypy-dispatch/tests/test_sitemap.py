"""What a tree publishes, as a list."""

# ruff: noqa: N802 - methods of HTTP

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from cherrypy_dispatch import expose, popargs, walk_site


class Pages:
    @expose
    def index(self) -> None: ...

    @expose
    def page(self, x: str, y: str = "", *args: str, k: str = "", **kwargs: str) -> None: ...

    def hidden(self) -> None: ...


def patterns(root: Any) -> list[tuple[str, str]]:
    return [(found.kind, found.pattern) for found in walk_site(root)]


def test_pages_and_indexes_are_listed_with_their_parameters() -> None:
    root = Pages()
    index, page = walk_site(root)
    assert (index.kind, index.pattern, index.handler) == ("index", "/", root.index)
    assert (page.kind, page.pattern) == ("page", "/page/{x?}/{y?}/{*args}")
    assert [parameter.name for parameter in page.parameters] == ["x", "y", "args", "k", "kwargs"]
    assert page.handler == root.page


def test_objects_below_are_listed_below() -> None:
    root = SimpleNamespace(
        b=Pages(), a=SimpleNamespace(deep=Pages()), text="x", number=3, none=None
    )
    assert patterns(root) == [
        ("index", "/a/deep/"),
        ("page", "/a/deep/page/{x?}/{y?}/{*args}"),
        ("index", "/b/"),
        ("page", "/b/page/{x?}/{y?}/{*args}"),
    ]


def test_default_takes_what_is_left() -> None:
    class Root:
        @expose
        def default(self, first: str, *rest: str) -> None: ...

    assert patterns(Root()) == [("default", "/{first?}/{*rest}")]


def test_object_at_two_paths_is_listed_at_both() -> None:
    shared = Pages()
    root = SimpleNamespace(a=shared, b=shared)
    assert [pattern for kind, pattern in patterns(root) if kind == "index"] == ["/a/", "/b/"]


def test_cycle_ends_where_it_closes() -> None:
    root: Any = Pages()
    root.child = Pages()
    root.child.parent = root
    root.me = root
    assert [pattern for kind, pattern in patterns(root) if kind == "index"] == ["/", "/child/"]


def test_resource_is_listed_with_its_methods() -> None:
    @expose
    class Resource:
        def GET(self) -> None: ...

        def PUT(self) -> None: ...

    root = SimpleNamespace(resource=Resource(), kind=Resource)
    found = [(one.kind, one.pattern, one.methods) for one in walk_site(root)]
    assert found == [
        ("resource", "/kind", ("GET", "HEAD", "PUT")),
        ("resource", "/resource", ("GET", "HEAD", "PUT")),
    ]
    assert patterns(Resource()) == [("resource", "/")]


def test_exposed_object_that_can_be_called_is_a_page() -> None:
    @expose
    class Page:
        def __call__(self, x: str) -> None: ...

    assert patterns(SimpleNamespace(page=Page())) == [("page", "/page/{x?}")]


def test_arguments_from_the_path_are_part_of_the_pattern() -> None:
    @popargs("band", "year")
    class Band(Pages):
        def __init__(self) -> None:
            self.albums = SimpleNamespace(index=Pages().index)

    assert patterns(SimpleNamespace(bands=Band())) == [
        ("index", "/bands/{band?}/{year?}/"),
        ("index", "/bands/albums/"),
        ("page", "/bands/page/{x?}/{y?}/{*args}"),
        ("index", "/bands/{band}/{year}/albums/"),
        ("page", "/bands/{band}/{year}/page/{x?}/{y?}/{*args}"),
    ]


def test_page_with_arguments_from_the_path_lists_these() -> None:
    class Blog:
        @expose
        @popargs("year", "month")
        def archive(self, year: str, month: str = "1") -> None: ...

    assert patterns(Blog()) == [("page", "/archive/{year?}/{month?}")]


def test_handler_of_arguments_is_followed_or_named() -> None:
    followed = popargs("year", handler=Pages())(SimpleNamespace())
    named = popargs("year", handler=Pages)(SimpleNamespace())
    assert patterns(SimpleNamespace(a=followed, b=named)) == [
        ("index", "/a/{year}/"),
        ("page", "/a/{year}/page/{x?}/{y?}/{*args}"),
        ("dispatch", "/b/{year}/{*}"),
    ]


def test_node_that_is_asked_is_listed_as_unknown_below() -> None:
    class Asked(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            raise AssertionError

    root = Asked()
    found = list(walk_site(root))
    assert [(one.kind, one.pattern) for one in found] == [
        ("index", "/"),
        ("page", "/page/{x?}/{y?}/{*args}"),
        ("dispatch", "/{*}"),
    ]
    assert found[-1].handler == root._cp_dispatch


def test_nothing_is_run() -> None:
    class Root(Pages):
        __slots__ = ("slot",)

        slot: Pages

        @property
        def boom(self) -> None:
            raise AssertionError

    root = Root()
    root.slot = Pages()
    assert [pattern for kind, pattern in patterns(root) if kind == "index"] == ["/", "/slot/"]


def test_page_without_a_known_signature_has_no_parameters() -> None:
    class Page:
        exposed = True
        __signature__ = "nonsense"

        def __call__(self) -> None: ...

    (found,) = walk_site(SimpleNamespace(page=Page()))
    assert (found.pattern, found.parameters) == ("/page", ())


def test_page_can_have_pages_below() -> None:
    class Root:
        @expose
        def page(self) -> None: ...

        page.more = Pages()  # type: ignore[attr-defined]

    assert ("index", "/page/more/") in patterns(Root())


def test_names_of_python_are_no_segments() -> None:
    assert not any("__" in pattern for _, pattern in patterns(expose(type("R", (Pages,), {}))()))


def test_exposed_root_is_listed_at_the_slash() -> None:
    assert [found.pattern for found in walk_site(expose(lambda: None))] == ["/"]
