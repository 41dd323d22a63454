"""Asking a node what a segment means that is no attribute of it.

The list that a `_cp_dispatch` gets is a copy: earlier steps of the walk keep the segments that they
saw.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.names import attribute_name, decoded
from cherrypy_dispatch.request import publish

if TYPE_CHECKING:
    from cherrypy_dispatch.names import Naming


class VPath(list[str]):
    """The segments that are left, as a `_cp_dispatch` gets them: to take from, add to or replace.

    `%2F` stands for a slash within a segment and is not decoded.

    Examples:
        >>> from cherrypy_dispatch import Dispatcher, expose
        >>> class Bands:
        ...     def _cp_dispatch(self, vpath):
        ...         vpath.kwargs["band"] = vpath.pop(0)
        ...         return self
        ...     @expose
        ...     def albums(self, band): ...
        >>> Dispatcher().match(Bands(), {}, "/nirvana/albums").kwargs
        {'band': 'nirvana'}
    """

    __slots__ = ("kwargs", "node")

    node: Any
    """The node that is asked."""

    kwargs: dict[str, Any]
    """Where to put keyword arguments for the handler; they end in `Match.kwargs`."""


def ask(
    dispatch: Any,
    node: Any,
    segments: list[str],
    kwargs: dict[str, Any],
    naming: Naming,
) -> tuple[Any | None, list[str]]:
    """Call the `_cp_dispatch` of a node; return the next node, or None, and the segments left.

    What it returns is the next node, and the list, as it left it, holds the segments to look up
    there. Where it returns the list itself, the first segment of that list is looked up on the same
    node, which is not asked again. Where it leaves the list as it was, the first segment counts as
    dealt with. It is not called if it is itself published.
    """
    function: Any = dispatch.__func__ if type(dispatch) is MethodType else dispatch
    taken = getattr(function, "taken", None)
    if taken is not None:  # popargs: the same, without a list to look at afterwards
        values = decoded(dict(zip(taken, segments, strict=False)))
        kwargs.update(values)
        publish(values)
        return _look_up(node, segments[len(taken) :], naming)
    if not callable(dispatch) or getattr(function, "exposed", False):
        return None, segments
    vpath = VPath(segments)
    vpath.node = node
    vpath.kwargs = kwargs
    found = dispatch(vpath)
    if found is not vpath:
        return found, segments[1:] if vpath == segments else vpath[:]
    return _look_up(node, vpath, naming)


def _look_up(node: Any, segments: list[str], naming: Naming) -> tuple[Any | None, list[str]]:
    if not segments:
        return node, []
    return getattr(node, attribute_name(segments[0], naming), None), segments[1:]
