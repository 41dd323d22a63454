"""Two addresses for those who watch a process: is it alive, and shall it get requests.

Alive means that it answers; so nothing is asked there that could fail for another reason, such as a
database that is away, and get a process restarted that is in order.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cherrypy_bus import Bus

FIRST = 5
"""The place among the listeners of `stop`: before servers stop accepting (25)."""

Answer = tuple[str, str]


class Health:
    r"""A WSGI application that answers at `/livez` and `/readyz`, wherever it is mounted.

    Ready is a process whose bus has started, while all its checks hold. When the bus begins to
    stop, `/readyz` says 503 at once, and with `drain` the servers accept for so long still: a load
    balancer sees it and sends nothing more.

    Args:
        bus: The bus of the process.
        checks: Functions by name; one that raises, or returns False, makes the process not ready.
        drain: Seconds between the first 503 and the end of accepting. It takes `subscribe()`.

    Examples:
        >>> from cherrypy_bus import Bus
        >>> health = Health(Bus(), {"database": lambda: True})
        >>> environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/readyz"}
        >>> health(environ, lambda status, headers: print(status))
        503 Service Unavailable
        [b'not ready: the bus is STOPPED\n']
    """

    def __init__(
        self,
        bus: Bus,
        checks: Mapping[str, Callable[[], object]] | None = None,
        drain: float = 0,
    ) -> None:
        self.bus = bus
        self.checks: Mapping[str, Callable[[], object]] = checks or {}
        self.drain = drain
        self._answers = {"livez": self._alive, "readyz": self._ready}

    def subscribe(self) -> None:
        """Let the bus wait `drain` seconds before its servers stop."""
        self.bus.subscribe("stop", self._drain, FIRST)

    def unsubscribe(self) -> None:
        """Let the bus stop its servers at once."""
        self.bus.unsubscribe("stop", self._drain)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        answer = self._answers.get(path.rstrip("/").rpartition("/")[2], _not_found)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            answer = _not_allowed
        status, text = answer()
        body = f"{text}\n".encode()
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response(
            status, headers + ([("Allow", "GET, HEAD")] if answer is _not_allowed else [])
        )
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _alive(self) -> Answer:
        return "200 OK", "alive"

    def _ready(self) -> Answer:
        if self.bus.state is not self.bus.states.STARTED:
            return "503 Service Unavailable", f"not ready: the bus is {self.bus.state.name}"
        failed = [name for name, check in self.checks.items() if not self._holds(name, check)]
        if failed:
            return "503 Service Unavailable", f"not ready: {', '.join(failed)}"
        return "200 OK", "ready"

    def _holds(self, name: str, check: Callable[[], object]) -> bool:
        try:
            return check() is not False
        except Exception as error:  # noqa: BLE001 - whatever it is, the process is not ready
            self.bus.log(f"Not ready: {name}: {error!r}", 30)
            return False

    def _drain(self) -> None:
        if self.drain > 0:
            self.bus.log(f"Not ready any more; servers accept for {self.drain} s still")
            threading.Event().wait(self.drain)


def _not_found() -> Answer:
    return "404 Not Found", "there are /livez and /readyz"


def _not_allowed() -> Answer:
    return "405 Method Not Allowed", "only GET and HEAD"
