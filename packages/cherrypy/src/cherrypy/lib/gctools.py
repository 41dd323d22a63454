"""Pages on the objects of a running site: to find those that are kept for too long."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from cherrypy import engine
from cherrypy.assembly.styledpages import StyledPages, refuse_other_sites
from cherrypy_bus import SimplePlugin
from cherrypy_diagnostics import GarbageReport, ReferrerTree, get_instances
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_serving import serving
from cherrypy_web import AppResponse, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_bus import Bus
    from cherrypy_diagnostics import Expectation

__all__ = [
    "GCRoot",
    "ReferrerTree",
    "RequestCounter",
    "get_context",
    "get_instances",
    "request_counter",
]


class RequestCounter(SimplePlugin):
    """Counts the requests that are being served, once it is subscribed.

    Attributes:
        count: How many there are.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__(bus)
        self.count: int = 0
        self._lock = Lock()

    def start(self) -> None:
        """Begin with none."""
        self.count = 0

    def before_request(self) -> None:
        """Count one more."""
        with self._lock:
            self.count += 1

    def after_request(self) -> None:
        """Count one less; what began before the counter was subscribed is not counted."""
        with self._lock:
            self.count = max(0, self.count - 1)


request_counter: RequestCounter = RequestCounter(engine)


def get_context(obj: object) -> str:
    """Return which request an object is for, or an empty text if it is no part of one."""
    if isinstance(obj, Request):
        return f"path={obj.path_info};stage={obj.stage}"
    if isinstance(obj, Response):
        return f"status={obj.status}"
    if isinstance(obj, AppResponse):
        return f"PATH_INFO={obj.environ.get('PATH_INFO', '')}"
    return ""


_room = Lock()


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else look: that stops the site, and who waited would keep a thread meanwhile."""
    if not _room.acquire(blocking=False):
        raise HTTPError(503, "Another of these pages is being made.")
    try:
        yield
    finally:
        _room.release()


_ONLY_POST = {"tools.allow.on": True, "tools.allow.methods": ["POST"]}


class GCRoot(StyledPages):
    """Pages on the objects of this process, to be mounted where only its developers get.

    They show what is in memory, secrets among it. Making one subscribes `request_counter`. One
    page is made at a time, because all threads stand still meanwhile: others are answered by 503.

    Attributes:
        classes: Which classes `stats` looks at: each with the least and the greatest number of
            instances that are in order while one request is served, and why. Other requests
            that are being served add one to the greatest number.
    """

    classes: ClassVar[list[Expectation]] = [
        (Request, 2, 2, "Should be 1 in this request thread and 1 in the main thread."),
        (Response, 2, 2, "Should be 1 in this request thread and 1 in the main thread."),
        (AppResponse, 1, 1, "Should be 1 in this request thread only."),
    ]

    def __init__(self) -> None:
        self._report = GarbageReport(get_context)
        request_counter.subscribe()

    @expose
    def index(self) -> str:
        """Show the classes of which there are new objects."""
        with _alone():
            return self._report.new()

    @expose
    def stats(self) -> str:
        """Show what cannot be collected, and the classes with too many or too few instances."""
        for name in ("request", "response"):  # those of the main thread are made when needed
            serving.defaults.get(name)
        with _alone():
            return self._report.stats(self.classes, lambda: max(0, request_counter.count - 1))

    @expose
    def objects(self, name: str) -> str:
        """Show the new objects of a class, and who refers to them.

        Args:
            name: The name of the class, with that of its module.
        """
        with _alone():
            return self._report.objects(name)

    @expose
    def mark(self) -> None:
        """Take all objects that are there as known.

        Raises:
            HTTPError: 403, the page of another site asked for it; 503, a page is being made.
        """
        refuse_other_sites()
        with _alone():
            self._report.heap.mark()
        raise HTTPRedirect("./")

    mark._cp_config = _ONLY_POST  # type: ignore[attr-defined]  # noqa: SLF001 - documented
