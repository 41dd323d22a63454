"""What is bound in the running context: one scope per request, found through one context variable.

A scope belongs to the request, not to the thread: a context that is copied while a request runs shares
its scope, and `load` or `clear` in the copy change nothing outside it. So bind by setting the variable, never
by emptying the scope that it holds, or requests in other contexts lose theirs.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from cherrypy_serving.errors import UnboundError

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = "use it while a request is served, or bind a request with serving.load(request, response)"


class Scope:
    """The attributes bound around one request; one that is not bound comes from `missing`."""

    __slots__ = ("__dict__", "_missing")

    if TYPE_CHECKING:
        request: Any
        response: Any

    def __init__(self, missing: Callable[[str], object]) -> None:
        self._missing = missing

    def __getattr__(self, name: str) -> Any:
        return self._missing(name)


class Activation:
    """Bind a captured request for the duration of a `with` block."""

    __slots__ = ("_current", "_outer", "_scope")

    def __init__(self, current: ContextVar[Scope], scope: Scope) -> None:
        self._current = current
        self._scope = scope

    def __enter__(self) -> None:
        self._outer = self._current.get()
        self._current.set(self._scope)

    def __exit__(self, *exc_info: object) -> None:
        # Not ContextVar.reset: a generator may be closed in another context than it was started in.
        self._current.set(self._outer)


class Captured:
    """A request as it was bound when `Serving.capture` was called, to be bound again later.

    It is for what runs after the call returned, such as a response body that is iterated piece by piece.
    """

    __slots__ = ("_current", "_scope")

    def __init__(self, current: ContextVar[Scope], scope: Scope) -> None:
        self._current = current
        self._scope = scope

    def activate(self) -> Activation:
        """Return a context manager that binds the captured request, and at its end what was bound before.

        Any thread or context may do so, any number of times, also one inside the other.
        """
        return Activation(self._current, self._scope)


class Serving:
    """Hold the request and the response that are being served in the running context, and whatever is set beside them.

    An attribute that is set on it lives until `clear()` or the next `load()` in the same context.
    """

    __slots__ = ("_current", "_factories", "_hints", "_made", "_outside")

    if TYPE_CHECKING:
        request: Any
        response: Any
    else:
        request = property(lambda self: self._current.get().request)
        response = property(lambda self: self._current.get().response)

    _current: ContextVar[Scope]
    _outside: Scope
    _factories: dict[str, Callable[[], object]]
    _hints: dict[str, str]
    _made: dict[str, object]

    def __init__(self) -> None:
        put = object.__setattr__
        put(self, "_factories", {})
        put(self, "_hints", {})
        put(self, "_made", {})
        put(self, "_outside", Scope(self._default))
        put(self, "_current", ContextVar("cherrypy_serving", default=self._outside))

    def load(self, request: object, response: object) -> None:
        """Bind a request and its response in the running context; what was bound before is forgotten."""
        scope = Scope(self._default)
        scope.request = request
        scope.response = response
        self._current.set(scope)

    def clear(self) -> None:
        """Forget the request, the response and every other attribute in the running context."""
        self._current.set(self._outside)

    def capture(self) -> Captured:
        """Return what is bound now, to be bound again after the call that served the request has returned."""
        return Captured(self._current, self._current.get())

    def set_default(
        self, name: str, factory: Callable[[], object] | None = None, hint: str = HINT
    ) -> None:
        """Say what the attribute `name` is outside of a request.

        Args:
            name: The attribute.
            factory: Makes the object that stands for it, at most once. Without one, reading it raises `UnboundError`.
            hint: What the error tells the reader to do.
        """
        self._hints[name] = hint
        self._made.pop(name, None)
        if factory is None:
            self._factories.pop(name, None)
        else:
            self._factories[name] = factory

    def is_default(self, name: str, value: object) -> bool:
        """Say whether `value` stands for the attribute `name` only because nothing is bound."""
        return name in self._made and self._made[name] is value

    def unbound(self, name: str) -> UnboundError:
        """Return the error for `name`, which may be dotted, when there is nothing to read."""
        hint = self._hints.get(name.partition(".")[0], HINT)
        return UnboundError(f"{name!r} is not available here: {hint}", name=name, obj=self)

    def _default(self, name: str) -> object:
        if name in self._made:
            return self._made[name]
        if name not in self._factories:
            raise self.unbound(name)
        return self._made.setdefault(name, self._factories[name]())

    def _own_scope(self) -> Scope:
        scope = self._current.get()
        if scope is self._outside:
            scope = Scope(self._default)
            self._current.set(scope)
        return scope

    def __getattr__(self, name: str) -> Any:
        return getattr(self._current.get(), name)

    def __setattr__(self, name: str, value: object) -> None:
        setattr(self._own_scope(), name, value)

    def __delattr__(self, name: str) -> None:
        scope = self._current.get()
        if name not in vars(scope):
            raise self.unbound(name)
        delattr(scope, name)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *vars(self._current.get())})


serving = Serving()
"""The one that `proxy` and `ambient` read."""
