"""System signals become messages on channels of the same name.

Rule: a signal handler only publishes. It runs in the middle of whatever the main thread does, so it
raises nothing that the main thread did not ask for.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from cherrypy_bus.bus import Bus
from cherrypy_bus.failures import ChannelFailures, Listener
from cherrypy_bus.interrupts import INIT, let_the_next_kill
from cherrypy_bus.plugins.daemonizer import is_daemon
from cherrypy_bus.states import State

_Previous = Callable[[int, FrameType | None], Any] | int | None


def _names() -> dict[int, str]:
    names = {int(value): name for name, value in sorted(_members().items())}
    names[int(signal.SIGABRT)] = "SIGABRT"  # not SIGIOT
    return names


def _members() -> dict[str, int]:
    return {
        name: value
        for name, value in vars(signal).items()
        if name.startswith("SIG") and not name.startswith("SIG_") and isinstance(value, int)
    }


class SignalHandler:
    """Publish each signal on the channel that has its name, and subscribe listeners there.

    A second SIGTERM (any signal whose listener is ``bus.exit``) kills the process.

    Args:
        bus: The bus to publish on.

    Attributes:
        handlers: A map from signal names to listeners. Change it before ``subscribe``. Signals that
            this platform does not have are passed over.
        signals: A map from signal numbers to names.

    Examples:
        >>> bus = Bus()
        >>> handler = SignalHandler(bus)
        >>> handler.handlers["SIGUSR2"] = lambda: bus.log("hello")
        >>> handler.subscribe()
        >>> handler.unsubscribe()
    """

    handlers: dict[str, Listener] = {}  # noqa: RUF012 - documented; each instance has its own
    signals: dict[int, str] = _names()

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.handlers = {
            "SIGTERM": self.bus.exit,
            "SIGHUP": self.handle_SIGHUP,
            "SIGUSR1": self.bus.graceful,
        }
        self._previous: dict[int, _Previous] = {}
        self._subscribed: list[tuple[str, Listener]] = []
        self._process = os.getpid()
        self._ending = False

    def subscribe(self) -> None:
        """Set a handler for each signal in ``handlers``.

        In a thread other than the main one only the channels get their listeners, and the log says
        so: the system delivers signals to the main thread, and Python takes handlers from no other.
        """
        if threading.current_thread() is not threading.main_thread():
            self._subscribe_channels()
            return
        for name, listener in self.handlers.items():
            with contextlib.suppress(ValueError):  # not on this platform
                self.set_handler(name, listener)

    def _subscribe_channels(self) -> None:
        self.bus.log(
            f"Signals are not caught: the signal handler was subscribed in thread "
            f"{threading.current_thread().name!r}, and only the main thread can do that.",
            level=30,
        )
        for name, listener in self.handlers.items():
            with contextlib.suppress(ValueError):  # not on this platform
                self._listen(self.signals[self._number(name)], listener)

    def unsubscribe(self) -> None:
        """Give every signal the handler back that it had before, and unsubscribe the listeners.

        Raises:
            RuntimeError: Signals were caught, and this is not the main thread.
        """
        if self._previous:
            self._need_main_thread("restored")
        for channel, listener in self._subscribed:
            self.bus.unsubscribe(channel, listener)
        self._subscribed.clear()
        for number, previous in self._previous.items():
            handler = signal.SIG_DFL if previous is None else previous
            self.bus.log(f"Restoring {self.signals[number]} handler {handler!r}.")
            signal.signal(number, handler)
        self._previous.clear()

    def set_handler(self, signal: int | str, listener: Listener | None = None) -> None:
        """Publish a signal on its channel from now on.

        Args:
            signal: The number or the name of the signal.
            listener: What to subscribe to the channel of the signal.

        Raises:
            ValueError: This platform has no such signal.
            RuntimeError: This is not the main thread.
            OSError: The system does not let this signal be handled.
        """
        number = self._number(signal)
        self._need_main_thread("handled")
        previous = _set(number, self._handle_signal)
        self._previous.setdefault(number, previous)
        name = self.signals[number]
        if listener is not None:
            self._listen(name, listener)
        self.bus.log(f"Listening for {name}.")

    def _listen(self, channel: str, listener: Listener) -> None:
        self.bus.subscribe(channel, listener)
        self._subscribed.append((channel, listener))

    def _number(self, name: int | str) -> int:
        if isinstance(name, str):
            number = _members().get(name)
        else:
            number = int(name) if name in self.signals else None
        if number is None:
            raise ValueError(f"No such signal: {name!r}")
        return number

    def _need_main_thread(self, done: str) -> None:
        thread = threading.current_thread()
        if thread is not threading.main_thread():
            raise RuntimeError(
                f"signals can be {done} in the main thread only, not in {thread.name!r}"
            )

    def _handle_signal(self, signum: int, _frame: FrameType | None = None) -> None:
        name = self.signals[signum]
        if self.bus.exit in self.bus.listeners.get(name, ()):
            self._prepare_end(signum, name)
        self.bus.log(f"Caught signal {name}.")
        with contextlib.suppress(ChannelFailures):  # logged; block() raises those of stop and exit
            self.bus.publish(name)

    def _prepare_end(self, signum: int, name: str) -> None:
        at_rest = self.bus.state in (State.STARTED, State.STOPPED) and not self.bus.busy
        if self._ending and not at_rest:
            self._force(signum, name)
        self._ending = True
        self.bus.execv = False  # if it is restarting just now, it ends instead
        let_the_next_kill(signum)

    def _force(self, signum: int, name: str) -> None:
        """End the process now."""
        self.bus.log(f"Caught signal {name} again: ending at once.", level=40)
        if os.getpid() == INIT:
            os._exit(128 + signum)  # no signal kills process 1
        signal.signal(signum, signal.SIG_DFL)
        os.kill(os.getpid(), signum)

    def handle_SIGHUP(self) -> None:  # noqa: N802 - documented
        """Restart a daemon; let any other process exit, whose terminal was closed."""
        if self._is_daemonized():
            self.bus.log("SIGHUP caught while daemonized. Restarting.")
            self.bus.restart()
            return
        self.bus.log("SIGHUP caught but not daemonized. Exiting.")
        self.bus.exit()

    def _is_daemonized(self) -> bool:
        """Say whether somebody forked this process off its terminal."""
        return (is_daemon() or os.getpid() != self._process) and not _on_terminal()


def _set(number: int, handler: Callable[[int, FrameType | None], Any]) -> _Previous:
    return signal.signal(number, handler)


def _on_terminal() -> bool:
    try:
        return sys.stdin is not None and sys.stdin.isatty()
    except ValueError:  # it is closed
        return False
