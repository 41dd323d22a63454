"""Asking a node what a segment means that is no attribute of it.

The list that a `_cp_dispatch` gets is a copy: earlier steps of the walk keep the segments that they
saw.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.names import attribute_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cherrypy_dispatch.names import Translation


class VPath(list[str]):
    """The segments that are left, as a `_cp_dispatch` gets them: to take from, add to or replace.

    `%2F` stands for a slash within a segment and is not decoded.
    """

    __slots__ = ("kwargs", "node")

    def __init__(self, segments: Iterable[str], node: Any, kwargs: dict[str, Any]) -> None:
        super().__init__(segments)
        self.node = node
        """The node that is asked."""
        self.kwargs = kwargs
        """Where to put keyword arguments for the handler; they end in `Match.kwargs`."""


def ask(
    dispatch: Callable[[VPath], Any], vpath: VPath, translation: Translation
) -> tuple[Any | None, list[str]]:
    """Call a node's `_cp_dispatch`; return the next node, or None, and the segments left for it.

    What it returns is the next node, and the list, as it left it, holds the segments to look up
    there. Where it returns the list itself, the first segment of that list is looked up on the same
    node, which is not asked again. Where it leaves the list as it was, the first segment counts as
    dealt with.
    """
    before = vpath[:]
    found = dispatch(vpath)
    if found is vpath:
        return _look_up(vpath.node, vpath, translation)
    return found, before[1:] if vpath == before else vpath[:]


def _look_up(node: Any, vpath: VPath, translation: Translation) -> tuple[Any | None, list[str]]:
    if not vpath:
        return node, []
    return getattr(node, attribute_name(vpath[0], translation), None), vpath[1:]
