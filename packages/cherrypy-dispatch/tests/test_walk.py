"""Which page a path leads to, in a tree of plain objects."""

from __future__ import annotations

import importlib
from typing import Any, ClassVar

import pytest

from cherrypy_dispatch import Dispatcher, expose


class Page:
    """Answers everything with its arguments."""

    exposed = True

    def __call__(self, *args: str, **kwargs: str) -> tuple[Any, ...]:
        return args, kwargs


class Node:
    pass


class Branch:
    @expose
    def index(self) -> str:
        return "branch index"

    @expose
    def page(self, *args: str) -> str:
        return "branch page"

    @expose
    def some_page_js(self) -> str:
        return "translated"

    def hidden(self) -> str:
        return "hidden"


class Root:
    def __init__(self) -> None:
        self.branch = Branch()
        self.plain = Node()
        self.resource = Page()
        self.nothing = None

    @expose
    def index(self) -> str:
        return "root index"

    @expose
    def page(self, *args: str) -> str:
        return "root page"


class Fallback(Root):
    @expose
    def default(self, *args: str) -> str:
        return "root default"


def answer(root: Any, path: str) -> tuple[str | None, tuple[str, ...], bool]:
    match = Dispatcher().match(root, {}, path)
    made = None if match.handler is None else match.handler.__name__
    return made, match.args, match.is_index


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("index", (), True)),
        ("", ("index", (), True)),
        ("/index", ("index", (), False)),
        ("/index/", ("index", (), False)),
        ("/page", ("page", (), False)),
        ("/page/", ("page", (), False)),
        ("/page/1/2", ("page", ("1", "2"), False)),
        ("/page//1/", ("page", ("1",), False)),
        ("//page", ("page", (), False)),
        ("/branch", ("index", (), True)),
        ("/branch/", ("index", (), True)),
        ("/branch/page/3", ("page", ("3",), False)),
        ("/branch/some-page.js", ("some_page_js", (), False)),
        ("/branch/some_page_js", ("some_page_js", (), False)),
        ("/branch/hidden", (None, (), False)),
        ("/branch/other", (None, (), False)),
        ("/plain", (None, (), False)),
        ("/plain/index", (None, (), False)),
        ("/nothing", (None, (), False)),
    ],
)
def test_path_leads_to_the_deepest_published_node(path: str, expected: object) -> None:
    assert answer(Root(), path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/zip", ("default", ("zip",), False)),
        ("/zip/zap/", ("default", ("zip", "zap"), True)),
        ("/branch/hidden", ("default", ("branch", "hidden"), False)),
        ("/branch/other/1", ("default", ("branch", "other", "1"), False)),
        ("/plain/", ("default", ("plain",), True)),
        ("/default", ("default", (), False)),
        ("/default/3", ("default", ("3",), False)),
        ("/page/3", ("page", ("3",), False)),
        ("/", ("index", (), True)),
    ],
)
def test_default_answers_for_what_is_not_published_below_its_node(
    path: str, expected: object
) -> None:
    assert answer(Fallback(), path) == expected


def test_default_of_a_node_comes_before_the_node_itself() -> None:
    class Both(Page):
        @expose
        def default(self) -> None: ...

    root = Node()
    root.both = Both()  # type: ignore[attr-defined]
    match = Dispatcher().match(root, {}, "/both/1")
    assert match.handler == root.both.default  # type: ignore[attr-defined]
    assert match.node is root.both  # type: ignore[attr-defined]


def test_default_that_is_not_exposed_does_not_answer() -> None:
    class Closed:
        def default(self) -> None: ...

    assert answer(Closed(), "/x") == (None, (), False)


def test_exposed_instance_is_a_handler_with_the_rest_as_arguments() -> None:
    root = Root()
    match = Dispatcher().match(root, {}, "/resource/1/2/")
    assert match.handler is root.resource
    assert match.node is root.resource
    assert match.args == ("1", "2")


def test_exposed_can_be_set_to_false() -> None:
    root = Root()
    root.resource.exposed = False
    assert answer(root, "/resource") == (None, (), False)


def test_default_may_be_without_parameters_and_still_is_the_answer() -> None:
    class Lone:
        @expose
        def default(self) -> str:
            return ""

    assert answer(Lone(), "/a") == ("default", ("a",), False)


def test_encoded_slash_stays_within_its_segment() -> None:
    assert answer(Root(), "/page/a%2Fb/c") == ("page", ("a/b", "c"), False)
    assert answer(Fallback(), "/branch%2Fpage") == ("default", ("branch/page",), False)


def test_tree_is_looked_at_again_each_time() -> None:
    root, dispatcher = Root(), Dispatcher()
    assert dispatcher.match(root, {}, "/late").handler is None
    root.late = Page()  # type: ignore[attr-defined]
    assert dispatcher.match(root, {}, "/late").handler is root.late  # type: ignore[attr-defined]
    del root.late  # type: ignore[attr-defined]
    assert dispatcher.match(root, {}, "/late").handler is None


@pytest.mark.parametrize(
    "path",
    [
        "/__class__",
        "/--class--",
        "/..class..",
        "/page/__self__/branch/page",
        "/page/__func__",
        "/__dict__",
        "/resource/__class__/x",
    ],
)
def test_names_of_python_itself_lead_nowhere(path: str) -> None:
    exposed_class = expose(type("Exposed", (Root,), {}))
    match = Dispatcher().match(exposed_class(), {}, path)
    assert all(part in match.args for part in path.split("/") if part[:2] == "__")
    assert match.handler is not exposed_class


def test_config_of_a_section_cannot_be_walked_around() -> None:
    match = Dispatcher().match(Root(), {"/branch": {"guard": True}}, "/page/__self__/branch/page")
    assert match.handler.__name__ == "page"  # type: ignore[union-attr]
    assert match.args == ("__self__", "branch", "page")


def test_custom_translation_replaces_the_usual_one() -> None:
    dispatcher = Dispatcher(translate={ord("-"): "_", ord("X"): "x"})
    root = Node()
    root.a_x = Page()  # type: ignore[attr-defined]
    assert dispatcher.match(root, {}, "/a-X").handler is root.a_x  # type: ignore[attr-defined]
    assert dispatcher.match(root, {}, "/a.x").handler is None


def test_translation_may_be_exchanged_later() -> None:
    dispatcher = Dispatcher()
    dispatcher.translate = {}
    assert dispatcher.match(Root(), {}, "/branch/some-page.js").handler is None


def test_translation_must_be_a_dict() -> None:
    with pytest.raises(TypeError, match="must be a dict, not str: 'abc'"):
        Dispatcher(translate="abc")  # type: ignore[arg-type]


def test_error_of_a_property_is_not_hidden() -> None:
    class Broken:
        @property
        def page(self) -> None:
            raise KeyError("broken")

    with pytest.raises(KeyError, match="broken"):
        Dispatcher().match(Broken(), {}, "/page")


def test_finding_a_page_knows_no_request() -> None:
    modules = ["choice", "exploration", "merging", "names", "places", "trail", "vpath", "walk"]
    for module in (importlib.import_module(f"cherrypy_dispatch.{name}") for name in modules):
        assert not {"serving", "cherrypy_serving"} & set(vars(module))


def test_long_paths_take_few_steps() -> None:
    class Sections(dict[str, Any]):
        asked = 0

        def get(self, key: str, default: Any = None) -> Any:
            self.asked += 1
            return super().get(key, default)

    sections = Sections({"/": {}, "/a/b": {}})
    found = Dispatcher().match(Fallback(), sections, "/a" * 100_000)
    assert len(found.args) == 100_000
    assert sections.asked < 10


def test_tree_with_a_cycle_is_followed_for_a_thousand_segments() -> None:
    class Parent:
        _cp_config: ClassVar = {"key": 1}

        @expose
        def default(self, *args: str) -> str:
            return "default"

    parent = Parent()
    parent.child = Node()  # type: ignore[attr-defined]  # hung on as applications do
    parent.child.parent = parent  # type: ignore[attr-defined]
    found = Dispatcher().match(parent, {}, "/child/parent" * 1000)
    assert found.handler == parent.default
    assert len(found.args) == 1000
    assert len(found.layers) == 501
