"""Put an HTTP server under a bus: start and stop it with the process, and say so in the log.

An adapter reports "Serving on ..." only when connections are accepted. A server that can bind
first and serve later does the first in the caller's thread: a port in use is an exception there.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol, TypeVar, runtime_checkable

from cherrypy_bus import Bus
from cherrypy_server.address import BindAddress, url
from cherrypy_server.interrupts import interrupts_later

READY_POLL = 0.05
"""Seconds between two looks at the `ready` flag of a server that cannot bind first."""

JOIN_TIMEOUT = 10.0
"""Seconds that a stopped server has for returning from its `start()`."""

STARTS, STOPS = 75, 25
"""The places of a server among the listeners of the bus; lower numbers are called first."""

ERROR = 40

_Method = TypeVar("_Method", bound=Callable[..., object])


class HTTPServer(Protocol):
    """What an adapter can control.

    `start()` serves until `stop()` is called from another thread. An attribute `ready`, if there is
    one, says whether connections are accepted.

    Examples:
        >>> import threading
        >>> class Silent:
        ...     def __init__(self):
        ...         self.stopped = threading.Event()
        ...     def start(self):
        ...         self.stopped.wait()
        ...     def stop(self):
        ...         self.stopped.set()
        >>> server: HTTPServer = Silent()
    """

    def start(self) -> object:
        """Serve until stopped."""

    def stop(self) -> object:
        """Stop serving."""


@runtime_checkable
class PreparedHTTPServer(HTTPServer, Protocol):
    """A server that binds in one step and serves in another, as cheroot's do.

    Examples:
        >>> from cheroot.wsgi import Server
        >>> issubclass(Server, PreparedHTTPServer)
        True
    """

    def prepare(self) -> object:
        """Bind the address and accept connections, or raise an error."""

    def serve(self) -> object:
        """Serve until stopped."""


def priority(value: int) -> Callable[[_Method], _Method]:
    """Give a listener its place among those of its channel; lower numbers run first."""

    def mark(method: _Method) -> _Method:
        method.__dict__["priority"] = value
        return method

    return mark


class ServerAdapter:
    """Control one HTTP server, of whatever make, from a bus.

    Args:
        bus: The bus whose `start` and `stop` the server follows once subscribed.
        httpserver: The server to control; it may be set later.
        bind_addr: Where that server listens, for the log only.

    Attributes:
        running: True between a successful `start()` and the next `stop()`.
        interrupt: What ended the serving thread, if anything did.

    Examples:
        >>> import threading
        >>> from cherrypy_bus import Bus
        >>> class Silent:
        ...     def __init__(self):
        ...         self.stopped = threading.Event()
        ...     def start(self):
        ...         self.stopped.wait()
        ...     def stop(self):
        ...         self.stopped.set()
        >>> bus = Bus()
        >>> adapter = ServerAdapter(bus, Silent())
        >>> adapter.subscribe()
        >>> bus.start()
        >>> adapter.running
        True
        >>> bus.exit()
    """

    running: bool = False
    interrupt: BaseException | None = None
    bind_addr: BindAddress | None = None

    def __init__(
        self,
        bus: Bus,
        httpserver: HTTPServer | None = None,
        bind_addr: BindAddress | None = None,
    ) -> None:
        self.bus = bus
        self.httpserver = httpserver
        if bind_addr is not None:
            self.bind_addr = bind_addr
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    def subscribe(self) -> None:
        """Start and stop with the bus."""
        # A subclass's own method takes the same place: after a fork, before privileges are dropped.
        self.bus.subscribe("start", self.start, getattr(self.start, "priority", STARTS))
        self.bus.subscribe("stop", self.stop, getattr(self.stop, "priority", STOPS))

    def unsubscribe(self) -> None:
        """Let the bus start and stop without this server."""
        self.bus.unsubscribe("start", self.start)
        self.bus.unsubscribe("stop", self.stop)

    @priority(STARTS)
    def start(self) -> None:
        """Serve in a thread of its own, and return when connections are accepted.

        Raises:
            ValueError: There is no HTTP server.
            BindError: Our own server could not have its address.
            BaseException: Whatever made another server give up.
        """
        if self.running:
            self.bus.log(f"Already serving on {self.description}")
            return
        if self.httpserver is None:
            raise ValueError("No HTTP server has been created.")
        self.interrupt = None
        self._ended.clear()
        with self._unbroken(self.httpserver):
            self._begin(self.httpserver)
            self.wait()
            self._mark_running()
        self.bus.log(f"Serving on {self.description}")

    @priority(STOPS)
    def stop(self) -> None:
        """Stop serving, and return when the serving thread has ended."""
        if not self.running:
            self.bus.log(f"HTTP Server {self.httpserver} already shut down")
            return
        self.running = False
        if self.httpserver is not None:
            self.httpserver.stop()
        self._join()
        self.bus.log(f"HTTP Server {self.httpserver} shut down")

    def restart(self) -> None:
        """Stop, then start again."""
        self.stop()
        self.start()

    def wait(self) -> None:
        """Block until connections are accepted.

        Raises:
            BaseException: Whatever ended the serving thread instead.
        """
        while not self._ready():
            self._ended.wait(READY_POLL)
            if self.interrupt is not None:
                self._join()
                raise self.interrupt

    @property
    def bound_addr(self) -> BindAddress | None:
        """The address in use: with the real port where any free one (0) was asked for."""
        if not isinstance(self.bind_addr, tuple):
            return self.bind_addr
        host, port = self.bind_addr
        listening = getattr(self.httpserver, "socket", None)
        if port == 0 and listening is not None:
            port = listening.getsockname()[1]
        return host, port

    @property
    def description(self) -> str:
        """Where this server listens, in words for a log."""
        address = self.bound_addr
        if address is None:
            return "unknown interface (dynamic?)"
        if isinstance(address, str):
            return f"socket file: {address}"
        return url(self._scheme(), *address)

    def _scheme(self) -> str:
        return "https" if getattr(self.httpserver, "ssl_adapter", None) else "http"

    def _ready(self) -> bool:
        """Return whether connections are accepted; a server that has no such flag is believed."""
        return self.httpserver is not None and bool(getattr(self.httpserver, "ready", True))

    def _unbroken(self, httpserver: HTTPServer) -> AbstractContextManager[None]:
        # One that was interrupted half-way would have threads that nobody can stop. Those that may
        # take long can be interrupted all the same.
        prepared = isinstance(httpserver, PreparedHTTPServer)
        return interrupts_later() if prepared else nullcontext()

    def _begin(self, httpserver: HTTPServer) -> None:
        serve: Callable[[], object] = httpserver.start
        if isinstance(httpserver, PreparedHTTPServer):
            httpserver.prepare()
            serve = httpserver.serve
        self._thread = threading.Thread(target=self._serve, args=(serve,))
        self._thread.name = f"HTTPServer {self._thread.name}"
        self._thread.start()

    def _mark_running(self) -> None:
        # The serving thread writes `interrupt` and then reads `running`; here it is the other way
        # round, so an early end is seen by at least one of the two.
        self.running = True
        if self.interrupt is not None:
            self.running = False
            raise self.interrupt

    def _serve(self, serve: Callable[[], object]) -> None:
        try:
            serve()
        except BaseException as error:  # noqa: BLE001 - a thread has no caller: wait() and the bus are told
            self.interrupt = error
            self._ended.set()
            if self.running:
                self._give_up(error)

    def _give_up(self, error: BaseException) -> None:
        """Take the bus down with the server."""
        if isinstance(error, KeyboardInterrupt):
            self.bus.log("<Ctrl-C> hit: shutting down HTTP server")
        elif isinstance(error, SystemExit):
            self.bus.log("SystemExit raised: shutting down HTTP server")
        else:
            self.bus.log("Error in HTTP server: shutting down", level=ERROR, traceback=True)
        self.bus.exit()

    def _join(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None or thread is threading.current_thread():
            return
        thread.join(JOIN_TIMEOUT)
        if thread.is_alive():
            self.bus.log(
                f"HTTP Server {self.httpserver} did not end in {JOIN_TIMEOUT} s", level=ERROR
            )
