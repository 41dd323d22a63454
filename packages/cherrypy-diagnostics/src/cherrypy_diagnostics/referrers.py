"""Find out who keeps an object alive.

Looking makes references of its own. They are held in the two classes below, or in local variables
of this module, and both are left out; so nothing here may keep an object in any other container
while it asks for referrers.
"""

from __future__ import annotations

import gc
import reprlib
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class _Short(reprlib.Repr):
    """Makes short texts, also of bytes, which `reprlib` writes out before it shortens them."""

    def repr_bytes(self, x: bytes | bytearray, level: int) -> str:
        return self.repr_instance(x[: self.maxstring], level)

    repr_bytearray = repr_bytes


_short = _Short()
_short.maxother = _short.maxstring = 200


class Referrer(NamedTuple):
    """An object that refers to another one.

    Attributes:
        object: The object that refers.
        place: Where it does so: `.name`, `['key']` or `[0]`; empty if that is not known.
        parents: Who refers to it in turn.

    Examples:
        >>> class Keeper: ...
        >>> keeper, kept = Keeper(), ["what is kept"]
        >>> keeper.found = kept
        >>> next(each.place for each in ReferrerTree().ascend(kept) if each.object is keeper)
        '.found'
    """

    object: object
    place: str
    parents: Referrers


class Referrers(list[Referrer]):
    """The objects that refer to one object.

    Attributes:
        more: How many there are beside those in this list.

    Examples:
        >>> class Keeper: ...
        >>> keeper, kept = Keeper(), ["what is kept"]
        >>> keeper.found = kept
        >>> found = ReferrerTree().ascend(kept)
        >>> isinstance(found, Referrers), found.more
        (True, 0)
    """

    more: int = 0


class _Held(list[Any]):
    """Objects that are looked at."""


class ReferrerTree:
    """Gathers who refers to an object, and who refers to those, to a given depth.

    Args:
        ignore: Objects that do not count as referrers, for example the list it was found in.
        maxdepth: How many generations of referrers are gathered.
        maxparents: How many referrers of one object are gathered.

    Attributes:
        peek_length: The greatest length of the text for one object.

    Examples:
        >>> kept = ["what is kept"]
        >>> keeper = {"found": kept}
        >>> tree = ReferrerTree(maxdepth=1)
        >>> "  {'found': ['what is kept']}['found']" in tree.format(tree.ascend(kept))
        True
    """

    peek_length: int = 40

    def __init__(
        self, ignore: Iterable[object] | None = None, maxdepth: int = 2, maxparents: int = 10
    ) -> None:
        self.ignore: _Held = _Held(ignore or ())
        self.maxdepth = maxdepth
        self.maxparents = maxparents
        self._ignored = {id(each) for each in self.ignore}

    def ascend(self, obj: object, depth: int = 1) -> Referrers:
        """Return the referrers of an object, each with its own.

        Args:
            obj: The object.
            depth: The generation that its referrers are.
        """
        found = _Held(gc.get_referrers(obj))
        found[:] = [each for each in found if self._counts(each)]
        tree = Referrers()
        tree.more = max(0, len(found) - self.maxparents)
        del found[self.maxparents :]
        for referrer in found:
            is_last = depth >= self.maxdepth
            parents = Referrers() if is_last else self.ascend(referrer, depth + 1)
            tree.append(Referrer(referrer, _place(referrer, obj), parents))
        return tree

    def _counts(self, referrer: object) -> bool:
        if id(referrer) in self._ignored or _is(referrer, Referrer, Referrers, _Held):
            return False
        return not (_is_frame(referrer) and referrer.f_code.co_filename == __file__)

    def peek(self, s: str) -> str:
        """Return a text, without its middle if it is longer than `peek_length`."""
        if len(s) <= self.peek_length:
            return s
        rest = max(0, self.peek_length - 3)
        tail = rest // 2
        return f"{s[: rest - tail]}...{s[len(s) - tail :]}"

    def format(self, tree: Referrers) -> list[str]:
        """Return a line of text for each referrer, indented by two spaces for each generation.

        Args:
            tree: What `ascend` returned.
        """
        lines = []
        for referrer in tree:
            lines.append(f"  {self.peek(describe(referrer.object))}{referrer.place}")
            lines += [f"  {line}" for line in self.format(referrer.parents)]
        if tree.more:
            lines.append(f"  [{tree.more} more referrers]")
        return lines


def describe(obj: object) -> str:
    """Return a short text for any object, also for one that has a `__repr__` that fails."""
    if _is_frame(obj):
        return f"<frame of {obj.f_code.co_qualname}, line {obj.f_lineno}>"
    try:
        if type(obj) is dict and type(name := obj.get("__name__")) is str:
            return f"<namespace of {name}>"
        if type(obj).__repr__ is not object.__repr__:
            return _short.repr(obj)
    except Exception:  # noqa: BLE001, S110 - a __repr__ may raise anything
        pass
    return f"<{type(obj).__qualname__} at {id(obj):#x}>"


def type_name(cls: type) -> str:
    """Return the name of a class with that of its module."""
    return f"{cls.__module__}.{cls.__qualname__}"


def _is_dict(obj: object) -> TypeGuard[dict[Any, Any]]:
    return _is(obj, dict)


def _is_list(obj: object) -> TypeGuard[list[Any]]:
    return _is(obj, list)


def _is_tuple(obj: object) -> TypeGuard[tuple[Any, ...]]:
    return _is(obj, tuple)


def _elements(obj: object) -> Iterator[Any] | None:
    if _is_list(obj):
        return list.__iter__(obj)
    return tuple.__iter__(obj) if _is_tuple(obj) else None


def _is_frame(obj: object) -> TypeGuard[FrameType]:
    return type(obj) is FrameType


def _is(obj: object, *classes: type) -> bool:
    """Return whether an object is of a class; unlike `isinstance`, without asking the object."""
    return issubclass(type(obj), classes)


def _place(referrer: object, obj: object) -> str:
    """Return where a container or an instance holds an object."""
    # Not by the methods of the object, which may do anything or fail.
    if _is_dict(referrer):
        keys = _Held(key for key, value in list(dict.items(referrer)) if value is obj)
        return f"[{_short.repr(keys[0])}]" if keys else ""
    if (elements := _elements(referrer)) is not None:
        places = [number for number, each in enumerate(elements) if each is obj]
        return f"[{places[0]}]" if places else ""
    try:
        attributes = object.__getattribute__(referrer, "__dict__")
        names = [name for name, value in list(attributes.items()) if value is obj]
    except Exception:  # noqa: BLE001 - a class may make anything of its __dict__
        return ""
    return f".{names[0]}" if names else ""
