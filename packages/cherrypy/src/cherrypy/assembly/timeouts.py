"""Look at times whether a response has taken longer than it may.

Rule: a request pays for it with an entry in a dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy_bus import Bus, Monitor

if TYPE_CHECKING:
    from cherrypy_web import Response

__all__ = ["TimeoutMonitor"]


class TimeoutMonitor(Monitor):
    """Call `Response.check_timeout` of every response that is being made, every ``frequency`` s.

    A response that has timed out is given up, with a `TimeoutError`, when its request reaches the
    next stage. A page that runs is not interrupted: it may look at ``response.timed_out`` itself.

    Args:
        bus: The engine of the site, on which requests are published.

    Attributes:
        active: The responses that are being made, each by its identity; applications keep them
            there.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus, self.run, name="_TimeoutMonitor")
        self.active: dict[int, Response] = {}
        self._is_on = False
        for channel in ("before_request", "after_request"):  # plugins find the channels that exist
            bus.listeners.setdefault(channel, frozenset())

    def subscribe(self) -> None:
        """Watch, while the bus runs."""
        super().subscribe()
        self._is_on = True

    def unsubscribe(self) -> None:
        """Stop watching."""
        super().unsubscribe()
        self._is_on = False

    def run(self) -> None:
        """Look at all of them now, unless the monitor is off."""
        if self._is_on:
            for response in list(self.active.values()):
                response.check_timeout()
