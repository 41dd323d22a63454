"""What a process that was forked finds; whatever happens in it, it ends there."""

import os
import warnings
from collections.abc import Callable


def fork() -> int:
    """Fork, though some thread may run that an earlier test began."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def holds_in_child(check: Callable[[], bool]) -> bool:
    """Return whether something holds in a process that is forked."""
    child = fork()
    if child == 0:
        code = 2
        try:
            code = 0 if check() else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


class Forked:
    """A process that was forked, and waits until it is told to end."""

    def __init__(self) -> None:
        mine, other = os.pipe()
        self._pipe = other
        self._process = fork()
        if self._process == 0:
            os.close(other)
            os.read(mine, 1)
            os._exit(0)
        os.close(mine)

    def end(self) -> None:
        os.close(self._pipe)
        os.waitpid(self._process, 0)
