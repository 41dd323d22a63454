"""A section as a dataclass."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Union

import pytest

from cherrypy_config import Config, FieldsError, fill


@dataclasses.dataclass
class Pool:
    size: int = 4
    timeout: float = 1.0


@dataclasses.dataclass
class Database:
    host: str
    port: int = 5432
    pool: Pool = dataclasses.field(default_factory=Pool)


@dataclasses.dataclass
class NeedsPool:
    pool: Pool


def field(annotation: Any) -> Any:
    return dataclasses.make_dataclass("Section", [("x", annotation)])


def test_entries_fill_the_fields_and_defaults_the_rest() -> None:
    assert fill(Database, {"host": "here"}) == Database("here", 5432, Pool(4, 1.0))


def test_dotted_entries_fill_a_dataclass_inside() -> None:
    filled = fill(Database, {"host": "here", "pool.size": 8})
    assert filled.pool == Pool(8, 1.0)


def test_a_dataclass_inside_is_made_of_its_defaults() -> None:
    assert fill(NeedsPool, {}) == NeedsPool(Pool())


def test_a_dataclass_inside_may_be_given_as_a_whole() -> None:
    pool = Pool(1)
    assert fill(NeedsPool, {"pool": pool}).pool is pool


def test_all_mismatches_are_told_at_once() -> None:
    with pytest.raises(FieldsError) as caught:
        fill(Database, {"prot": 1, "port": "80", "pool.size": None, "pool.x": 1}, section="[db]")
    assert caught.value.section == "[db]"
    assert caught.value.problems == (
        "unknown option 'prot' (known: host, port, pool)",
        "option 'host' is missing; it takes str",
        "option 'port': '80' is not int",
        "unknown option 'pool.x' (known: pool.size, pool.timeout)",
        "option 'pool.size': None is not int",
    )
    assert str(caught.value).startswith("[db]: unknown option 'prot'")


def test_options_below_a_plain_value_are_an_error() -> None:
    with pytest.raises(FieldsError, match=r"'host' takes a value, there are no options below it"):
        fill(Database, {"host.name": "x"})


def test_the_dataclass_may_refuse_values_itself() -> None:
    @dataclasses.dataclass
    class Limits:
        low: int
        high: int

        def __post_init__(self) -> None:
            if self.low > self.high:
                raise ValueError("low is above high")

    @dataclasses.dataclass
    class Outer:
        limits: Limits

    with pytest.raises(FieldsError, match=r"^Limits: low is above high"):
        fill(Limits, {"low": 2, "high": 1})
    Outer.__annotations__["limits"] = Limits
    with pytest.raises(FieldsError, match=r"^Outer: options 'limits\.\*': low is above high"):
        fill(Outer, {"limits.low": 2, "limits.high": 1})


def test_fields_that_are_not_in_the_constructor_are_no_options() -> None:
    @dataclasses.dataclass
    class Section:
        x: int
        twice: int = dataclasses.field(init=False, default=0)

    assert fill(Section, {"x": 1}) == Section(1)
    with pytest.raises(FieldsError, match=r"unknown option 'twice'"):
        fill(Section, {"x": 1, "twice": 2})


def test_a_class_that_is_no_dataclass_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="is no dataclass"):
        fill(int, {})


def test_a_dataclass_without_fields_takes_no_options() -> None:
    @dataclasses.dataclass
    class Empty:
        pass

    with pytest.raises(FieldsError, match=r"unknown option 'x' \(known: none\)"):
        fill(Empty, {"x": 1})


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Any, object),
        (object, None),
        (None, None),
        (bool, True),
        (float, 1.5),
        (int | None, None),
        (Optional[int], 1),  # noqa: UP045 - the old spelling
        (Union[int, str], "a"),  # noqa: UP007 - the old spelling
        (float | int, 1),
        (Literal["a", 1], 1),
        (list[int], [1, 2]),
        (set[str], {"a"}),
        (frozenset[str], frozenset("a")),
        (Sequence[int], (1, 2)),
        (list, ["a", 1]),
        (tuple[int, str], (1, "a")),
        (tuple[int, ...], (1, 2, 3)),
        (tuple[()], ()),
        (dict[str, int], {"a": 1}),
        (Mapping[str, list[int]], {"a": [1]}),
        (Callable[[int], int], abs),
        (type[Exception], ValueError),
        (type[Any], int),
        (Annotated[int, "a port"], 1),
        ("int", 1),
    ],
)
def test_a_value_of_the_annotated_type_is_taken_as_it_is(annotation: Any, value: Any) -> None:
    assert fill(field(annotation), {"x": value}).x == value


@pytest.mark.parametrize(
    ("annotation", "value", "told"),
    [
        (int, True, "True is not int"),
        (int, 1.0, "1.0 is not int"),
        (float, "1", "'1' is not float"),
        (str, b"a", "b'a' is not str"),
        (None, 0, "0 is not NoneType"),
        (int | None, "a", "'a' is not int | None"),
        (Literal["a", 1], True, "True is not Literal['a', 1]"),
        (list[int], (1,), "(1,) is not list[int]"),
        (list[int], [1, "a"], "[1, 'a'] is not list[int]"),
        (Sequence[str], "abc", "'abc' is not collections.abc.Sequence[str]"),
        (tuple[int, str], (1,), "(1,) is not tuple[int, str]"),
        (tuple[int, ...], [1], "[1] is not tuple[int, ...]"),
        (dict[str, int], {"a": "b"}, "{'a': 'b'} is not dict[str, int]"),
        (dict[str, int], [], "[] is not dict[str, int]"),
        (Callable[[int], int], 1, "1 is not collections.abc.Callable[[int], int]"),
        (type[Exception], int, "<class 'int'> is not type[Exception]"),
        (type[Exception], 1, "1 is not type[Exception]"),
        (Path, 1, "1 is not Path"),
    ],
)
def test_a_value_of_another_type_is_told_with_the_type(
    annotation: Any, value: Any, told: str
) -> None:
    with pytest.raises(FieldsError) as caught:
        fill(field(annotation), {"x": value})
    assert caught.value.problems == (f"option 'x': {told}",)


@pytest.mark.parametrize(
    ("annotation", "value", "made"),
    [
        (float, 1, 1.0),
        (Path, "/srv", Path("/srv")),
        (Path | None, "/srv", Path("/srv")),
        (list[float], [1, 2.5], [1.0, 2.5]),
        (tuple[Path, ...], ("/a",), (Path("/a"),)),
        (dict[str, Path], {"a": "/a"}, {"a": Path("/a")}),
    ],
)
def test_ints_become_floats_and_text_becomes_paths(annotation: Any, value: Any, made: Any) -> None:
    found = fill(field(annotation), {"x": value}).x
    assert found == made
    assert repr(found) == repr(made)


def test_in_a_union_the_value_as_it_is_goes_before_a_conversion() -> None:
    assert type(fill(field(float | int), {"x": 1}).x) is int


def test_a_generic_class_of_ones_own_is_checked_by_its_class() -> None:
    from collections import OrderedDict, deque

    assert fill(field(deque[int]), {"x": deque("a")}).x == deque("a")
    with pytest.raises(FieldsError):
        fill(field(OrderedDict[str, int]), {"x": {}})


def test_annotations_beyond_the_table_are_not_checked() -> None:
    from typing import TypeVar

    assert fill(field(TypeVar("T")), {"x": 1}).x == 1


def test_the_problems_of_a_config_are_told_with_their_places() -> None:
    settings = Config(io.StringIO("[global]\nhost = 1\nprot = 2\n"), **{"pool.size": "a"})
    with pytest.raises(FieldsError) as caught:
        fill(Database, settings)
    file = "the file '<file>', [global]"
    assert caught.value.problems == (
        f"unknown option 'prot' from {file}, line 3 (known: host, port, pool)",
        f"option 'host' from {file}, line 2: 1 is not str",
        "option 'pool.size' from the program: 'a' is not int",
    )
