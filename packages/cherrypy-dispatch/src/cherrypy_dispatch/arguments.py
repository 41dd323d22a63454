"""Segments of the path that become named arguments: `popargs`.

The result is a plain function, so that Python binds it to the object that it is asked for.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from cherrypy_dispatch.callspec import explain
from cherrypy_dispatch.names import decoded
from cherrypy_dispatch.request import publish
from cherrypy_dispatch.vpath import VPath
from cherrypy_httputil import HTTPError

T = TypeVar("T")


class ArgumentPopper(Protocol):
    """What `popargs` returns: a decorator, and the `_cp_dispatch` that it sets.

    Examples:
        >>> popper: ArgumentPopper = popargs("year", "month")
        >>> popper.names
        ('year', 'month')
    """

    names: tuple[str, ...]
    handler: Any

    def __call__(self, target: T, /) -> T:
        """Let `target` take its arguments from the path, and return it."""
        ...


def popargs(*args: str, handler: Any = None) -> ArgumentPopper:
    """Name the segments that are no attributes of the decorated object: they become arguments.

    It decorates a class, an instance or a page; `_cp_dispatch = popargs(...)`, in a class body or
    on an instance, is the same. As many names get a value as there are segments left. Segments
    beyond them are looked up on the same object, which takes no further arguments.

    The values become `Match.kwargs`, and whoever has the match adds them to the parameters of the
    request. If a request is being served, they are in its `params` before any other `_cp_dispatch`
    further down is asked, so that it can read them.

    Args:
        *args: The names, in the order of the segments.
        handler: The next node. If it is callable, such as a class, it is called with the values as
            keyword arguments, which then go nowhere else, and returns the next node. Where there
            are too few segments for it, nothing is published.

    Examples:
        >>> from cherrypy_dispatch import Dispatcher, expose
        >>> @popargs("year", "month")
        ... class Blog:
        ...     @expose
        ...     def index(self, year=None, month=None):
        ...         return f"{month} of {year}"
        >>> Dispatcher().match(Blog(), {}, "/2030/6").kwargs
        {'year': '2030', 'month': '6'}
    """

    def dispatch(target: Any, vpath: list[str] | None = None) -> Any:
        if vpath is not None:
            return pop(target, vpath)
        if isinstance(target, VPath):  # hung on an instance, and so not bound to it
            return pop(target.node, target)
        target._cp_dispatch = dispatch  # noqa: SLF001 - the documented name
        return target

    def pop(node: Any, vpath: list[str]) -> Any:
        values = decoded(dict(zip(args, vpath, strict=False)))
        del vpath[: len(args)]
        if callable(handler):
            return _called(handler, values, may_miss=len(values) < len(args))
        if isinstance(vpath, VPath):
            vpath.kwargs.update(values)
        publish(values)
        return vpath or node if handler is None else handler

    function: Any = dispatch
    function.names = args
    function.handler = handler
    if handler is None:  # then the walk takes the names, and does all this itself
        function.taken = args
    popper: ArgumentPopper = function
    return popper


def _called(handler: Any, values: dict[str, str], may_miss: bool) -> Any | None:
    """Return what a handler makes of the values; None if it lacks some that the path has not."""
    try:
        return handler(**values)
    except TypeError as error:
        if not may_miss:
            raise
        try:
            explain(error, handler, (), values)
        except HTTPError:
            return None
        raise
