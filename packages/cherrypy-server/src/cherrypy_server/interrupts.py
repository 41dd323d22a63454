"""Ctrl-C at a bad moment: it waits until a server that is being started can be stopped again.

Rule: only short work goes into such a block, for meanwhile nobody can interrupt it.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def interrupts_later() -> Iterator[None]:
    """Raise the KeyboardInterrupt of a SIGINT at the end of the block instead of within it.

    It changes nothing in other threads, which get none, nor where SIGINT has a handler of its own.

    Raises:
        KeyboardInterrupt: There was a SIGINT, and the block raised nothing.
    """
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    seen: list[int] = []
    signal.signal(signal.SIGINT, lambda signum, _: seen.append(signum))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if seen:
        raise KeyboardInterrupt
