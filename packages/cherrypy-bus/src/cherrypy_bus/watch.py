"""Report the listener that keeps a bus from stopping.

Rule: it only looks, from a thread of its own. Publishing pays nothing for it: which listener runs
is read from the stack of the thread that publishes.
"""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Self

from cherrypy_bus.channels import Channels
from cherrypy_bus.failures import name_of

_PUBLISHING = frozenset(
    {
        Channels.publish.__code__,
        Channels._finish.__code__,  # noqa: SLF001 - the two loops that hold a listener
    }
)
_GOODBYE = 1.0
WARNING = 30


class Watch:
    """Tell, again and again, which listener of this thread is still running.

    It begins when it is told to, and is over at the end of the block.

    Args:
        channel: The channel that is published.
        seconds: How long the listeners may take together before the one that runs is reported; 0
            for ever.
        log: What to call with the message and its level.
    """

    def __init__(self, channel: str, seconds: float, log: Callable[[str, int], None]) -> None:
        self.channel = channel
        self.seconds = seconds
        self.log = log
        self._over = threading.Event()
        self._watched = threading.get_ident()
        self._thread = threading.Thread(target=self._run, name=f"Watch {channel}", daemon=True)

    def begin(self) -> None:
        """Watch from now on; do nothing if it is over, or has begun."""
        if self.seconds > 0 and not self._over.is_set():
            # A process that is ending already cannot have new threads, and needs no report.
            with contextlib.suppress(RuntimeError):
                self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(_GOODBYE)  # not for ever: it may be stuck in the log

    def _run(self) -> None:
        waited = self.seconds
        while not self._over.wait(self.seconds):
            self._report(waited)
            waited += self.seconds

    def _report(self, waited: float) -> None:
        innermost = sys._current_frames().get(self._watched)  # noqa: SLF001 - documented
        for frame in _stack(innermost):
            if frame.f_code in _PUBLISHING and frame.f_locals.get("channel") == self.channel:
                listener = name_of(frame.f_locals["listener"])
                self.log(
                    f"{self.channel!r} listener {listener} has not returned; the bus has waited "
                    f"{waited:g} s and it is at {_place(innermost)}.",
                    WARNING,
                )
                return


def _stack(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _place(frame: FrameType | None) -> str:
    if frame is None:
        return "an unknown place"
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
