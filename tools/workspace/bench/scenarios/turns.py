"""Threads that want the same session at the same time.

What is measured is time on the clock, once for each process: of one turn, and of the longest of a
hundred waits. With fair locks, a wait is as long as the turns of all threads together.
"""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from workspace.bench.wsgi import Request, ask, asking

GROUP = "turns"
CASES = {
    "turns-ram": "A turn with a session in memory",
    "turns-file": "A turn with a session in a file",
    "waits-ram": "The longest of 100 waits for a session in memory",
    "waits-file": "The longest of 100 waits for a session in a file",
}

THREADS = 8
HOLD = 0.005
SECONDS = 3.0


class Turns:
    """Eight threads ask for a page that holds their session for 5 ms, for some seconds.

    Args:
        call: Asks for it.
        waits: Whether to tell the 99th percentile of the times that a request takes, in place of
            the time of a turn.
    """

    def __init__(self, call: Callable[[], object], *, waits: bool) -> None:
        self._call = call
        self._waits = waits
        self._taken: int | None = None

    def __call__(self) -> None:
        """Ask once."""
        self._call()

    def elapsed(self, number: int) -> int:
        """Return the nanoseconds of so many turns or waits; they are measured the first time."""
        if self._taken is None:
            self._taken = self._measure()
        return number * self._taken

    def _measure(self) -> int:
        times: list[int] = []
        begin, end = threading.Barrier(THREADS), time.monotonic() + SECONDS

        def work() -> None:
            begin.wait()
            while time.monotonic() < end:
                started = time.monotonic_ns()
                self._call()
                times.append(time.monotonic_ns() - started)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._waits:
            return sorted(times)[len(times) * 99 // 100]
        return int(SECONDS * 1e9) // len(times)


def cherrypy(case: str) -> Turns:
    """Count the visits of one client, whose requests come at the same time."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
            time.sleep(HOLD)
            return "done"

    config: dict[str, Any] = {"tools.sessions.on": True}
    if case.endswith("file"):
        config["tools.sessions.storage_class"] = cherrypy.lib.sessions.FileSession
        config["tools.sessions.storage_path"] = tempfile.mkdtemp()
    cherrypy.config.update({"log.screen": False})
    application = cherrypy.Application(Root(), "", {"/": config})
    cookie = ask(application, Request("/")).headers["set-cookie"].partition(";")[0]
    call = asking(application, Request("/", headers={"Cookie": cookie}), b"done")
    return Turns(call, waits=case.startswith("waits"))


ours = cherrypy
