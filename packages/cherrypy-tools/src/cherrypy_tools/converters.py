"""Turn the text of a parameter into a value of some type.

A converter takes what a parameter holds (a text, a list of texts, or what is no text and passes),
and raises `ValueError` with a message for the client: the text that failed, and what is expected.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Converter: TypeAlias = "Callable[[Any], Any]"
"""Converts the text of a parameter, or the list of its texts."""

INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)
NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
WORDS = {"1": True, "true": True, "on": True, "yes": True}
WORDS |= {"0": False, "false": False, "off": False, "no": False, "": False}
UNCONVERTED = frozenset({Any, dict, object, type(None)})
"""Annotations that ask for no conversion."""

SHOWN = 100
"""Characters of a text that an error message repeats."""


def fault(text: object, expected: str) -> ValueError:
    """Return the error that says that `text` is not what was expected."""
    shown = repr(text)
    if len(shown) > SHOWN:
        shown = shown[:SHOWN] + "..."
    return ValueError(f"{shown} is not {expected}")


def single(convert: Callable[[str], Any], expected: str) -> Converter:
    """Return a converter of one text by `convert`, whose own errors become a common one."""

    def converted(value: Any) -> Any:
        if isinstance(value, list):
            raise fault(value, f"{expected}: it was given {len(value)} times")
        if not isinstance(value, str):
            return _no_upload(value, expected)
        try:
            return convert(value)
        except (ValueError, ArithmeticError):
            raise fault(value, expected) from None

    return converted


def _no_upload(value: Any, expected: str) -> Any:
    """Return what is no text, but a number, say, that another tool has made of it."""
    if hasattr(value, "filename"):
        raise ValueError(f"a file is not {expected}")
    return value


def _integer(text: str) -> int:
    if not INTEGER.fullmatch(text):
        raise ValueError
    return int(text)


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError
    return float(text)


def _decimal(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise ValueError
    return Decimal(text.strip())


def _boolean(text: str) -> bool:
    value = WORDS.get(text.strip().lower())
    if value is None:
        raise ValueError
    return value


CONVERTERS: dict[Any, Converter] = {
    str: single(str, "one text"),
    bytes: single(str.encode, "one text"),
    int: single(_integer, "an integer"),
    float: single(_number, "a number"),
    Decimal: single(_decimal, "a decimal number"),
    bool: single(_boolean, "true or false"),
    date: single(date.fromisoformat, "a date such as 2024-12-31"),
    datetime: single(datetime.fromisoformat, "a date and time such as 2024-12-31T23:59:59"),
    time: single(time.fromisoformat, "a time such as 23:59:59"),
    UUID: single(UUID, "a UUID"),
    Path: single(Path, "one path"),
}
"""The converter for each plain type."""


def optional(convert: Converter, keeps_empty: bool) -> Converter:
    """Return a converter that turns an empty text into None, unless texts are wanted as well."""

    def converted(value: Any) -> Any:
        return None if value == "" and not keeps_empty else convert(value)

    return converted


def first_of(converters: Sequence[Converter]) -> Converter:
    """Return a converter that takes the first of `converters` that does not fail."""

    def converted(value: Any) -> Any:
        messages = []
        for convert in converters:
            try:
                return convert(value)
            except ValueError as error:
                messages.append(str(error))
        raise ValueError(" and ".join(messages))

    return converted


def sequence(
    kind: Callable[[list[Any]], Any], convert: Converter | Sequence[Converter]
) -> Converter:
    """Return a converter of all texts of one name.

    Args:
        kind: Makes the collection of a list.
        convert: The converter for each text, or as many as there have to be texts.
    """

    def converted(value: Any) -> Any:
        texts = value if isinstance(value, list) else [value]
        if callable(convert):
            return kind([convert(text) for text in texts])
        if len(texts) != len(convert):
            raise fault(texts, f"{len(convert)} values")
        return kind([one(text) for one, text in zip(convert, texts, strict=True)])

    return converted


def choice(values: tuple[Any, ...]) -> Converter:
    """Return a converter to that of `values` whose text was given."""
    known = {str(value): value for value in values}
    return single(lambda text: _known(known, text), "one of " + ", ".join(known))


def enumeration(annotation: type) -> Converter | None:
    """Return a converter to the members of an Enum by value or name; None for another class."""
    if not issubclass(annotation, Enum):
        return None
    known = {member.name: member for member in annotation}
    known |= {str(member.value): member for member in annotation}
    expected = "one of " + ", ".join(str(member.value) for member in annotation)
    return single(lambda text: _known(known, text), expected)


def _known(values: dict[str, Any], text: str) -> Any:
    if text not in values:
        raise ValueError
    return values[text]


def by_class(annotation: type) -> Converter | None:
    """Return a converter that calls `annotation` with the text; its own errors stay as they are.

    A text for a class that takes none, such as that of an uploaded file, is the client's fault.
    """
    if annotation in UNCONVERTED:
        return None

    def converted(value: Any) -> Any:
        if isinstance(value, list):
            raise fault(value, f"one value: it was given {len(value)} times")
        if not isinstance(value, str):
            return value
        try:
            return annotation(value)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # from inside of it: a fault of its own
            raise fault(value, f"a {annotation.__name__}") from None

    return converted
