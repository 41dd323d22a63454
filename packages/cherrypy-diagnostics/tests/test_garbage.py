from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_diagnostics import (
    GarbageReport,
    Heap,
    ReferrerTree,
    get_instances,
    unexpected,
)
from cherrypy_diagnostics.referrers import describe

if TYPE_CHECKING:
    from collections.abc import Callable


class Leaked:
    def __init__(self, text: str = "") -> None:
        self.text = text
        self.itself = self  # so only a collection frees it

    def __repr__(self) -> str:
        return f"Leaked({self.text})"


class Keeper:
    def __init__(self, kept: Any) -> None:
        self.kept = kept


def refuse(obj: object) -> Any:
    raise RuntimeError("asked")


class Broken:
    kept: object = None
    locals()["__class__"] = property(refuse)

    def __repr__(self) -> str:
        raise RuntimeError("asked")


@pytest.fixture(autouse=True)
def nothing_left_behind() -> None:
    gc.collect()


NAME = f"{__name__}.Leaked"


def lines_of(obj: object, **options: Any) -> list[str]:
    tree = ReferrerTree(**options)
    return tree.format(tree.ascend(obj))


# Referrers.


def test_referrers_are_told_with_their_places() -> None:
    leaked = Keeper(None)
    keepers = [{"a": leaked}, [0, leaked], Keeper(leaked)]
    lines = lines_of([leaked][0], ignore=[keepers], maxdepth=1)
    assert any(line.endswith("['a']") for line in lines)
    assert any(line.endswith("[1]") for line in lines)
    assert any("Keeper" in line and line.endswith(".kept") for line in lines)


def test_looking_adds_no_referrers_of_its_own() -> None:
    inner = Keeper(None)
    outer = Keeper(inner)
    tree = ReferrerTree(maxdepth=5).ascend(inner)
    assert [each.object for each in tree] == [outer]
    assert list(tree[0].parents) == []


def test_depth_and_number_are_limited() -> None:
    inner = Keeper(None)
    middle = list(map(Keeper, [inner] * 5))
    outer = Keeper(middle)
    tree = ReferrerTree(maxdepth=2, maxparents=2)
    lines = tree.format(tree.ascend(inner))
    assert len([line for line in lines if not line.startswith("   ")]) == 3
    assert lines[-1] == "  [3 more referrers]"
    assert not any(line.startswith("      ") for line in lines)
    assert outer.kept is middle


def test_circle_of_references_ends() -> None:
    leaked = Leaked()
    assert len(lines_of(leaked, maxdepth=3)) == 3


def test_long_texts_lose_their_middle() -> None:
    tree = ReferrerTree()
    assert tree.peek_length == 40
    assert tree.peek("x" * 40) == "x" * 40
    short = tree.peek("a" * 50 + "z" * 50)
    assert len(short) == 40
    assert (short[0], short[-1]) == ("a", "z")
    tree.peek_length = 10
    assert tree.peek("abcdefghijklm") == "abcd...klm"


def test_object_whose_representation_fails_is_described() -> None:
    inner = object()
    broken = Broken()
    broken.kept = inner
    (line,) = lines_of(inner, maxdepth=1)
    assert line.startswith("  <Broken at 0x")
    assert line.endswith(".kept")


# Instances.


def test_instances_are_those_of_the_class_and_not_those_that_say_so() -> None:
    class Proxy:
        __class__ = Leaked  # type: ignore[assignment]

    class Special(Leaked):
        pass

    _here = [Leaked(), Special(), Proxy()]
    assert [type(each) for each in get_instances(Leaked)] == [Leaked, Special]


def test_number_of_instances_outside_of_its_bounds_is_found() -> None:
    _here = [Leaked() for _ in range(3)]
    few, right, many = (Leaked, 4, 9, ""), (Leaked, 3, 3, ""), (Leaked, 0, 2, "")
    assert [each.expectation for each in unexpected([few, right, many])] == [few, many]
    assert list(unexpected([many], tolerance=1)) == []
    assert list(unexpected([many], tolerance=lambda: 1)) == []


def test_what_is_on_its_way_out_is_no_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    class Served:
        """What a request has while it is served."""

    kept, going = [Served()], [Served(), Served()]
    monkeypatch.setattr("cherrypy_diagnostics.garbage.sleep", lambda _: going.clear())
    assert list(unexpected([(Served, 0, 1, "")])) == []
    going += [Served(), Served()]
    (finding,) = unexpected([(Served, 0, 0, "")])
    assert finding.instances == kept


# New objects.


def test_planted_leak_is_found() -> None:
    heap = Heap()
    _known = Leaked()
    heap.mark()
    _leak = {"cache": [Leaked("a"), Leaked("b")]}
    Leaked("collected")
    grown = {each.name: each for each in heap.growth()}
    assert grown[NAME].new == 2
    assert grown[NAME].total == 3
    assert sorted(map(str, heap.new_objects(NAME))) == ["Leaked(a)", "Leaked(b)"]
    page = GarbageReport()
    page.heap = heap
    shown = page.objects(NAME)
    assert "2 new objects" in shown
    assert "Leaked(b)" in shown
    assert "[&#x27;cache&#x27;]" in shown
    heap.mark()
    assert NAME not in {each.name for each in heap.growth()}


def test_report_keeps_nothing_alive() -> None:
    report = GarbageReport()
    report.heap.mark()
    leaked = Leaked()
    report.objects(NAME)
    report.stats([(Leaked, 0, 0, "")])
    gone = weakref.ref(leaked)
    del leaked
    gc.collect()
    assert gone() is None


def test_everything_is_new_before_the_first_mark() -> None:
    assert "there is no mark yet" in GarbageReport().new()


# Pages.


def test_what_utf_8_cannot_have_is_escaped() -> None:
    hostile = type("Hostile", (Leaked,), {"__module__": "\udcff"})
    _here = hostile("\udcff")
    report = GarbageReport(context=lambda obj: "\udcff")
    pages = (
        report.new(),
        report.objects("\udcff.Hostile"),
        report.stats([(hostile, 0, 0, "\udcff")]),
    )
    for page in pages:
        page.encode()
    assert "1 new objects" in pages[1]
    assert r"Leaked(\udcff) \udcff" in pages[1]


def test_hostile_names_and_values_are_escaped() -> None:
    hostile = type("<script>alert(1)</script>", (Leaked,), {"__module__": '"><b>'})
    report = GarbageReport(context=lambda obj: "<i>context")
    report.heap.mark()
    _here = hostile("<img src=x>")
    name = '"><b>.<script>alert(1)</script>'
    pages = report.new(), report.objects(name), report.stats([(hostile, 0, 0, "<u>why")])
    for page in pages:
        assert "&lt;script&gt;" in page
        for tag in ("<script", "<b>", "<img", "<i>", "<u>"):
            assert tag not in page
    assert "objects?name=%22%3E%3Cb%3E.%3Cscript%3E" in pages[0]


def test_referrers_of_the_first_objects_are_shown() -> None:
    _here = [Keeper(name) for name in "abc"]
    name = f"{Keeper.__module__}.{Keeper.__qualname__}"
    for trees in (1, 3):
        page = GarbageReport(trees=trees).objects(name)
        assert "3 new objects" in page
        assert page.count("\n  [&lt;") == trees  # the list that is here


def test_number_of_objects_shown_is_limited() -> None:
    _here = [Leaked() for _ in range(5)]
    page = GarbageReport(limit=2).objects(NAME)
    assert page.count("\nLeaked()") + page.count("<pre>Leaked()") == 2
    assert "[3 more objects]" in page


def test_page_of_statistics_tells_what_was_expected_and_why() -> None:
    report = GarbageReport(context=lambda obj: "in a test")
    _here = Leaked("a")
    page = report.stats([(Leaked, 2, 3, "It is said to be."), (Keeper, 0, 0, "")])
    assert f"<h2>{NAME}</h2><p>Expected 2 to 3 references, got 1. It is said to be.</p>" in page
    assert "Leaked(a) in a test" in page
    assert "Keeper" not in page
    assert "No leaks found" in report.stats([(Leaked, 1, 1, "")])


def test_findings_are_no_referrers_of_each_other() -> None:
    inner = Leaked("inner")
    keeper = Keeper(inner)
    page = GarbageReport().stats([(Leaked, 0, 0, ""), (Keeper, 0, 0, ""), (Leaked, 0, 0, "")])
    assert page.count("<pre>") == 3
    assert "Unexpected" not in page
    assert keeper.kept is inner


def test_uncollectable_objects_are_shown() -> None:
    gc.garbage.append(Leaked("uncollectable"))
    try:
        page = GarbageReport().stats([])
    finally:
        gc.garbage.clear()
    assert "1 uncollectable" in page
    assert "Leaked(uncollectable)" in page


class OwnDict(dict[Any, Any]):
    def items(self) -> Any:
        raise RuntimeError("it is loaded when it is asked")


class OwnList(list[Any]):
    def __iter__(self) -> Any:
        raise RuntimeError("it is loaded when it is asked")


class OwnTuple(tuple[Any, ...]):
    __slots__ = ()

    def __iter__(self) -> Any:
        raise RuntimeError("it is loaded when it is asked")


@pytest.mark.parametrize("kind", ["dict", "list", "tuple"])
def test_containers_are_not_asked_by_their_own_methods(kind: str) -> None:
    kept = Leaked()
    makers: dict[str, Callable[[], object]] = {
        "dict": lambda: OwnDict(key=kept),
        "list": lambda: OwnList([kept]),
        "tuple": lambda: OwnTuple((kept,)),
    }
    keeper = makers[kind]()
    places = {
        referrer.place
        for referrer in ReferrerTree(maxdepth=1).ascend(kept)
        if referrer.object is keeper
    }
    assert places == {"['key']" if kind == "dict" else "[0]"}


@pytest.mark.parametrize("kind", [bytes, bytearray])
def test_only_the_beginning_of_long_bytes_is_written_out(kind: Any) -> None:
    looked_at: list[int] = []

    class Long(kind):  # type: ignore[misc]
        def __getitem__(self, part: Any) -> Any:
            looked_at.append(part.stop)
            return super().__getitem__(part)

        def __repr__(self) -> str:
            raise AssertionError("all of it would be written out")

    Long.__name__ = kind.__name__
    text = describe({"body": Long(1_000_000)})
    assert looked_at == [200]
    assert len(text) < 250
