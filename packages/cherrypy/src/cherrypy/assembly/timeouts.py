"""Look at times whether a response has taken longer than it may.

Rule: a request pays for it with two entries in a dict, and nothing while the monitor is off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cherrypy_bus import Bus, Monitor
from cherrypy_serving import serving

if TYPE_CHECKING:
    from cherrypy_web import Response

__all__ = ["TimeoutMonitor"]

_bound: Final = serving.capture


class TimeoutMonitor(Monitor):
    """Call `Response.check_timeout` of every response that is being made, every ``frequency`` s.

    A response that has timed out is given up, with a `TimeoutError`, when its request reaches the
    next stage. A page that runs is not interrupted: it may look at ``response.timed_out`` itself.

    Args:
        bus: The engine of the site, on which requests are published.

    Attributes:
        active: The responses that are being made, each by its identity.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus, self.run, name="_TimeoutMonitor")
        self.active: dict[int, Response] = {}
        for channel in ("before_request", "after_request"):
            bus.listeners.setdefault(channel, frozenset())

    def before_request(self) -> None:
        """Watch the response to the request that begins in this thread."""
        response = _bound().response
        self.active[id(response)] = response

    def after_request(self) -> None:
        """Watch it no longer."""
        self.active.pop(id(_bound().response), None)

    def unsubscribe(self) -> None:
        """Stop watching."""
        super().unsubscribe()
        self.active.clear()

    def run(self) -> None:
        """Look at all of them now."""
        for response in list(self.active.values()):
            response.check_timeout()
