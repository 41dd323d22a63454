"""The bus: what the main thread does with the state machine.

Rule: only the main thread blocks, joins and replaces the process; others ask it to by changing the
state.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cherrypy_bus import reexec
from cherrypy_bus.failures import ChannelFailures
from cherrypy_bus.interrupts import Interrupts
from cherrypy_bus.machine import Machine
from cherrypy_bus.states import State


class Bus(Machine):
    """Run a process: tell its parts when to start, stop, reload and end.

    All listeners of a channel are called even if some fail; each failure is logged. ``SystemExit``
    from a listener ends everything at once.

    Attributes:
        states: The states, by name: ``bus.states.STARTED``.
        listeners: A mapping of channel names to sets of listeners.
        execv: Whether ``block`` starts the program anew once the bus has exited.
        max_cloexec_files: Up to which number descriptors are looked for before the program is
            started anew, on systems that do not list the open ones.
        survivors: Descriptors that the new program inherits, such as listening sockets.
        directory: The working directory for the new program: the one in which the bus was made.
        stuck_after: Seconds after which a listener that keeps the bus from stopping is reported by
            name; 0 turns the reports off.
        join_timeout: Seconds for which ``block`` waits for the threads that are left; None waits
            for ever.

    Examples:
        >>> bus = Bus()
        >>> bus.subscribe("start", lambda: "ready")
        >>> bus.start()
        >>> bus.state
        states.STARTED
        >>> bus.exit()
    """

    max_cloexec_files = 20_000
    join_timeout: float | None = 60.0

    def __init__(self) -> None:
        super().__init__()
        self.survivors: set[int] = set()
        self.directory: Path = Path.cwd()

    def start_with_callback(
        self,
        func: Callable[..., object],
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
    ) -> threading.Thread:
        """Start the bus, and call a function in a new thread once it has started.

        Args:
            func: The function; it is not called if the bus does not start. The thread begins once
                the start listeners are through, for one of them may fork.
            args: Its positional arguments.
            kwargs: Its keyword arguments.

        Returns:
            The thread, which runs.

        Raises:
            ChannelFailures: As for ``start``.
        """

        def call() -> None:
            self.wait((State.STARTED, State.STOPPED, State.EXITING))  # another thread may start it
            if self.state is State.STARTED:
                func(*(args or ()), **(kwargs or {}))

        thread = threading.Thread(target=call)
        thread.name = f"Bus Callback {thread.name}"
        self.start()
        thread.start()
        return thread

    def block(self, interval: float = 0.1) -> None:
        """Wait until the bus has exited, then for all threads; then restart if that was asked for.

        Only the main thread calls this. ``KeyboardInterrupt`` and ``SystemExit`` make the bus exit;
        a second interrupt kills the process.

        Args:
            interval: Seconds between two messages on the ``main`` channel.

        Raises:
            SystemExit: It was raised in the main thread, or by a stop or exit listener.
            ChannelFailures: A listener of ``main``, ``stop`` or ``exit`` failed. The bus has exited
                all the same.
        """
        with Interrupts() as interrupts:
            try:
                self.wait(State.EXITING, interval=interval, channel="main")
            except KeyboardInterrupt:
                interrupts.next_one_kills()
                self.execv = False  # who presses Ctrl-C wants it to end, not to begin anew
                self.log("Keyboard Interrupt: shutting down bus")
                self._end()
            except SystemExit:
                self.log("SystemExit raised: shutting down bus")
                self._end()
                raise
            except Exception:
                self.log("Error in the main loop: shutting down bus", 40, traceback=True)
                self._end()
                raise
            self._finish_process()

    def _end(self) -> None:
        with contextlib.suppress(ChannelFailures, SystemExit):  # _finish_process raises it
            self.exit()
        self._settle()

    def _finish_process(self) -> None:
        self._settle()
        self._join_threads()
        if self.execv:
            self._do_execv()
        if self._failure is not None:
            raise self._failure

    def _join_threads(self) -> None:
        self.log("Waiting for child threads to terminate...")
        timeout = self.join_timeout
        deadline = None if timeout is None else time.monotonic() + timeout
        for thread in threading.enumerate():
            if thread.daemon or thread in (threading.current_thread(), threading.main_thread()):
                continue
            self.log(f"Waiting for thread {thread.name}.")
            thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                self.log(f"Thread {thread.name} still runs after {timeout:g} s.", 40)

    def _do_execv(self) -> None:
        """Replace this process by a new run of the program."""
        arguments = reexec.command_line()
        self.log(f"Re-spawning {' '.join(arguments)}")
        os.chdir(self.directory)
        reexec.close_on_exec(self.max_cloexec_files, self.survivors)
        reexec.flush_streams()
        if not self.execv:  # a signal came meanwhile, and the new program would not know
            return
        os.execv(arguments[0], reexec.quoted(arguments))  # noqa: S606 - our own arguments
