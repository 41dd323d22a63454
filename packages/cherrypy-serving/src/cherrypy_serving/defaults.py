"""What stands for an attribute while no request is being served.

A default is made once and kept. It is never bound, so no request sees what is done to it.
"""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING

from cherrypy_serving.errors import UnboundError

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = "use it while a request is served, or bind one with serving.load(request, response)"


class Defaults:
    """The objects that stand for attributes outside of a request, and what to say without one.

    Examples:
        >>> from cherrypy_serving import Serving
        >>> serving = Serving()
        >>> serving.defaults.declare("user", lambda: "nobody")
        >>> serving.user
        'nobody'
    """

    def __init__(self) -> None:
        self._factories: dict[str, Callable[[], object]] = {}
        self._hints: dict[str, str] = {}
        self._made: dict[str, object] = {}
        self._lock = RLock()  # a factory may ask for another default

    def declare(
        self, name: str, factory: Callable[[], object] | None = None, hint: str = HINT
    ) -> None:
        """Say what the attribute `name` is outside of a request, in place of what was said before.

        Args:
            name: The attribute.
            factory: Makes the object that stands for it. It is called when the object is first
                needed, and once. Without one, reading the attribute raises `UnboundError`.
            hint: What the error tells the reader to do.
        """
        with self._lock:
            self._hints[name] = hint
            self._made.pop(name, None)
            self._factories.pop(name, None)
            if factory is not None:
                self._factories[name] = factory

    def get(self, name: str) -> object:
        """Return the object that stands for the attribute `name`.

        Raises:
            UnboundError: If there is none.
        """
        with self._lock:
            if name in self._made:
                return self._made[name]
            if name not in self._factories:
                raise self.unbound(name)
            return self._made.setdefault(name, self._factories[name]())

    def is_default(self, name: str, value: object) -> bool:
        """Say whether `value` only stands for the attribute `name`."""
        return name in self._made and self._made[name] is value

    def unbound(self, path: str) -> UnboundError:
        """Return the error to raise for an attribute, or an attribute of it: `response.foo`."""
        hint = self._hints.get(path.partition(".")[0], HINT)
        return UnboundError(f"{path!r} is not available here: {hint}", name=path)
