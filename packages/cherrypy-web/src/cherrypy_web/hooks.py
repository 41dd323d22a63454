"""The eight points of a request at which callbacks may hang, and the rule by which they run.

Hooks of one point run by ascending priority, and in the order of their attachment where that is
equal. The first error wins: after it only failsafe hooks still run, and then it is raised.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_serving import serving
from cherrypy_web.epoch import EPOCH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["HOOK_POINTS", "Hook", "HookMap", "PlannedHooks", "run_hooks"]

HOOK_POINTS: Final = (
    "on_start_resource",
    "before_request_body",
    "before_handler",
    "before_finalize",
    "on_end_resource",
    "on_end_request",
    "before_error_response",
    "after_error_response",
)

DEFAULT_PRIORITY: Final = 50

_by_priority = attrgetter("priority")
_log = logging.getLogger(__name__)


class Hook:
    """A callback, the keyword arguments that it is called with, and when it runs.

    Args:
        callback: What to call.
        failsafe: Whether it runs even though an earlier hook of its point failed. ``None`` asks the
            callback's own attribute ``failsafe``; without one, it is not failsafe.
        priority: From 1 to 100, lower runs earlier. ``None`` asks the callback's own attribute
            ``priority``; without one it is 50.
        kwargs: Passed to the callback.

    Examples:
        >>> def greet(name="world"):
        ...     print(f"Hello {name}!")
        >>> hook = Hook(greet, priority=20, name="reader")
        >>> hook()
        Hello reader!
        >>> hook < Hook(greet)  # it runs earlier
        True
    """

    callback: Callable[..., object] = None  # type: ignore[assignment]  # a class has none
    failsafe: bool = False
    priority: float = DEFAULT_PRIORITY
    kwargs: dict[str, Any] = {}  # noqa: RUF012 - documented; each has its own

    #: The callback that takes request and response before the keyword arguments, where
    #: `cherrypy_serving.ambient` made the callback of one.
    explicit: Callable[..., object] | None = None

    def __init__(
        self,
        callback: Callable[..., object],
        failsafe: bool | None = None,
        priority: float | None = None,
        **kwargs: Any,
    ) -> None:
        if failsafe is None:
            failsafe = getattr(callback, "failsafe", self.failsafe)
        if priority is None:
            priority = getattr(callback, "priority", self.priority)
        # Past __setattr__: a new hook changes no plan.
        vars(self).update(
            callback=callback,
            failsafe=failsafe,
            priority=priority,
            kwargs=kwargs,
            explicit=getattr(callback, "explicit", None),
        )

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name == "callback":
            super().__setattr__("explicit", getattr(value, "explicit", None))
        if hasattr(Hook, name):  # hooks in plans are sorted, and shared by many requests
            EPOCH.advance()

    def __lt__(self, other: Hook) -> bool:
        return self.priority < other.priority

    def __call__(self) -> object:
        """Call the callback with its keyword arguments, and return what it returns."""
        return self.callback(**self.kwargs)

    def __repr__(self) -> str:
        options = "".join(f", {name}={value!r}" for name, value in self.kwargs.items())
        return (
            f"Hook({self.callback!r}, failsafe={self.failsafe!r}, "
            f"priority={self.priority!r}{options})"
        )


class HookMap(dict[str, list[Hook]]):
    """The hooks of a request, by the point at which they hang.

    Args:
        points: The names of the points.

    Examples:
        >>> hooks = HookMap()
        >>> hooks.attach("before_handler", print, priority=70)
        >>> hooks.attach("before_handler", repr)
        >>> [hook.callback.__name__ for hook in hooks.ordered("before_handler")]
        ['repr', 'print']
    """

    def __init__(self, points: Iterable[str] = HOOK_POINTS) -> None:
        super().__init__((point, []) for point in points)

    def attach(
        self,
        point: str,
        callback: Callable[..., object],
        failsafe: bool | None = None,
        priority: float | None = None,
        **kwargs: Any,
    ) -> None:
        """Hang a callback on a point. The arguments are those of `Hook`.

        Raises:
            ValueError: There is no such point.
        """
        self.add(point, Hook(callback, failsafe, priority, **kwargs))

    def add(self, point: str, hook: Hook) -> None:
        """Hang a hook on a point.

        Raises:
            ValueError: There is no such point.
        """
        self._at(point).append(hook)

    def run(self, point: str) -> None:
        """Run the hooks of a point as `run_hooks` does.

        Raises:
            ValueError: There is no such point.
        """
        run_hooks(self.ordered(point), serving.request, serving.response)

    @classmethod
    def run_hooks(cls, hooks: Iterable[Hook]) -> None:
        """Run some hooks, in the order given, as those of a point are run."""
        run_hooks(list(hooks), serving.request, serving.response)

    def ordered(self, point: str) -> list[Hook]:
        """Return the hooks of a point in the order in which they run."""
        return sorted(self._at(point), key=_by_priority)

    def copy(self) -> HookMap:
        """Return a map of the same hooks, to which more can be attached on its own."""
        twin = HookMap(())
        for point, hooks in self.items():
            twin[point] = hooks.copy()
        return twin

    __copy__ = copy

    def _at(self, point: str) -> list[Hook]:
        try:
            return self[point]
        except KeyError:
            raise ValueError(
                f"there is no hook point {point!r}; the points are {', '.join(self)}"
            ) from None


class PlannedHooks(tuple[Hook, ...]):  # noqa: SLOT001 - a tuple can have no slots
    """The hooks of a point in the order in which they run, for many requests.

    Attributes:
        run: Called with a request and its response, it does what `run_hooks` does. A single
            callback that takes just these is called itself.

    Examples:
        >>> def greet(request, response):
        ...     print(f"Hello {request}!")
        >>> from cherrypy_serving import ambient
        >>> PlannedHooks([Hook(ambient(greet))]).run("reader", None)
        Hello reader!
    """

    run: Callable[[Any, Any], object]

    def __init__(self, hooks: Iterable[Hook] = ()) -> None:  # noqa: ARG002 - the tuple has them
        only = self[0] if len(self) == 1 else None
        if only is not None and only.explicit is not None and not only.kwargs:
            self.run = only.explicit
        else:
            self.run = partial(run_hooks, tuple(self))


def run_hooks(hooks: Sequence[Hook], request: Any, response: Any) -> None:
    """Run the hooks of a request and its response, in the order given.

    Once one has raised, only the failsafe ones among the rest still run. The first error is raised
    in the end; an unexpected later one, which would be lost, is logged. ``KeyboardInterrupt`` and
    ``SystemExit`` are raised at once.
    """
    first: Exception | None = None
    for hook in hooks:
        if first is not None and not hook.failsafe:
            continue
        try:
            explicit, kwargs = hook.explicit, hook.kwargs
            if explicit is None:
                hook.callback(**kwargs)
            elif kwargs:
                explicit(request, response, **kwargs)
            else:  # a plain call takes half the time
                explicit(request, response)
        except Exception as error:  # noqa: BLE001 - a hook may raise anything
            if first is None:
                first = error
            elif not isinstance(error, HTTPError | HTTPRedirect | InternalRedirect):
                with suppress(Exception):  # what a log raises is no error of the request
                    _log.error("The failsafe %r failed after an earlier one", hook, exc_info=error)
    if first is not None:
        raise first
