"""Channels: names to which listeners subscribe and messages are published.

Rule: ``publish`` takes no lock and looks up one tuple; its loops stay as plain as they are, because
every request of a web application goes through them.
"""

import contextlib
import sys
import traceback as tracebacks
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, TypeVar, overload

from cherrypy_bus.failures import ChannelFailures, Listener
from cherrypy_bus.listeners import Listeners

F = TypeVar("F", bound=Listener)


class Channels:
    """Publish messages to the listeners that subscribed to a channel.

    Attributes:
        listeners: A mapping of channel names to sets of listeners.

    Examples:
        >>> channels = Channels()
        >>> channels.subscribe("greet", "Hello {}".format)
        >>> channels.publish("greet", "world")
        ['Hello world']
    """

    listeners: Listeners

    def __init__(self, channels: Iterable[str] = ("log",)) -> None:
        self.listeners = Listeners(channels)
        self._plans = self.listeners.plans

    @overload
    def subscribe(
        self, channel: str, callback: None = None, priority: float | None = None
    ) -> Callable[[F], F]: ...

    @overload
    def subscribe(
        self, channel: str, callback: Listener, priority: float | None = None
    ) -> None: ...

    def subscribe(
        self, channel: str, callback: Listener | None = None, priority: float | None = None
    ) -> Callable[[F], F] | None:
        """Call ``callback`` with each message that is published on ``channel``.

        Without a callback it is a decorator: ``@bus.subscribe("start", priority=60)``.

        Args:
            channel: The name of the channel; it needs no declaration.
            callback: What to call. One that has subscribed already only gets its new priority.
            priority: Lower is earlier. The default is the callback's own ``priority`` attribute,
                else 50. Listeners of the same priority are called in the order in which they
                subscribed.
        """
        if callback is None:
            return self._decorator(channel, priority)
        self.listeners.add(channel, callback, priority)
        return None

    def _decorator(self, channel: str, priority: float | None) -> Callable[[F], F]:
        def decorate(callback: F) -> F:
            self.listeners.add(channel, callback, priority)
            return callback

        return decorate

    def unsubscribe(self, channel: str, callback: Listener) -> None:
        """Stop calling ``callback`` for ``channel``; do nothing if it has not subscribed."""
        self.listeners.discard(channel, callback)

    def publish(self, channel: str, *args: Any, **kwargs: Any) -> list[Any]:
        """Call every listener of ``channel`` with the message and return what they returned.

        All listeners are called even if some fail. Each failure is logged.

        Args:
            channel: The name of the channel. One without listeners has no effect.
            args: The message.
            kwargs: More of the message.

        Raises:
            ChannelFailures: Once all have been called, if any of them failed.
            SystemExit: At once, from a listener: it is the way to end everything. An exit status of
                0 becomes 1 if another listener had failed before.
            KeyboardInterrupt: At once.
        """
        plan = self._plans.get(channel)
        if not plan:
            return []
        output: list[Any] = []
        try:
            if kwargs:
                for listener in plan:
                    output.append(listener(*args, **kwargs))  # noqa: PERF401 - as below
            else:
                for listener in plan:
                    output.append(listener(*args))  # noqa: PERF401 - its length tells who failed
        except Exception:  # noqa: BLE001 - a listener may raise anything
            self._finish(channel, plan, len(output), args, kwargs)
        return output

    def notifier(self, *channels: str) -> Callable[[], None]:
        """Return a function that publishes on some channels, one after the other, no message.

        While nobody listens it costs next to nothing: it may stand where something happens often.

        Args:
            channels: The names of the channels.
        """
        plans = self._plans

        def notify() -> None:
            for channel in channels:
                if plan := plans.get(channel):
                    called = 0
                    try:
                        for listener in plan:
                            listener()
                            called += 1
                    except Exception:  # noqa: BLE001 - a listener may raise anything
                        self._finish(channel, plan, called, (), {})

        return notify

    def _finish(
        self,
        channel: str,
        plan: tuple[Listener, ...],
        failed: int,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> NoReturn:
        """Record the failure that is being handled, call the listeners after it, and raise."""
        failures = ChannelFailures(channel=channel)
        self._record(failures, channel, plan[failed])
        for listener in plan[failed + 1 :]:
            try:
                listener(*args, **kwargs)
            except SystemExit as error:
                error.code = error.code or 1
                raise
            except Exception:  # noqa: BLE001 - a listener may raise anything
                self._record(failures, channel, listener)
        raise failures

    def _record(self, failures: ChannelFailures, channel: str, listener: Listener) -> None:
        failures.handle_exception(listener)
        if channel != "log":
            self.log(f"Error in {channel!r} listener {listener!r}", level=40, traceback=True)

    def log(self, msg: str = "", level: int = 20, traceback: bool = False) -> None:
        """Publish a message on the ``log`` channel as ``(msg, level)``.

        A log listener that fails never gets in the way of the caller: the message goes to the
        process's own standard error instead, if that can still be written.

        Args:
            msg: The message.
            level: Its level, numbered as in ``logging``.
            traceback: Whether to append the traceback of the exception that is being handled.
        """
        if traceback:
            msg = f"{msg}\n{tracebacks.format_exc()}"
        try:
            self.publish("log", msg, level)
        except ChannelFailures as failures:
            _last_resort(f"{msg}\nThe log failed: {failures}")


def _last_resort(text: str) -> None:
    stream = sys.__stderr__
    if stream is None:
        return
    # A full disk; a closed stream; the stream was writing when a signal came that is logged now.
    with contextlib.suppress(OSError, ValueError, RuntimeError):
        print(text, file=stream, flush=True)
