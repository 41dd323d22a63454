"""Number the threads that do the work, and tell listeners when each begins and ends.

Rule: every ``start_thread`` is followed by exactly one ``stop_thread`` with the same number.
"""

import threading
from itertools import count

from cherrypy_bus.bus import Bus
from cherrypy_bus.failures import ChannelFailures
from cherrypy_bus.plugins.simple import SimplePlugin

CHANNELS = ("acquire_thread", "start_thread", "stop_thread", "release_thread")


class ThreadManager(SimplePlugin):
    """Publish ``start_thread`` for each thread that comes, and ``stop_thread`` when it goes.

    A thread that begins to work publishes ``acquire_thread``; it may do so again and again. One
    that is about to end publishes ``release_thread``. Threads that never do, because other code
    owns them, are released when the bus stops. The listeners get the number of the thread: the
    lowest one, from 1, that is free.

    Args:
        bus: The bus to subscribe to.

    Attributes:
        threads: A map from thread identifiers to their numbers.

    Examples:
        >>> bus = Bus()
        >>> ThreadManager(bus).subscribe()
        >>> bus.subscribe("start_thread", lambda number: print(f"thread {number} begins"))
        >>> _ = bus.publish("acquire_thread")
        thread 1 begins
        >>> _ = bus.publish("acquire_thread")  # it is known by now
    """

    threads: dict[int, int] = None  # type: ignore[assignment] # documented; the constructor sets it

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.threads = {}
        self._lock = threading.Lock()
        for channel in CHANNELS:
            bus.listeners.setdefault(channel, frozenset())

    def acquire_thread(self) -> None:
        """Publish ``start_thread`` if the current thread is a new one."""
        ident = threading.get_ident()
        if ident in self.threads:  # of this thread only it says so itself: no lock is needed
            return
        with self._lock:
            taken = set(self.threads.values())
            number = next(candidate for candidate in count(1) if candidate not in taken)
            self.threads[ident] = number
        self.bus.publish("start_thread", number)

    def release_thread(self) -> None:
        """Publish ``stop_thread`` if the current thread was acquired."""
        number = self.threads.pop(threading.get_ident(), None)
        if number is not None:
            self.bus.publish("stop_thread", number)

    def stop(self) -> None:
        """Release all threads.

        Raises:
            ChannelFailures: Listeners of ``stop_thread`` failed. It was published for every thread.
        """
        with self._lock:
            numbers = list(self.threads.values())
            self.threads.clear()
        failures = ChannelFailures(channel="stop_thread")
        for number in numbers:
            try:
                self.bus.publish("stop_thread", number)
            except ChannelFailures as error:
                failures.include(error)
        if failures:
            raise failures

    graceful = stop
