"""What a second signal does: it ends the process, whatever the first one is waiting for.

Rule: the second signal must work even if no Python code runs any more. So it is given back to the
system, which kills the process with the status that the shell knows: 128 + the number of the
signal.
"""

import os
import signal
import threading
from types import TracebackType
from typing import Self

INIT = 1


def let_the_next_kill(signum: int) -> bool:
    """Give a signal back to the system, so that the next one kills the process.

    Args:
        signum: The number of the signal.

    Returns:
        Whether that will work. It needs the main thread; and the system does not kill process 1 of
        a container.
    """
    if os.getpid() == INIT or threading.current_thread() is not threading.main_thread():
        return False
    signal.signal(signum, signal.SIG_DFL)
    return True


class Interrupts:
    """Put the handler of SIGINT back at the end of a block, if it was changed."""

    def __init__(self) -> None:
        self._changed = False

    def __enter__(self) -> Self:
        return self

    def next_one_kills(self) -> None:
        """Let the next interrupt kill, unless the program has a handler of its own."""
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._changed = let_the_next_kill(signal.SIGINT)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._changed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
