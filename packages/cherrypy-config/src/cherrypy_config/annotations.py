"""Whether a value is what an annotation says.

What an annotation says beyond the forms of the table is not checked: the value is taken as it is.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePath
from typing import Any, Final, TypeAlias

_Check: TypeAlias = Callable[[Any, Any, tuple[Any, ...]], Any]


class Mismatch(Exception):  # noqa: N818 - never leaves the package
    """Tell that a value does not fit."""

    def __init__(self, value: Any, hint: Any) -> None:
        super().__init__(f"{value!r} is not {described(hint)}")


def fitted(value: Any, hint: Any) -> Any:
    """Return the value if it fits the annotation: an int as the float, a str as the path wanted.

    Raises:
        Mismatch: It does not fit.
    """
    origin = typing.get_origin(hint)
    if origin is not None:
        return _generic(value, hint, origin)
    if hint is Any or hint is object or not isinstance(hint, type):
        return value if hint is not None else _instance(value, types.NoneType)
    return _instance(value, hint)


def described(hint: Any) -> str:
    """Return an annotation as it is written."""
    return hint.__name__ if type(hint) is type else str(hint).replace("typing.", "")


def _instance(value: Any, kind: type) -> Any:
    if kind is float and type(value) is int:
        return float(value)
    if issubclass(kind, PurePath) and isinstance(value, str):
        return kind(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
        raise Mismatch(value, kind)
    return value


def _generic(value: Any, hint: Any, origin: Any) -> Any:
    check = _CHECKS.get(origin)
    if check is not None:
        return check(value, hint, typing.get_args(hint))
    return _instance(value, origin)


def _one_of(value: Any, hint: Any, args: tuple[Any, ...]) -> Any:
    found = [made for made in (_or_mismatch(value, arg) for arg in args) if made is not Mismatch]
    if not found:
        raise Mismatch(value, hint)
    return value if any(made is value for made in found) else found[0]


def _or_mismatch(value: Any, hint: Any) -> Any:
    try:
        return fitted(value, hint)
    except Mismatch:
        return Mismatch


def _literal(value: Any, hint: Any, args: tuple[Any, ...]) -> Any:
    if not any(value == arg and type(value) is type(arg) for arg in args):
        raise Mismatch(value, hint)
    return value


def _items(value: Any, hint: Any, args: tuple[Any, ...]) -> Any:
    """Check a list, a set, or another collection of one kind of items."""
    kind = typing.get_origin(hint)
    if not isinstance(value, kind) or isinstance(value, str | bytes):
        raise Mismatch(value, hint)
    made = [_part(each, args[0], value, hint) for each in value]
    return type(value)(made)


def _tuple(value: Any, hint: Any, args: tuple[Any, ...]) -> Any:
    if not isinstance(value, tuple):
        raise Mismatch(value, hint)
    kinds = (args[0],) * len(value) if args[1:] == (...,) else args
    if len(kinds) != len(value):
        raise Mismatch(value, hint)
    return tuple(_part(each, kind, value, hint) for each, kind in zip(value, kinds, strict=True))


def _mapping(value: Any, hint: Any, args: tuple[Any, ...]) -> Any:
    if not isinstance(value, Mapping):
        raise Mismatch(value, hint)
    return {
        _part(key, args[0], value, hint): _part(each, args[1], value, hint)
        for key, each in value.items()
    }


def _part(value: Any, kind: Any, whole: Any, hint: Any) -> Any:
    try:
        return fitted(value, kind)
    except Mismatch as error:
        raise Mismatch(whole, hint) from error


def _callable(value: Any, hint: Any, _args: tuple[Any, ...]) -> Any:
    if not callable(value):
        raise Mismatch(value, hint)
    return value


def _class(value: Any, hint: Any, args: tuple[Any, ...]) -> Any:
    wanted = object if args[0] is Any or not isinstance(args[0], type) else args[0]
    if not (isinstance(value, type) and issubclass(value, wanted)):
        raise Mismatch(value, hint)
    return value


_CHECKS: Final[Mapping[Any, _Check]] = {
    typing.Union: _one_of,
    types.UnionType: _one_of,
    typing.Literal: _literal,
    list: _items,
    set: _items,
    frozenset: _items,
    Sequence: _items,
    Collection: _items,
    AbstractSet: _items,
    tuple: _tuple,
    dict: _mapping,
    Mapping: _mapping,
    Callable: _callable,
    type: _class,
}
