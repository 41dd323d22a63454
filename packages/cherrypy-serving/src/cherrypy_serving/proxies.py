"""Objects that stand for whatever is bound under a name in the running context.

A proxy has no state and no attribute of its own: everything that is done to it is done to the object it
stands for. Whatever Python looks up on the type of an object must be in `_FORWARDED`, or the proxy answers for itself.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cherrypy_serving.errors import UnboundError
from cherrypy_serving.scope import HINT, serving

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def _reversed_or(target: Any, other: Any) -> object:
    return other | target


# What Python looks up on the type, past __getattribute__.
_FORWARDED: dict[str, Callable[..., object]] = {
    "__setattr__": setattr,
    "__delattr__": delattr,
    "__bool__": bool,
    "__call__": lambda target, *args, **kwargs: target(*args, **kwargs),
    "__contains__": operator.contains,
    "__delitem__": operator.delitem,
    "__getitem__": operator.getitem,
    "__setitem__": operator.setitem,
    "__iter__": iter,
    "__next__": next,
    "__len__": len,
    "__reversed__": reversed,
    "__eq__": operator.eq,
    "__ne__": operator.ne,
    "__lt__": operator.lt,
    "__le__": operator.le,
    "__gt__": operator.gt,
    "__ge__": operator.ge,
    "__hash__": hash,
    "__or__": operator.or_,
    "__ror__": _reversed_or,
    "__str__": str,
    "__format__": format,
    "__enter__": lambda target: target.__enter__(),
    "__exit__": lambda target, *exc_info: target.__exit__(*exc_info),
    "__reduce_ex__": lambda target, protocol: target.__reduce_ex__(protocol),
}


def _forward(resolve: Callable[[], object], name: str) -> Callable[..., object]:
    """Return the method `name` of a proxy."""
    function = _FORWARDED[name]

    def method(_: object, *args: object, **kwargs: object) -> object:
        return function(resolve(), *args, **kwargs)

    method.__name__ = name
    return method


def _unbound_methods(name: str, kind: type, resolve: Callable[[], object]) -> dict[str, object]:
    """Return the methods that answer even when nothing is bound, for tools that look at objects."""

    def __repr__(_: object) -> str:  # noqa: N807 - it becomes a method
        try:
            return repr(resolve())
        except UnboundError:
            return f"<{name}: nothing is bound here>"

    def __dir__(_: object) -> list[str]:  # noqa: N807 - it becomes a method
        try:
            return dir(resolve())
        except UnboundError:
            return dir(kind)

    return {"__repr__": __repr__, "__dir__": __dir__}


def _getter(name: str, kind: type) -> Callable[[object, str], object]:
    """Return `__getattribute__` for a proxy: the path every use takes, so it does no more than it must."""
    current = serving._current.get  # noqa: SLF001 - one frame less for each access

    def __getattribute__(_: object, attribute: str) -> object:  # noqa: N807 - it becomes a method
        try:
            return getattr(getattr(current(), name), attribute)
        except AttributeError:
            return missing(attribute)

    def missing(attribute: str) -> object:
        if attribute == "__origin__":  # pydoc documents this class in place of the proxy's own
            return kind
        try:
            target = getattr(current(), name)
        except UnboundError:
            if attribute == "__class__":
                return kind
            raise
        try:
            return getattr(target, attribute)
        except AttributeError as error:
            if not serving.is_default(name, target):
                raise
            raise serving.unbound(f"{name}.{attribute}") from error

    return __getattribute__


def proxy(
    name: str,
    kind: type[T],
    *,
    default: Callable[[], T] | None = None,
    hint: str = HINT,
) -> T:
    """Return an object that stands for the attribute `name` of `serving` wherever it is used.

    To a type checker it is a `kind`, so a misspelt attribute is an error before it runs.

    Args:
        name: The attribute of `serving`.
        kind: What it is. `help()` and completion show it when nothing is bound.
        default: Makes the object that the proxy stands for outside of a request, at most once per process.
            What is set on it there is kept on it, and is seen by no request.
        hint: What the reader is told to do when there is nothing to stand for.

    Returns:
        The proxy. Using it with nothing bound and no default raises `UnboundError`.
    """
    serving.set_default(name, default, hint)

    def resolve() -> object:
        return getattr(serving, name)

    methods: dict[str, object] = {key: _forward(resolve, key) for key in _FORWARDED}
    methods |= _unbound_methods(name, kind, resolve)
    methods |= {"__slots__": (), "__getattribute__": _getter(name, kind)}
    return cast("T", type(f"{kind.__name__}Proxy", (), methods)())
