"""Segments of the path that become named arguments: `popargs`.

The result is a plain function, so that Python binds it to the object that it is asked for.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from cherrypy_dispatch.vpath import VPath
from cherrypy_serving import serving

T = TypeVar("T")


class ArgumentPopper(Protocol):
    """What `popargs` returns: a decorator, and the `_cp_dispatch` that it sets."""

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

    The values are put into `vpath.kwargs`, and so into `Match.kwargs`. If a request is being
    served, they are also put at once into its `params`, where a `_cp_dispatch` further down can
    read them.

    Args:
        *args: The names, in the order of the segments.
        handler: The next node. If it is callable, such as a class, it is called with the values as
            keyword arguments, which then go nowhere else, and returns the next node.
    """

    def dispatch(target: Any, vpath: list[str] | None = None) -> Any:
        if vpath is not None:
            return pop(target, vpath)
        if isinstance(target, VPath):  # hung on an instance, and so not bound to it
            return pop(target.node, target)
        target._cp_dispatch = dispatch  # noqa: SLF001 - the documented name
        return target

    def pop(node: Any, vpath: list[str]) -> Any:
        if callable(handler):
            values = named(vpath)
            del vpath[: len(args)]
            return handler(**values)
        del vpath[: take(vpath, vpath.kwargs if isinstance(vpath, VPath) else {})]
        if handler is not None:
            return handler
        return vpath or node

    def take(segments: list[str], kwargs: dict[str, Any]) -> int:
        """Name the first segments, and return how many there are."""
        values = named(segments)
        kwargs.update(values)
        publish(values)
        return min(len(args), len(segments))

    def named(segments: list[str]) -> dict[str, str]:
        return {
            name: value.replace("%2F", "/") for name, value in zip(args, segments, strict=False)
        }

    dispatch.names = args  # type: ignore[attr-defined]
    dispatch.handler = handler  # type: ignore[attr-defined]
    dispatch.take_arguments = take if handler is None else None  # type: ignore[attr-defined]
    return dispatch  # type: ignore[return-value]


def publish(values: dict[str, str]) -> None:
    """Add arguments to the parameters of the request that is being served, if there is one."""
    request = getattr(serving, "request", None)
    if request is not None and not serving.defaults.is_default("request", request):
        request.params.update(values)
