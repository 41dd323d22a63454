"""Objects that stand for whatever is bound under a name in the running context.

A proxy has no state and no attribute of its own: what is done to it is done to what it stands for.
Whatever Python looks up on the type of an object has to be in `_FORWARDED`, or the proxy answers.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cherrypy_serving.defaults import HINT
from cherrypy_serving.errors import UnboundError
from cherrypy_serving.scope import serving

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

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
    "__ror__": lambda target, other: other | target,
    "__format__": format,
    "__enter__": lambda target: target.__enter__(),
    "__exit__": lambda target, *exc_info: target.__exit__(*exc_info),
    "__reduce_ex__": lambda target, protocol: target.__reduce_ex__(protocol),
}


def _forward(resolve: Callable[[], object], function: Callable[..., object]) -> object:
    """Return a method that calls `function` with what the proxy stands for."""

    def method(_: object, *args: object, **kwargs: object) -> object:
        return function(resolve(), *args, **kwargs)

    return method


def _forward_or(resolve: Callable[[], object], function: Any, unbound: Callable[[], object]) -> Any:
    """Return one for tools that only look, which returns `unbound()` if nothing is bound."""

    def method(_: object) -> object:
        try:
            target = resolve()
        except UnboundError:
            return unbound()
        return function(target)

    return method


def _getter(name: str, kind: Callable[[], type]) -> Callable[[object, str], object]:
    """Return `__getattribute__` for a proxy. Every use comes this way, so it does very little."""
    current = serving._current.get  # noqa: SLF001 - one frame less for each access

    def get(_: object, attribute: str) -> object:
        try:
            return getattr(getattr(current(), name), attribute)
        except AttributeError as error:
            return missing(attribute, error)

    def missing(attribute: str, error: AttributeError) -> object:
        if attribute == "__origin__":  # pydoc shows that class, and not the one of the proxy
            return kind()
        try:
            target = getattr(current(), name)
        except UnboundError:
            if attribute == "__class__":
                return kind()
            raise
        if serving.defaults.is_default(name, target):
            raise serving.defaults.unbound(f"{name}.{attribute}") from error
        raise error

    return get


def proxy(
    name: str,
    kind: type[T],
    *,
    default: Callable[[], T] | None = None,
    hint: str = HINT,
) -> T:
    """Return an object that stands for the attribute `name` of `serving` wherever it is used.

    To a type checker it is a `kind`, so that a misspelt attribute is found before it runs.

    Args:
        name: The attribute of `serving`.
        kind: What it is. `help()` and completion show it when nothing is bound.
        default: Makes the object that the proxy stands for outside of a request. What is set on the
            proxy there is kept on that object, for the whole process, and no request sees it.
        hint: What the reader is told to do when there is nothing to stand for.

    Returns:
        The proxy. To use it with nothing bound and no default raises `UnboundError`.

    Examples:
        >>> from email.message import Message
        >>> letter = proxy("letter", Message, default=Message)
        >>> letter["Subject"] = "Kept by the default"
        >>> serving.letter = Message()
        >>> letter["Subject"] is None
        True
        >>> serving.clear()
        >>> letter["Subject"]
        'Kept by the default'
    """
    return late_proxy(name, lambda: kind, default=default, hint=hint)


def late_proxy(
    name: str,
    kind: Callable[[], type[T]],
    *,
    default: Callable[[], T] | None = None,
    hint: str = HINT,
) -> T:
    """Return a `proxy` whose class is imported when `help()` or completion asks for it.

    Args:
        name: See `proxy`.
        kind: Returns what it is.
        default: See `proxy`.
        hint: See `proxy`.

    Examples:
        >>> def kind():
        ...     from decimal import Decimal
        ...     return Decimal
        >>> price = late_proxy("price", kind)  # nothing is imported yet
        >>> price.__class__
        <class 'decimal.Decimal'>
    """
    serving.defaults.declare(name, default, hint)

    def resolve() -> object:
        return getattr(serving, name)

    def nothing() -> str:
        return f"<{name}: nothing is bound here>"

    methods = {key: _forward(resolve, function) for key, function in _FORWARDED.items()}
    methods |= {
        "__slots__": (),
        "__getattribute__": _getter(name, kind),
        "__dir__": _forward_or(resolve, dir, lambda: dir(kind())),
        "__repr__": _forward_or(resolve, repr, nothing),
        "__str__": _forward_or(resolve, str, nothing),
    }
    return cast("T", type(f"{name.title()}Proxy", (), methods)())
