"""The attributes of an object that a path can name, found without running any code of it.

Properties and other descriptors stay untouched: what they would return is not known before a
request.
"""

from __future__ import annotations

import inspect
from types import FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

DISPATCH = "_cp_dispatch"
RESERVED = {"index", "default", DISPATCH, "_cp_config", "exposed"}
"""Names that are no segments of a pattern: they say how a node is published."""

# What Python itself binds: reading it runs nothing.
_BINDERS = (FunctionType, staticmethod, classmethod, MemberDescriptorType)
_LEAVES = (str, bytes, int, float, complex, list, tuple, dict, set, frozenset, ModuleType)
_MISSING = object()


def members(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield names and values, sorted by name; nothing for numbers, texts, lists and their like."""
    if isinstance(node, _LEAVES):
        return
    for name in sorted(_names(node)):
        value = _value(node, name)
        if value is not None and value is not _MISSING:
            yield name, value


def is_exposed(node: Any) -> bool:
    """Tell whether a node is published."""
    return bool(getattr(node, "exposed", False))


def ways(root: Any) -> set[int]:
    """Return the identities of the nodes that publish something, or lead to one that does.

    Each node is visited once, so it takes as long as there are nodes, however they are linked.
    """
    parents: dict[int, set[int]] = {}
    publishing: list[int] = []
    reached = [root]  # which also keeps them all, so that identities stay unique
    for node in reached:
        found = dict(members(node))
        if is_exposed(node) or DISPATCH in found:
            publishing.append(identity(node))
        for child in [*found.values(), getattr(found.get(DISPATCH), "handler", None)]:
            if identity(child) not in parents and child is not root:
                reached.append(child)
            parents.setdefault(identity(child), set()).add(identity(node))
    return _closure(publishing, parents)


def _closure(start: list[int], links: dict[int, set[int]]) -> set[int]:
    found = set(start)
    for key in start:
        new = links.get(key, set()) - found
        found |= new
        start.extend(new)
    return found


def identity(node: Any) -> int:
    """Return what tells a node from others; a method is a new object each time it is looked up."""
    return id(node.__func__ if isinstance(node, MethodType) else node)


def _names(node: Any) -> set[str]:
    holders = [node.__func__ if isinstance(node, MethodType) else node]
    holders += node.__mro__[:-1] if isinstance(node, type) else type(node).__mro__[:-1]
    names = {name for holder in holders for name in getattr(holder, "__dict__", ())}
    return {name for name in names if not name.startswith("__")}


def _value(node: Any, name: str) -> Any:
    static = inspect.getattr_static(node, name, _MISSING)
    if not isinstance(node, type) and getattr(node, "__dict__", {}).get(name) is static:
        return static  # an instance's own attributes are never bound
    runs_code = hasattr(type(static), "__get__") and not isinstance(static, _BINDERS)
    return _MISSING if runs_code else getattr(node, name, None)
