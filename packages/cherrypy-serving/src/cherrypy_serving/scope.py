"""What is bound in the running context: one scope per request, found through one context variable.

A scope belongs to the request, not to the thread. A context that is copied while a request runs
shares its scope, and `load` or `clear` in the copy change nothing outside it. So bind by setting
the variable, and never empty the scope that it holds: requests in other contexts would lose theirs.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from cherrypy_serving.defaults import Defaults

if TYPE_CHECKING:
    from collections.abc import Callable


class Scope:
    """The attributes bound around one request; one that is not bound comes from `missing`.

    To whoever got it from `Serving.load` or `Serving.capture` it is a token, to be handed back.

    Examples:
        >>> from cherrypy_serving import serving
        >>> captured = serving.load("a request", "its response")
        >>> isinstance(captured, Scope), captured.request
        (True, 'a request')
        >>> serving.clear()
    """

    # Two of them have slots, because every request binds these two.
    __slots__ = ("__dict__", "request", "response")

    if TYPE_CHECKING:
        request: Any
        response: Any

    @staticmethod
    def _missing(name: str) -> object:
        """Return what stands for an attribute that is not bound; each `Serving` has its own."""
        raise AttributeError(name)

    def __getattr__(self, name: str) -> Any:
        return self._missing(name)


# These are no methods, so that every name is free for what programs bind.


def _peek(scope: Scope, name: str, default: object = None) -> Any:
    """Return what is bound under a name, or `default`: never what stands for it."""
    try:
        return object.__getattribute__(scope, name)
    except AttributeError:
        return default


def _bound(scope: Scope) -> set[str]:
    """Return the names under which something is bound."""
    slots = [name for name in ("request", "response") if _peek(scope, name, scope) is not scope]
    return {*vars(scope), *slots}


class Activation:
    """Binds a captured request for the duration of a `with` block.

    Examples:
        >>> from cherrypy_serving import serving
        >>> captured = serving.load("a request", "its response")
        >>> serving.clear()  # the call that served it is over
        >>> with serving.activate(captured):
        ...     print(serving.request)
        a request
    """

    __slots__ = ("_current", "_outer", "_scope")

    def __init__(self, current: ContextVar[Scope], scope: Scope) -> None:
        self._current = current
        self._scope = scope

    def __enter__(self) -> None:
        self._outer = self._current.get()
        self._current.set(self._scope)

    def __exit__(self, *exc_info: object) -> None:
        # Not ContextVar.reset: a generator may be closed in another context than it started in.
        self._current.set(self._outer)


class Serving:
    """Holds the request and the response being served in the running context.

    So it does with any other attribute that is set on it: it lives until `clear()`, or until the
    next `load()`, in the same context.

    Examples:
        >>> from cherrypy_serving import serving
        >>> _ = serving.load("a request", "its response")
        >>> serving.user = "bird"
        >>> serving.request, serving.user
        ('a request', 'bird')
        >>> serving.clear()
        >>> serving.peek("user") is None
        True
    """

    # `load` and `clear` are functions of its own: a method would look everything up on an object
    # whose class has a `__getattr__`, and that takes five times as long.
    __slots__ = ("_current", "_new_scope", "_outside", "capture", "clear", "defaults", "load")

    if TYPE_CHECKING:
        request: Any
        response: Any

        def load(self, request: object, response: object) -> Scope:
            """Bind a request and its response in the running context, in place of what was bound.

            Returns:
                What is bound now, as `capture` does.
            """
            ...

        def clear(self) -> None:
            """Forget the request, the response and all other attributes in the running context."""
    else:
        request = property(lambda self: self._current.get().request)
        response = property(lambda self: self._current.get().response)

    _current: ContextVar[Scope]
    _new_scope: type[Scope]
    _outside: Scope

    defaults: Defaults
    """What the attributes are outside of a request."""

    capture: Callable[[], Scope]
    """Return what is bound now, to be bound again when the call that served it is over.

    It is for what runs after the call returned, such as a body that is iterated piece by piece.
    Whether something is bound still, `capture() is captured` tells.
    """

    def __init__(self) -> None:
        put = super().__setattr__
        defaults = Defaults()
        kind = type("Scope", (Scope,), {"__slots__": (), "_missing": staticmethod(defaults.get)})
        put("defaults", defaults)
        outside = kind()
        current = ContextVar("cherrypy_serving", default=outside)
        put("_new_scope", kind)
        put("_outside", outside)
        put("_current", current)
        put("capture", current.get)  # itself, since every step of a stream asks
        put("load", _loader(kind, current.set))
        put("clear", _cleaner(outside, current.set))

    def peek(self, name: str) -> Any:
        """Return what is bound under a name, or `None`: never what stands for it."""
        return _peek(self._current.get(), name)

    def activate(self, captured: Scope) -> Activation:
        """Return a context manager that binds what was captured, and after it what was before.

        Any thread or context may enter one, any number of times, also inside another.
        """
        return Activation(self._current, captured)

    def _own_scope(self) -> Scope:
        scope = self._current.get()
        if scope is self._outside:  # every context has this one, so nothing is kept in it
            scope = self._new_scope()
            self._current.set(scope)
        return scope

    def __getattr__(self, name: str) -> Any:
        return getattr(self._current.get(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._own_scope(), name, value)

    def __delattr__(self, name: str) -> None:
        scope = self._current.get()
        if name not in _bound(scope):
            raise self.defaults.unbound(name)
        delattr(scope, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_bound(self._current.get())})


def _loader(
    new_scope: type[Scope], bind: Callable[[Scope], object]
) -> Callable[[object, object], Scope]:
    def load(request: object, response: object) -> Scope:
        scope = new_scope()
        scope.request = request
        scope.response = response
        bind(scope)
        return scope

    return load


def _cleaner(outside: Scope, bind: Callable[[Scope], object]) -> Callable[[], None]:
    def clear() -> None:
        bind(outside)

    return clear


serving: Serving = Serving()
"""The one that `proxy` and `ambient` read."""
