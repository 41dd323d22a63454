from __future__ import annotations

import enum
import functools
from collections.abc import Sized
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional, Union
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cherrypy_httputil import HTTPError
from cherrypy_tools import convert_params, converter_for

if TYPE_CHECKING:
    from somewhere import Unseen  # type: ignore[import-not-found] # it is never imported


class Colour(enum.Enum):
    RED = "r"
    GREEN = 2


class Level(enum.IntEnum):
    LOW = 1


class Celsius:
    def __init__(self, text: str) -> None:
        self.degrees = float(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Celsius) and other.degrees == self.degrees

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (int, "3", 3),
        (int, " -3 ", -3),
        (float, "1.5e3", 1500.0),
        (float, ".5", 0.5),
        (str, "a", "a"),
        (bytes, "\xe9", b"\xc3\xa9"),
        (bool, "true", True),
        (bool, "Off", False),
        (bool, "", False),
        (date, "2024-12-31", date(2024, 12, 31)),
        (datetime, "2024-12-31T10:00:00", datetime(2024, 12, 31, 10)),  # noqa: DTZ001 - as given
        (time, "10:30", time(10, 30)),
        (Decimal, "1.10", Decimal("1.10")),
        (UUID, "12345678123456781234567812345678", UUID(int=0x12345678123456781234567812345678)),
        (Path, "a/b", Path("a/b")),
        (Colour, "r", Colour.RED),
        (Colour, "RED", Colour.RED),
        (Colour, "2", Colour.GREEN),
        (Level, "1", Level.LOW),
        (Literal["a", 2], "2", 2),
        (Literal["a", 2], "a", "a"),
        (int | None, "3", 3),
        (int | None, "", None),
        (Optional[int], "", None),  # noqa: UP045 - the older form counts
        (str | None, "", ""),
        (int | str, "3", 3),
        (str | int, "3", 3),
        (Union[int, str], "x", "x"),  # noqa: UP007 - the older form counts
        (int | date, "2024-12-31", date(2024, 12, 31)),
        (list[int], "3", [3]),
        (list[int], ["3", "4"], [3, 4]),
        (list, ["a", "b"], ["a", "b"]),
        (tuple[int, ...], ["3", "4"], (3, 4)),
        (tuple[int, str], ["3", "4"], (3, "4")),
        (set[int], ["3", "3"], {3}),
        (list[int] | None, "", None),
        (Annotated[int, "a note"], "3", 3),
        (Celsius, "21.5", Celsius("21.5")),
        (int, 3, 3),
        (int, None, None),
        (Celsius, 3, 3),
    ],
)
def test_texts_become_values(annotation: Any, text: Any, value: Any) -> None:
    convert = converter_for(annotation)
    assert convert is not None
    result = convert(text)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    "annotation", [Any, object, dict[str, int], int | dict[str, int], "Unseen"]
)
def test_other_annotations_convert_nothing(annotation: Any) -> None:
    assert converter_for(annotation) is None


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (int, "x", "'x' is not an integer"),
        (int, "1_000", "'1_000' is not an integer"),
        (int, "\u0663", "'\u0663' is not an integer"),
        (int, "9" * 5000, "'" + "9" * 99 + "... is not an integer"),
        (int, ["1", "2"], "['1', '2'] is not an integer: it was given 2 times"),
        (float, "nan", "'nan' is not a number"),
        (float, "1e999", "'1e999' is not a number"),
        (float, "inf", "'inf' is not a number"),
        (Decimal, "sNaN", "'sNaN' is not a decimal number"),
        (bool, "maybe", "'maybe' is not true or false"),
        (date, "31.12.2024", "'31.12.2024' is not a date such as 2024-12-31"),
        (UUID, "x", "'x' is not a UUID"),
        (Colour, "b", "'b' is not one of r, 2"),
        (Literal["a", 2], "b", "'b' is not one of a, 2"),
        (int | None, "x", "'x' is not an integer"),
        (int | bool, "x", "'x' is not an integer and 'x' is not true or false"),
        (list[int], ["1", "x"], "'x' is not an integer"),
        (tuple[int, int], ["1"], "['1'] is not 2 values"),
        (Celsius, ["1", "2"], "['1', '2'] is not one value: it was given 2 times"),
        (str, ["1", "2"], "['1', '2'] is not one text: it was given 2 times"),
    ],
)
def test_what_cannot_be_converted_is_told(annotation: Any, text: Any, message: Any) -> None:
    convert = converter_for(annotation)
    assert convert is not None
    with pytest.raises(ValueError) as caught:
        convert(text)
    assert str(caught.value) == message


class Upload:
    def __init__(self, file: object, name: str) -> None: ...


@pytest.mark.parametrize("annotation", [Upload, Sized, bytearray])
def test_a_text_for_a_class_that_takes_none_is_the_clients_fault(annotation: Any) -> None:
    convert = converter_for(annotation)
    assert convert is not None
    with pytest.raises(ValueError, match=f"'x' is not a {annotation.__name__}"):
        convert("x")
    given = object()
    assert convert(given) is given


@pytest.mark.parametrize(
    "annotation", [int, str, bytes, Colour, Literal["a"], int | None, list[int]]
)
def test_a_file_in_place_of_a_text_is_the_clients_fault(annotation: Any) -> None:
    convert = converter_for(annotation)
    assert convert is not None
    with pytest.raises(ValueError, match="a file is not"):
        convert(SimpleNamespace(filename="a.txt"))


def test_a_mistake_in_a_class_is_the_programs_fault() -> None:
    class Broken:
        def __init__(self, text: str) -> None:
            raise TypeError("a mistake")

    convert = converter_for(Broken)
    assert convert is not None
    with pytest.raises(TypeError, match="a mistake"):
        convert("x")


def page(i: int, j: float = 1, k: Any = None, *args: int, only: bool = False, **rest: int) -> None:
    """Stand for a page handler."""


def test_parameters_are_converted_by_the_annotations_of_the_handler() -> None:
    params = {"i": "3", "j": "2", "k": "4", "only": "on", "args": "5", "rest": "6", "other": "7"}
    assert convert_params(params, page) == {
        "i": 3,
        "j": 2.0,
        "k": "4",
        "only": True,
        "args": "5",
        "rest": "6",
        "other": "7",
    }
    assert params["i"] == "3"


def test_parameters_that_are_not_given_are_left_to_the_handler() -> None:
    assert convert_params({}, page) == {}


def test_one_response_names_every_fault() -> None:
    with pytest.raises(HTTPError) as caught:
        convert_params({"i": "x", "j": "y", "only": "on"}, page)
    assert caught.value.code == 400
    assert caught.value.message == "i: 'x' is not an integer; j: 'y' is not a number"


def test_status_and_exception_can_be_chosen() -> None:
    class Refused(Exception):  # noqa: N818 - it is one
        pass

    class Picky:
        def __init__(self, text: str) -> None:
            raise Refused("never")

    def handler(p: Picky) -> None: ...

    handler.__annotations__["p"] = Picky
    with pytest.raises(HTTPError) as caught:
        convert_params({"p": "x"}, handler, Refused, 404)
    assert (caught.value.code, caught.value.message) == (404, "p: never")
    with pytest.raises(Refused):
        convert_params({"p": "x"}, handler)


def test_methods_and_callable_objects_are_handlers() -> None:
    class Site:
        def page(self, i: int) -> None: ...

        def __call__(self, i: int) -> None: ...

    assert convert_params({"i": "3"}, Site().page) == {"i": 3}
    assert convert_params({"i": "3"}, Site()) == {"i": 3}


def test_decorated_handlers_keep_their_annotations() -> None:
    @functools.wraps(page)
    def wrapper(*args: object, **kwargs: object) -> None: ...

    assert convert_params({"i": "3"}, wrapper) == {"i": 3}


def test_annotations_that_cannot_be_evaluated_convert_nothing() -> None:
    def handler(a: Unseen, b: int) -> None: ...

    assert convert_params({"a": "1", "b": "2"}, handler) == {"a": "1", "b": 2}


@given(st.sampled_from([int, float, bool, date, datetime, time, Decimal, UUID, Colour]), st.text())
def test_any_text_is_converted_or_refused(annotation: Any, text: Any) -> None:
    convert = converter_for(annotation)
    assert convert is not None
    with suppress(ValueError):
        convert(text)
