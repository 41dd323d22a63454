"""Call a function at intervals, in a thread of its own, while the bus is started.

Rule: ``stop`` leaves no thread behind. If one does not end in time, its name is in the log.
"""

import threading
from collections.abc import Callable

from cherrypy_bus.bus import Bus
from cherrypy_bus.plugins.simple import SimplePlugin
from cherrypy_bus.plugins.tasks import BackgroundTask


class Monitor(SimplePlugin):
    """Call ``callback`` every ``frequency`` seconds while the bus is started.

    Args:
        bus: The bus to subscribe to.
        callback: The function to call.
        frequency: Seconds between two calls. Nothing is called if it is 0 or less.
        name: The name of the thread; the default is the name of the class.

    Attributes:
        callback: The function to call.
        frequency: Seconds between two calls.
        name: The name of the thread.
        thread: The ``BackgroundTask`` that makes the calls, or None.
        join_timeout: Seconds for which ``stop`` waits for a call that is being made.

    Examples:
        >>> bus = Bus()
        >>> Monitor(bus, lambda: None, frequency=5, name="Poll the queue").subscribe()
    """

    callback: Callable[[], object] = None  # type: ignore[assignment] # documented; the constructor sets it
    frequency: float = 60
    name: str = None  # type: ignore[assignment] # documented; the constructor sets it
    thread: BackgroundTask | None = None
    join_timeout: float = 10.0

    def __init__(
        self,
        bus: Bus,
        callback: Callable[[], object],
        frequency: float = 60,
        name: str | None = None,
    ) -> None:
        super().__init__(bus)
        self.callback = callback
        self.frequency = frequency
        self.thread = None
        self.name = type(self).__name__ if name is None else name

    def start(self) -> None:
        """Start the thread, if there is none."""
        if self.frequency <= 0:
            return
        if self.thread is not None:
            self.bus.log(f"Monitor thread {self.name!r} already started.")
            return
        self.thread = BackgroundTask(self.frequency, self.callback, bus=self.bus)
        self.thread.name = self.name
        self.thread.start()
        self.bus.log(f"Started monitor thread {self.name!r}.")

    start.priority = 70  # type: ignore[attr-defined] # how a listener says its priority

    def stop(self) -> None:
        """Stop the thread and wait until it has ended."""
        thread, self.thread = self.thread, None
        if thread is None:
            self.bus.log(f"No thread running for {self.name}.")
            return
        thread.cancel()
        if thread is not threading.current_thread() and thread.is_alive():
            thread.join(self.join_timeout)
            if thread.is_alive():
                self.bus.log(
                    f"Thread {thread.name!r} still runs {self.join_timeout:g} s after its stop.",
                    level=40,
                )
                return
        self.bus.log(f"Stopped thread {thread.name!r}.")

    def graceful(self) -> None:
        """Replace the thread by one that uses the current ``callback`` and ``frequency``."""
        self.stop()
        self.start()
