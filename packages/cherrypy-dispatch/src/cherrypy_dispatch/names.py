"""How a path segment becomes the name of an attribute.

A translation must never turn a segment into a name with two leading underscores: those belong to
Python, and would let a path climb from a method to its object, its class, its globals.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Translation: TypeAlias = "Mapping[int, int | str | None]"
"""What `str.translate` takes: code points to code points, texts, or None for removal."""

punctuation_to_underscores: Translation = str.maketrans(
    string.punctuation, "_" * len(string.punctuation)
)
"""The usual translation: each ASCII punctuation character becomes an underscore."""


def validate_translator(t: object) -> None:
    """Refuse what cannot be a translation.

    Raises:
        TypeError: if `t` is not a dict.

    Examples:
        >>> validate_translator(str.maketrans("-", "_"))
        >>> validate_translator("-_")
        Traceback (most recent call last):
        TypeError: The translate argument must be a dict, not str: '-_'
    """
    if not isinstance(t, dict):
        raise TypeError(f"The translate argument must be a dict, not {type(t).__name__}: {t!r}")


def spares_identifiers(translation: Translation) -> bool:
    """Tell whether the translation leaves each identifier as it is.

    Then a segment that is an identifier needs no translating, which is ten times as fast.
    """
    return all(
        _same(code, new) or not f"_{chr(code)}".isidentifier() for code, new in translation.items()
    )


class Naming(NamedTuple):
    """How a dispatcher goes from segments to attributes.

    Examples:
        >>> naming = Naming(punctuation_to_underscores, True, "_cp_dispatch")
        >>> "report.pdf".translate(naming.translation)
        'report_pdf'
    """

    translation: Translation

    spares_identifiers: bool
    """Whether the translation leaves each identifier as it is: then they are not translated."""

    dispatch_method_name: str
    """The method that a node is asked with where a segment is no attribute of it."""


def attribute_name(segment: str, naming: Naming) -> str:
    """Return the attribute that a segment names; empty where it may name none."""
    if naming.spares_identifiers and segment.isidentifier():
        name = segment
    else:
        name = segment.translate(naming.translation)
    return "" if name[:2] == "__" else name


def decoded(values: Mapping[str, str]) -> dict[str, str]:
    """Return the values with a slash in place of each `%2F`."""
    return {name: value.replace("%2F", "/") for name, value in values.items()}


def _same(code: int, new: int | str | None) -> bool:
    return new in (code, chr(code))
