"""Threads that call a function again and again until they are cancelled.

Rule: they wait on an event, so ``cancel`` ends the wait at once.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

ERROR = 40


class Log(Protocol):
    """The part of a bus that a task needs."""

    def log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Log a message."""


class PerpetualTimer(threading.Timer):
    """A ``threading.Timer`` that repeats; it delays the end of the process until it is cancelled.

    Args:
        args: ``interval`` in seconds, ``function``, and the function's ``args`` and ``kwargs``, as
            for ``Timer``.
        kwargs: The same by name; and ``bus``, to which a failure of the function is logged.

    Examples:
        >>> import threading
        >>> called = threading.Event()
        >>> timer = PerpetualTimer(0.01, called.set)
        >>> timer.start()
        >>> called.wait(60)
        True
        >>> timer.cancel()
        >>> timer.join()
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.bus: Log | None = kwargs.pop("bus", None)
        super().__init__(*args, **kwargs)

    def run(self) -> None:
        """Call the function after each interval."""
        while not self.finished.wait(self.interval):
            _call(self.function, self.args, self.kwargs, self.bus, "perpetual timer")


class BackgroundTask(threading.Thread):
    """A daemon thread that calls a function after each interval until it is cancelled.

    Args:
        interval: Seconds between two calls.
        function: What to call.
        args: Its positional arguments.
        kwargs: Its keyword arguments.
        bus: Where a failure of the function is logged; the task goes on then. Without a bus it ends
            the thread.

    Examples:
        >>> import threading
        >>> called = threading.Event()
        >>> task = BackgroundTask(0.01, called.set)
        >>> task.start()
        >>> called.wait(60)
        True
        >>> task.cancel()
        >>> task.join()
    """

    def __init__(
        self,
        interval: float,
        function: Callable[..., object],
        args: Iterable[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        bus: Log | None = None,
    ) -> None:
        super().__init__(daemon=True)
        self.interval = interval
        self.function = function
        self.args: list[Any] = list(args)
        self.kwargs: dict[str, Any] = dict(kwargs or {})
        self.bus = bus
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Let no further call begin, and the thread end."""
        self._cancelled.set()

    def run(self) -> None:
        """Call the function after each interval."""
        while not self._cancelled.wait(self.interval):
            _call(self.function, self.args, self.kwargs, self.bus, "background task")


def _call(
    function: Callable[..., object],
    args: Iterable[Any],
    kwargs: Mapping[str, Any],
    bus: Log | None,
    kind: str,
) -> None:
    try:
        function(*args, **kwargs)
    except Exception:
        if bus is None:
            raise
        bus.log(f"Error in {kind} thread function {function!r}.", level=ERROR, traceback=True)
