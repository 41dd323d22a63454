"""Nodes that are asked for the way: `_cp_dispatch`."""

# ruff: noqa: RUF012 - as users write it

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import Dispatcher, Match, VPath, expose
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator


class Pages:
    @expose
    def index(self) -> None: ...

    @expose
    def page(self, *args: str) -> None: ...

    @expose
    def default(self, *args: str) -> None: ...


def match(root: Any, path: str, sections: dict[str, dict[str, Any]] | None = None) -> Match:
    return Dispatcher().match(root, sections or {}, path)


def answer(root: Any, path: str) -> tuple[str | None, tuple[str, ...], bool]:
    found = match(root, path)
    return getattr(found.handler, "__name__", None), found.args, found.is_index


@pytest.fixture
def params() -> Iterator[dict[str, str]]:
    request = SimpleNamespace(params={})
    serving.load(request, None)
    yield request.params
    serving.clear()


def test_documented_bands_and_albums(params: dict[str, str]) -> None:
    class Album:
        @expose
        def index(self, artist: str, title: str) -> str:
            return f"{title} by {artist}"

    class Band:
        def __init__(self) -> None:
            self.albums = Album()

        def _cp_dispatch(self, vpath: list[str]) -> Any:
            request = serving.request
            if len(vpath) == 1:
                request.params["name"] = vpath.pop()
                return self
            if len(vpath) == 3:
                request.params["artist"] = vpath.pop(0)
                vpath.pop(0)
                request.params["title"] = vpath.pop(0)
                return self.albums
            return vpath

        @expose
        def index(self, name: str) -> str:
            return name

    band = Band()
    assert match(band, "/nirvana/").handler == band.index
    assert params == {"name": "nirvana"}
    params.clear()
    assert match(band, "/nirvana/albums/nevermind").handler == band.albums.index
    assert params == {"artist": "nirvana", "title": "nevermind"}
    assert match(band, "/one/two").handler is None
    assert match(band, "/").handler == band.index


def test_attributes_come_before_asking() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            raise AssertionError(vpath)

    assert answer(Node(), "/page") == ("page", (), False)
    assert answer(Node(), "/page") == ("page", (), False)
    assert answer(Node(), "/") == ("index", (), True)


def test_list_of_segments_has_what_is_left_and_is_a_list() -> None:
    seen: list[Any] = []

    class Inner(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> None:
            seen.append(vpath)

    root = SimpleNamespace(inner=Inner())
    match(root, "/inner/a%2Fb/c/")
    assert seen == [["a%2Fb", "c"]]
    assert isinstance(seen[0], VPath)
    assert seen[0].node is root.inner


def test_segments_can_be_removed_from_the_front() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            del vpath[:2]
            return self

    assert answer(Node(), "/a/b") == ("index", (), True)
    assert answer(Node(), "/a/b/page/c") == ("page", ("c",), False)


def test_segments_can_be_removed_from_the_end() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath.pop()
            return SimpleNamespace(a=self)

    assert answer(Node(), "/a/page.html") == ("index", (), True)


def test_segments_can_be_replaced() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath[0] = "page"
            return self

    assert answer(Node(), "/a/b") == ("page", ("b",), False)


def test_segments_can_be_added() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath[:1] = ["page", "one", "two"]
            return self

    assert answer(Node(), "/a/b") == ("page", ("one", "two", "b"), False)


def test_returning_the_list_looks_its_first_segment_up_on_the_same_node() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath[0] = vpath[0].lower()
            return vpath

    assert answer(Node(), "/PAGE/B") == ("page", ("B",), False)
    assert answer(Node(), "/OTHER/B") == ("default", ("OTHER", "B"), False)


def test_returning_the_emptied_list_is_returning_the_node() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath.clear()
            return vpath

    assert answer(Node(), "/a/b") == ("index", (), True)


def test_untouched_list_counts_as_one_segment_dealt_with() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            return self

    assert answer(Node(), "/1/2/") == ("index", (), True)
    assert answer(Node(), "/1/2/page/3") == ("page", ("3",), False)


def test_none_means_that_there_is_no_way_and_default_gets_all_segments() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> None:
            vpath.pop(0)

    assert answer(Node(), "/a/b/") == ("default", ("a", "b"), True)


def test_other_nodes_are_asked_in_turn() -> None:
    class Inner(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            return SimpleNamespace(deep=Pages()) if vpath.pop(0) == "in" else None

    class Outer:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            return Inner() if vpath.pop(0) == "out" else None

    assert answer(Outer(), "/out/in/deep/page/1") == ("page", ("1",), False)
    assert answer(Outer(), "/out/no/deep") == ("default", ("no", "deep"), False)
    assert answer(Outer(), "/no") == (None, (), False)


def test_it_may_be_hung_on_an_instance() -> None:
    node: Any = Pages()
    node._cp_dispatch = lambda vpath: SimpleNamespace(index=node.page) if vpath.pop(0) else None
    assert answer(node, "/x") == ("page", (), True)


def test_page_can_be_asked_too() -> None:
    class Node(Pages):
        pass

    other = Pages()
    Node.page._cp_dispatch = lambda vpath: vpath.clear() or other  # type: ignore[attr-defined]
    try:
        assert match(Node(), "/page/x").handler == other.index
    finally:
        del Node.page._cp_dispatch  # type: ignore[attr-defined]


def test_exposed_one_is_a_page_and_not_asked() -> None:
    class Node(Pages):
        @expose
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            raise AssertionError

    assert answer(Node(), "/x") == ("default", ("x",), False)


def test_what_cannot_be_called_is_not_asked() -> None:
    node: Any = Pages()
    node._cp_dispatch = "no"
    assert answer(node, "/x") == ("default", ("x",), False)


def test_its_name_can_be_chosen() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            raise AssertionError

        def where(self, vpath: list[str]) -> Any:
            vpath[:] = ["page"]
            return self

    found = Dispatcher("where").match(Node(), {}, "/x/y")
    assert found.handler.__name__ == "page"  # type: ignore[union-attr]


def test_names_of_python_lead_nowhere_through_it() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            return vpath

    assert answer(Node(), "/__class__") == ("default", ("__class__",), False)


def test_it_may_find_keyword_arguments_without_a_request() -> None:
    class Node(Pages):
        def _cp_dispatch(self, vpath: VPath) -> Any:
            vpath.kwargs["name"] = vpath.pop(0)
            return self

    assert match(Node(), "/x").kwargs == {"name": "x"}


def test_growing_without_end_is_an_error_that_names_the_node() -> None:
    class Endless:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath[0] += "x"
            return self

        def __repr__(self) -> str:
            return "<Endless>"

    with pytest.raises(RuntimeError, match=r"_cp_dispatch of <Endless> .* along '/a/b'"):
        match(Endless(), "/a/b")


def test_growing_by_attributes_without_end_is_an_error() -> None:
    class Endless:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath.insert(0, "me")
            return self

        @property
        def me(self) -> Any:
            return self

    with pytest.raises(RuntimeError, match="puts in as many"):
        match(Endless(), "/a")


def test_growing_by_more_than_is_taken_is_an_error() -> None:
    class Endless:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath += ["a", "b"]
            return self

    with pytest.raises(RuntimeError, match="puts in as many"):
        match(Endless(), "/a")


def test_path_of_too_many_segments_is_not_published_and_nobody_is_asked() -> None:
    asked: list[int] = []

    class Node:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            asked.append(len(vpath))
            return self

        @expose
        def index(self) -> None: ...

    assert match(Node(), "/x" * 1000).handler is not None
    assert asked == list(range(1000, 0, -1))
    asked.clear()
    assert match(Node(), "/x" * 1001).handler is None
    assert asked == []


def layers(root: Any, path: str, *sections: str) -> list[str]:
    found = match(root, path, {where: {"at": f"[{where}]"} for where in sections})
    return [config["at"] for _, config in found.layers]


class Configured(Pages):
    _cp_config = {"at": "Configured"}

    def _cp_dispatch(self, vpath: list[str]) -> Any:
        del vpath[:2]
        return Below()


class Below(Pages):
    _cp_config = {"at": "Below"}


def test_sections_count_along_the_requested_path() -> None:
    sections = ["/", "/a", "/a/b", "/a/b/page", "/a/b/page/c", "/b", "/page"]
    assert layers(Configured(), "/a/b/page/c", *sections) == [
        "Configured",
        "[/]",
        "[/a]",
        "Below",
        "[/a/b]",
        "[/a/b/page]",
        "[/a/b/page/c]",
    ]


def test_sections_of_an_index_behind_it_apply() -> None:
    assert layers(Configured(), "/a/b", "/a/b/index") == ["Configured", "Below", "[/a/b/index]"]


def test_config_of_the_index_behind_it_applies() -> None:
    page: Any = lambda: None  # noqa: E731 - a page with attributes
    page.exposed, page._cp_config = True, {"at": "index"}
    node = SimpleNamespace(_cp_dispatch=lambda vpath: vpath.clear() or SimpleNamespace(index=page))
    assert layers(node, "/a", "/a", "/a/index") == ["[/a]", "index", "[/a/index]"]


def test_node_behind_it_may_have_no_index() -> None:
    node = SimpleNamespace(_cp_dispatch=lambda vpath: vpath.clear() or SimpleNamespace())
    assert match(node, "/a").handler is None
    assert layers(node, "/a", "/a/index") == ["[/a/index]"]


def test_sections_apply_where_no_way_is_found() -> None:
    class Lost(Pages):
        _cp_config = {"at": "Lost"}

        def _cp_dispatch(self, vpath: list[str]) -> None: ...

    assert layers(Lost(), "/a/b", "/a", "/a/b/index") == ["Lost", "[/a]", "[/a/b/index]"]


def test_node_that_names_itself_lays_its_config_once() -> None:
    class Again(Pages):
        _cp_config = {"at": "Again"}

        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath.pop(0)
            return self

    root = SimpleNamespace(again=Again())
    assert layers(root, "/again/x/", "/again") == ["Again", "[/again]"]


def test_added_segments_have_no_place_of_their_own() -> None:
    class Adds:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath[:1] = ["one", "two"]
            return SimpleNamespace(one=SimpleNamespace(two=Below()))

    assert layers(Adds(), "/x/y", "/x", "/x/y", "/one") == ["Below", "[/x]", "[/x/y]"]
    assert layers(Adds(), "/x", "/x", "/one") == ["Below", "[/x]"]


def test_default_behind_it_lays_its_config_after_its_node() -> None:
    page: Any = lambda *_: None  # noqa: E731 - a page with attributes
    page.exposed, page._cp_config = True, {"at": "default"}
    below = SimpleNamespace(default=page, _cp_config={"at": "below"})
    node = SimpleNamespace(_cp_dispatch=lambda vpath: vpath.pop(0) and below)
    assert layers(node, "/a/b", "/a", "/a/b") == ["below", "[/a]", "default", "[/a/b]"]
    assert match(node, "/a/b").args == ("b",)
