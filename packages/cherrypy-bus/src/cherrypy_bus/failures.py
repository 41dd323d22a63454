"""What went wrong among the listeners of one published message.

Rule: it holds every failure, in the order in which the listeners ran.
"""

import sys
from collections.abc import Callable
from typing import Any

Listener = Callable[..., Any]
"""Anything callable; what it takes is between it and those who publish on its channel."""


def name_of(listener: Listener) -> str:
    """Name a listener as a person would look for it: ``module.Class.method``, else its repr."""
    function = getattr(listener, "__func__", listener)
    name = getattr(function, "__qualname__", None)
    module = getattr(function, "__module__", None)
    return f"{module}.{name}" if name and module else repr(listener)


class ChannelFailures(Exception):  # noqa: N818 - the documented name
    """One or more listeners of a channel failed; all the others ran.

    Args:
        args: Passed on to ``Exception``.
        channel: The channel of the message.

    Attributes:
        delimiter: What separates the failures in ``str()``.
        channel: The channel of the message, or None.

    Examples:
        >>> from cherrypy_bus import Bus
        >>> bus = Bus()
        >>> bus.subscribe("tick", lambda: 1 / 0)
        >>> try:
        ...     bus.publish("tick")
        ... except ChannelFailures as failures:
        ...     failures.channel, failures.get_instances()
        ('tick', [ZeroDivisionError('division by zero')])
    """

    delimiter = "\n"

    def __init__(self, *args: object, channel: str | None = None) -> None:
        super().__init__(*args)
        self.channel = channel
        self._failures: list[tuple[Listener | None, BaseException]] = []

    def handle_exception(self, listener: Listener | None = None) -> None:
        """Add the exception that is being handled.

        Args:
            listener: The listener that raised it.
        """
        exception = sys.exception()
        if exception is None:
            return
        if self.__cause__ is None:
            self.__cause__ = exception
        self._failures.append((listener, exception))

    def include(self, other: "ChannelFailures") -> None:
        """Add the failures of another message.

        Args:
            other: The failures; they stand behind those that are here.
        """
        self.__cause__ = self.__cause__ or other.__cause__
        self._failures += other.failures

    def get_instances(self) -> list[BaseException]:
        """Return the exceptions, oldest first."""
        return [exception for _, exception in self._failures]

    @property
    def failures(self) -> tuple[tuple[Listener | None, BaseException], ...]:
        """The pairs of listener and exception, oldest first."""
        return tuple(self._failures)

    def __bool__(self) -> bool:
        return bool(self._failures)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __str__(self) -> str:
        return self.delimiter.join(
            repr(exception) if listener is None else f"{exception!r} in {name_of(listener)}"
            for listener, exception in self._failures
        )
