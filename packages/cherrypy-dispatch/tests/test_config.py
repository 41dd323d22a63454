"""Which config is in force at a path, and in which order it is laid."""

# ruff: noqa: RUF012 - as users write it

from __future__ import annotations

from typing import Any

from cherrypy_dispatch import Dispatcher, expose, merge


class Inner:
    _cp_config = {"at": "Inner", "inner": 1}

    @expose
    def index(self) -> None: ...

    @expose
    def page(self, *args: str) -> None: ...


class Root:
    _cp_config = {"at": "Root", "root": 1}

    def __init__(self) -> None:
        self.inner = Inner()

    @expose
    def index(self) -> None: ...

    index._cp_config = {"at": "index", "index": 1}  # type: ignore[attr-defined]

    @expose
    def default(self, *args: str) -> None: ...

    default._cp_config = {"at": "default", "default": 1}  # type: ignore[attr-defined]


def layers(path: str, sections: dict[str, dict[str, Any]] | None = None) -> list[tuple[str, Any]]:
    found = Dispatcher().match(Root(), sections or {}, path).layers
    return [(where, config.get("at")) for where, config in found]


def test_root_then_its_section_then_the_page_then_its_section() -> None:
    sections = {"/": {"at": "[/]"}, "/index": {"at": "[/index]"}}
    assert layers("/", sections) == [
        ("/", "Root"),
        ("/", "[/]"),
        ("/index", "index"),
        ("/index", "[/index]"),
    ]


def test_section_without_a_node_applies() -> None:
    sections = {"/static": {"at": "[/static]"}, "/static/css": {"at": "[css]"}, "/other": {}}
    assert layers("/static/css/site.css", sections) == [
        ("/", "Root"),
        ("/", "default"),
        ("/static", "[/static]"),
        ("/static/css", "[css]"),
    ]


def test_config_of_default_comes_right_after_that_of_its_node() -> None:
    sections = {"/inner": {"at": "[/inner]"}, "/inner/none": {"at": "[none]"}}
    assert layers("/inner/none/1", sections) == [
        ("/", "Root"),
        ("/", "default"),
        ("/inner", "Inner"),
        ("/inner", "[/inner]"),
        ("/inner/none", "[none]"),
    ]


def test_config_applies_where_nothing_is_published() -> None:
    class Closed:
        _cp_config = {"at": "Closed"}

    found = Dispatcher().match(Closed(), {"/a/b/index": {"at": "[index]"}}, "/a/b")
    assert found.handler is None
    assert [config["at"] for _, config in found.layers] == ["Closed", "[index]"]


def test_section_of_arguments_applies() -> None:
    sections = {"/inner/page/1": {"at": "[1]"}, "/inner/page/1/2/index": {"at": "[index]"}}
    assert layers("/inner/page/1/2", sections)[-2:] == [
        ("/inner/page/1", "[1]"),
        ("/inner/page/1/2/index", "[index]"),
    ]


def test_section_for_the_index_of_a_page_without_one_applies() -> None:
    assert layers("/inner/page", {"/inner/page/index": {"at": "[index]"}})[-1] == (
        "/inner/page/index",
        "[index]",
    )


def test_layers_are_the_live_mappings() -> None:
    root, sections = Root(), {"/": {"key": "value"}, "/inner": dict[str, Any]()}
    found = Dispatcher().match(root, sections, "/inner/")
    assert [config for _, config in found.layers] == [
        Root._cp_config,
        sections["/"],
        Inner._cp_config,
        sections["/inner"],
    ]
    live = {id(config) for _, config in found.layers}
    assert live == {
        id(Root._cp_config),
        id(sections["/"]),
        id(Inner._cp_config),
        id(sections["/inner"]),
    }


def test_later_layers_win_over_earlier_ones_and_over_the_base() -> None:
    merged = merge([("/", {"a": 1, "b": 1}), ("/x", {"b": 2})], {"a": 0, "c": 0})
    assert merged == {"a": 1, "b": 2, "c": 0}


def test_merging_leaves_what_it_reads_alone() -> None:
    base, layer = {"a": 0}, {"a": 1}
    merge([("/", layer)], base)["b"] = 1
    assert (base, layer) == ({"a": 0}, {"a": 1})


def test_path_of_a_static_directory_is_recorded() -> None:
    merged = merge([("/", {}), ("/files", {"tools.staticdir.dir": "d"}), ("/files/x", {"k": 1})])
    assert merged["tools.staticdir.section"] == "/files"


def test_deepest_static_directory_is_the_one_recorded() -> None:
    directory = {"tools.staticdir.dir": "d"}
    merged = merge([("/", directory), ("/files", directory)])
    assert merged["tools.staticdir.section"] == "/files"


def test_config_of_the_default_of_an_index_comes_last() -> None:
    class Index:
        _cp_config = {"at": "Index"}

        @expose
        def default(self) -> None: ...

        default._cp_config = {"at": "default"}  # type: ignore[attr-defined]

    class Top:
        index = Index()

    found = Dispatcher().match(Top(), {"/index": {"at": "[/index]"}}, "/")
    assert found.is_index
    assert [(where, config["at"]) for where, config in found.layers] == [
        ("/index", "Index"),
        ("/index", "[/index]"),
        ("/index", "default"),
    ]
