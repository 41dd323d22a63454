"""Who runs the clean-up of a store: anything that calls a function again and again."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

log: logging.Logger = logging.getLogger("cherrypy_sessions")


class Scheduler(Protocol):
    """Calls a function at intervals, starting one interval from now.

    Examples:
        >>> def at_once(task, frequency, name):
        ...     task()
        >>> scheduler: Scheduler = at_once
        >>> scheduler(lambda: print("what has expired is removed"), 300, "Session cleanup")
        what has expired is removed
    """

    def __call__(self, task: Callable[[], object], frequency: float, name: str) -> Any:
        """Call `task` every `frequency` seconds; return whatever stands for that."""


def daemon_thread(task: Callable[[], object], frequency: float, name: str) -> threading.Thread:
    """Call a function every so many seconds, until the process ends.

    Examples:
        >>> thread = daemon_thread(print, 3600, "Session cleanup")
        >>> thread.name, thread.daemon
        ('Session cleanup', True)
    """

    def run() -> None:
        while True:
            time.sleep(frequency)
            try:
                task()
            except Exception:
                log.exception("%s failed; it will be tried again.", name)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
