"""Segments of the path as named arguments."""

# ruff: noqa: RUF012 - as users write it

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import Dispatcher, Match, VPath, expose, popargs
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@popargs("album_title")
class Album:
    @expose
    def index(self, band_name: str, album_title: str | None = None) -> None: ...


@popargs("band_name", "year")
class Band:
    def __init__(self) -> None:
        self.albums = Album()

    @expose
    def index(self, band_name: str | None = None, year: str | None = None) -> None: ...

    @expose
    def page_js(self, *args: str, **kwargs: str) -> None: ...


@pytest.fixture
def params() -> Iterator[dict[str, str]]:
    request = SimpleNamespace(params={})
    serving.load(request, None)
    yield request.params
    serving.clear()


def match(root: Any, path: str, sections: dict[str, dict[str, Any]] | None = None) -> Match:
    return Dispatcher().match(root, sections or {}, path)


def answer(root: Any, path: str) -> tuple[str | None, tuple[str, ...], dict[str, str], bool]:
    found = match(root, path)
    return getattr(found.handler, "__name__", None), found.args, found.kwargs, found.is_index


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", ("index", (), {}, True)),
        ("/u2", ("index", (), {"band_name": "u2"}, True)),
        ("/u2/1990/", ("index", (), {"band_name": "u2", "year": "1990"}, True)),
        ("/page.js/x", ("page_js", ("x",), {}, False)),
        ("/u2/1990/page.js/x", ("page_js", ("x",), {"band_name": "u2", "year": "1990"}, False)),
        ("/u2/1990/other", (None, (), {"band_name": "u2", "year": "1990"}, False)),
        ("/u2/1990/__class__", (None, (), {"band_name": "u2", "year": "1990"}, False)),
        ("/albums/war/", ("index", (), {"album_title": "war"}, True)),
        (
            "/u2/1990/albums/war/",
            ("index", (), {"band_name": "u2", "year": "1990", "album_title": "war"}, True),
        ),
        ("/a%2Fb/", ("index", (), {"band_name": "a/b"}, True)),
    ],
)
def test_segments_that_are_no_attributes_get_names(path: str, expected: object) -> None:
    name, args, kwargs, is_index = answer(Band(), path)
    assert (name, args, {} if name is None else kwargs, is_index) == (
        expected if name else (None, (), {}, False)
    )
    assert kwargs == expected[2]  # type: ignore[index]


def test_it_works_below_other_nodes() -> None:
    root = SimpleNamespace(bands=SimpleNamespace(band=Band()))
    assert match(root, "/bands/band/u2/").handler == root.bands.band.index


def test_it_decorates_an_instance() -> None:
    album = SimpleNamespace(index=Album().index)
    assert popargs("title")(album) is album
    assert answer(album, "/war/") == ("index", (), {"title": "war"}, True)
    assert answer(album, "/war/x/")[0] is None


def test_it_decorates_a_page() -> None:
    class Blog:
        @expose
        @popargs("year", "month")
        def archive(self, year: str, month: str = "1") -> None: ...

    assert answer(Blog(), "/archive/2024") == ("archive", (), {"year": "2024"}, False)
    assert answer(Blog(), "/archive/2024/5")[2] == {"year": "2024", "month": "5"}


def test_it_can_be_assigned_in_a_class_body() -> None:
    class Blog(Album):
        _cp_dispatch = popargs("year")

    assert answer(Blog(), "/2024") == ("index", (), {"year": "2024"}, True)


def test_subclass_can_extend_it() -> None:
    class Loud(Band):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath[0] = vpath[0].upper()
            return super()._cp_dispatch(vpath)  # type: ignore[misc]

    assert answer(Loud(), "/u2/") == ("index", (), {"band_name": "U2"}, True)
    assert answer(Loud(), "/u2/1/page.js")[0] == "page_js"


def test_handler_that_can_be_called_makes_the_next_node() -> None:
    class Day:
        def __init__(self, **kwargs: str) -> None:
            self.given = kwargs

        @expose
        def index(self) -> None: ...

    @popargs("year", "month", handler=Day)
    class Blog: ...

    found = match(Blog(), "/2024/a%2Fb/")
    assert found.handler.__self__.given == {"year": "2024", "month": "a/b"}  # type: ignore[union-attr]
    assert found.kwargs == {}
    assert match(Blog(), "/2024/").handler.__self__.given == {"year": "2024"}  # type: ignore[union-attr]
    assert match(Blog(), "/2024/5/6").handler is None


class Exact:
    def __init__(self, year: str, month: str) -> None:
        self.given = year, month
        if month == "none":
            raise TypeError("mine")

    @expose
    def index(self) -> None: ...


def test_too_few_segments_for_the_handler_are_no_path() -> None:
    @popargs("year", "month", handler=Exact)
    class Blog: ...

    assert match(Blog(), "/2024/5/").handler.__self__.given == ("2024", "5")  # type: ignore[union-attr]
    assert match(Blog(), "/2024/").handler is None
    assert match(Blog(), "/").handler is None


def test_default_answers_where_segments_are_too_few_for_the_handler() -> None:
    @popargs("year", "month", handler=Exact)
    class Blog:
        @expose
        def default(self, *args: str) -> None: ...

    assert answer(Blog(), "/2024") == ("default", ("2024",), {}, False)


def test_type_error_of_the_handler_itself_stays_one() -> None:
    def broken(year: str) -> None:
        raise TypeError("mine")

    blog = SimpleNamespace(
        days=popargs("year", "month", handler=Exact)(SimpleNamespace()),
        broken=popargs("year", "month", handler=broken)(SimpleNamespace()),
        mistake=popargs("day", handler=Exact)(SimpleNamespace()),
    )
    with pytest.raises(TypeError, match="mine"):
        match(blog, "/days/2024/none")
    with pytest.raises(TypeError, match="mine"):
        match(blog, "/broken/2024")
    with pytest.raises(TypeError, match="unexpected keyword argument 'day'"):
        match(blog, "/mistake/1")


def test_handler_that_is_an_object_is_the_next_node() -> None:
    album = Album()
    blog = popargs("year", handler=album)(SimpleNamespace())
    found = match(blog, "/2024/war/")
    assert found.handler == album.index
    assert found.kwargs == {"year": "2024", "album_title": "war"}


def test_values_are_no_parameters_of_the_request_until_somebody_adds_them(
    params: dict[str, str],
) -> None:
    assert match(Band(), "/u2/1990").kwargs == {"band_name": "u2", "year": "1990"}
    assert params == {}


def test_method_further_down_finds_the_values_in_the_request(params: dict[str, str]) -> None:
    seen: list[dict[str, str]] = []

    class Below:
        def _cp_dispatch(self, vpath: list[str]) -> None:
            seen.append(dict(serving.request.params))

    @popargs("name")
    class Above:
        below = Below()

    match(Above(), "/x/below/y")
    match(popargs("kind", handler=Below())(SimpleNamespace()), "/z/y")
    assert seen == [{"name": "x"}, {"name": "x", "kind": "z"}]


def test_default_request_is_left_alone() -> None:
    request = SimpleNamespace(params={})
    serving.defaults.declare("request", lambda: request)
    try:
        assert serving.request is request
        match(Band(), "/u2/1990/albums/war")
    finally:
        serving.defaults.declare("request")
    assert request.params == {}


def test_default_gets_the_segments_that_lead_nowhere() -> None:
    @popargs("name")
    class Node:
        @expose
        def default(self, *args: str, **kwargs: str) -> None: ...

    assert answer(Node(), "/a") == ("default", (), {"name": "a"}, False)
    assert answer(Node(), "/a/b") == ("default", ("a", "b"), {"name": "a"}, False)


def test_without_names_it_takes_nothing() -> None:
    node = popargs()(SimpleNamespace(index=Album().index))
    assert answer(node, "/x") == (None, (), {}, False)


def test_default_above_gets_the_segments_that_became_arguments() -> None:
    class Root:
        bands = Band()

        @expose
        def default(self, *args: str, **kwargs: str) -> None: ...

    found = answer(Root(), "/bands/u2/1990/other/x")
    assert found == ("default", ("bands", "u2", "1990", "other", "x"), found[2], False)


def test_segments_below_the_arguments_are_looked_up_once() -> None:
    assert answer(Band(), "/u2/1990/albums/war/x")[0] is None
    assert answer(Band(), "/u2/1990/albums/war/index")[:2] == ("index", ())
    assert answer(Band(), "/u2/1990/page-js/a%2Fb/c")[:2] == ("page_js", ("a/b", "c"))


def test_other_nodes_below_are_asked_in_turn() -> None:
    class Asked:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            seen.append(list(vpath))
            return None

        @expose
        def default(self, *args: str, **kwargs: str) -> None: ...

    seen: list[list[str]] = []
    root = popargs("name", "kind")(SimpleNamespace(asked=Asked()))
    sections = {where: {"at": where} for where in ["/n", "/n/k/asked", "/n/k/asked/x/index"]}
    found = match(root, "/n/k/asked/x", sections)
    assert (found.handler, found.args) == (root.asked.default, ("x",))
    assert found.kwargs == {"name": "n", "kind": "k"}
    assert [where for where, _ in found.layers] == list(sections)
    assert seen == [["x"]]


def test_what_is_hung_on_the_tree_between_two_walks_counts() -> None:
    band = Band()
    assert match(band, "/u2/1990/albums/war/").handler == band.albums.index
    band.albums._cp_dispatch = lambda vpath: None  # type: ignore[attr-defined]
    assert match(band, "/u2/1990/albums/war/").handler is None
    band._cp_dispatch = popargs("only")  # type: ignore[attr-defined]
    assert answer(band, "/u2/page.js") == ("page_js", (), {"only": "u2"}, False)


def layers(root: Any, path: str, *sections: str) -> list[str]:
    found = match(root, path, {where: {"at": f"[{where}]"} for where in sections})
    return [config["at"] for _, config in found.layers]


@popargs("name", "kind")
class Configured:
    _cp_config = {"at": "Configured"}

    def __init__(self) -> None:
        self.album = Album()

    @expose
    def index(self) -> None: ...

    index._cp_config = {"at": "index"}  # type: ignore[attr-defined]


def test_sections_for_its_segments_apply() -> None:
    sections = ["/", "/a", "/a/b", "/a/b/index"]
    assert layers(Configured(), "/a/b/", *sections) == [
        "Configured",
        "[/]",
        "[/a]",
        "[/a/b]",
        "index",
        "[/a/b/index]",
    ]


def test_sections_for_segments_before_others_apply() -> None:
    sections = ["/a/b", "/a/b/album", "/a/b/album/c"]
    assert layers(Configured(), "/a/b/album/c", *sections) == [
        "Configured",
        "[/a/b]",
        "[/a/b/album]",
        "[/a/b/album/c]",
    ]


def test_sections_apply_where_nothing_is_below_the_arguments() -> None:
    sections = ["/a", "/a/b/none", "/a/b/none/x/index"]
    assert layers(Configured(), "/a/b/none/x", *sections) == ["Configured"] + [
        f"[{where}]" for where in sections
    ]


def test_section_overrides_the_config_of_its_node_below_it() -> None:
    root = SimpleNamespace(node=Configured())
    merged = [config["at"] for _, config in match(root, "/node/x", {"/node": {"at": "[/node]"}})[4]]
    assert merged == ["Configured", "[/node]", "index"]


def test_it_can_be_called_as_any_cp_dispatch() -> None:
    band: Any = Band()
    vpath = ["u2", "1990", "more"]
    assert band._cp_dispatch(vpath) is vpath
    assert vpath == ["more"]
    assert band._cp_dispatch(["u2"]) is band


def test_only_its_own_keyword_is_taken() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'handle'"):
        popargs("x", handle=None)  # type: ignore[call-arg]


def test_list_carries_what_was_found() -> None:
    vpath = VPath(["u2"])
    vpath.node, vpath.kwargs = Band(), {}
    assert vpath.node._cp_dispatch(vpath) is vpath.node
    assert vpath.kwargs == {"band_name": "u2"}
