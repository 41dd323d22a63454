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
    """The attributes bound around one request; one that is not bound comes from `missing`."""

    __slots__ = ("__dict__", "_missing")

    def __init__(self, missing: Callable[[str], object]) -> None:
        self._missing = missing

    def __getattr__(self, name: str) -> Any:
        return self._missing(name)


class Activation:
    """Binds a captured request for the duration of a `with` block."""

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


class Captured:
    """A request as it was bound when `Serving.capture` was called, to be bound again later.

    It is for what runs after the call returned, such as a body that is iterated piece by piece.
    """

    __slots__ = ("_current", "_scope")

    def __init__(self, current: ContextVar[Scope], scope: Scope) -> None:
        self._current = current
        self._scope = scope

    def activate(self) -> Activation:
        """Return a context manager that binds the captured request, and after it what was before.

        Any thread or context may enter one, any number of times, also inside another.
        """
        return Activation(self._current, self._scope)


class Serving:
    """Holds the request and the response being served in the running context.

    So it does with any other attribute that is set on it: it lives until `clear()`, or until the
    next `load()`, in the same context.
    """

    __slots__ = ("_current", "_outside", "defaults")

    if TYPE_CHECKING:
        request: Any
        response: Any
    else:
        request = property(lambda self: self._current.get().request)
        response = property(lambda self: self._current.get().response)

    _current: ContextVar[Scope]
    _outside: Scope

    defaults: Defaults
    """What the attributes are outside of a request."""

    def __init__(self) -> None:
        put = super().__setattr__
        put("defaults", Defaults())
        put("_outside", Scope(self.defaults.get))
        put("_current", ContextVar("cherrypy_serving", default=self._outside))

    def load(self, request: object, response: object) -> None:
        """Bind a request and its response in the running context, in place of what was bound."""
        scope: Any = Scope(self.defaults.get)
        scope.request = request
        scope.response = response
        self._current.set(scope)

    def clear(self) -> None:
        """Forget the request, the response and all other attributes in the running context."""
        self._current.set(self._outside)

    def capture(self) -> Captured:
        """Return what is bound now, to be bound again when the call that served it is over."""
        return Captured(self._current, self._current.get())

    def _own_scope(self) -> Scope:
        scope = self._current.get()
        if scope is self._outside:  # every context has this one, so nothing is kept in it
            scope = Scope(self.defaults.get)
            self._current.set(scope)
        return scope

    def __getattr__(self, name: str) -> Any:
        return getattr(self._current.get(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._own_scope(), name, value)

    def __delattr__(self, name: str) -> None:
        bound = vars(self._current.get())
        if name not in bound:
            raise self.defaults.unbound(name)
        del bound[name]

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *vars(self._current.get())})


serving = Serving()
"""The one that `proxy` and `ambient` read."""
