"""The base of plugins: objects whose methods are named after channels.

Rule: a plugin subscribes to the channels that the bus knows at that time; it declares its own ones
first.
"""

from collections.abc import Callable, Iterator
from typing import Any

from cherrypy_bus.bus import Bus


class SimplePlugin:
    """Subscribe each method that has the name of a channel to that channel.

    A method's ``priority`` attribute is its priority.

    Args:
        bus: The bus to subscribe to.

    Attributes:
        bus: The bus.

    Examples:
        >>> from cherrypy_bus import Bus
        >>> class Cache(SimplePlugin):
        ...     def graceful(self):
        ...         return "emptied"
        >>> bus = Bus()
        >>> Cache(bus).subscribe()
        >>> bus.publish("graceful")
        ['emptied']
    """

    bus: Bus = None  # type: ignore[assignment] # documented; the constructor sets it

    def __init__(self, bus: Bus) -> None:
        self.bus = bus

    def subscribe(self) -> None:
        """Subscribe the methods of this object to the channels that they are named after."""
        for channel, method in self._methods():
            self.bus.subscribe(channel, method)

    def unsubscribe(self) -> None:
        """Undo ``subscribe``."""
        for channel, method in self._methods():
            self.bus.unsubscribe(channel, method)

    def _methods(self) -> Iterator[tuple[str, Callable[..., Any]]]:
        for channel in self.bus.listeners:
            method = getattr(self, channel, None)
            if callable(method):
                yield channel, method
