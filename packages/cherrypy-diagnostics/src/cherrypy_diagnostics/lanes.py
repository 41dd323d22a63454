"""What each thread has recorded.

A lane is written by its own thread, so nothing has to be locked, and no count is lost. What is over
is settled by others, under a lock of theirs: they take from the front of a list to whose end its
thread adds. The thread says that it is there by what only it holds, and so that it is gone.
"""

from __future__ import annotations

import threading
import weakref
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Text = str | Sequence[str]

Begun: TypeAlias = "tuple[float, Text, Text]"
"""What is known of a request from its beginning: when that was, its client, and its first line."""

Ended: TypeAlias = "tuple[Begun, float, float, str | None, int, int]"
"""What is known of it in the end.

That is what was known before, the time, the seconds that it took, its status, and how many bytes of
bodies were read and written. Times are in seconds of the epoch.
"""


class _Owner:
    """What only a thread holds."""

    __slots__ = ("__weakref__",)


class Lane:
    """The requests of one thread.

    Args:
        owner: What only that thread holds, as long as it lives.

    Attributes:
        ident: The identity of the thread.
        key: What identifies the request that runs.
        running: What is known of it; None while there is none.
        last: What is known of the one before.
        begun: How many began.
        errors: How many failed.
        bytes_read: Size of what was read of their bodies.
        bytes_written: Size of what was sent of the bodies of their responses.
        times: How long those took that are over, and are not settled yet, in seconds.
        settled: How many are, or were given up.
        seconds: How long these took.
    """

    __slots__ = (
        "_owner",
        "begun",
        "bytes_read",
        "bytes_written",
        "errors",
        "ident",
        "key",
        "last",
        "running",
        "seconds",
        "settled",
        "times",
    )

    def __init__(self, owner: _Owner | None = None) -> None:
        self._owner = None if owner is None else weakref.ref(owner)
        self.ident: int = threading.get_ident()
        self.key: object = None
        self.running: Begun | None = None
        self.last: Ended | None = None
        self.begun: int = 0
        self.errors: int = 0
        self.bytes_read: int = 0
        self.bytes_written: int = 0
        self.settled: int = 0
        self.seconds: float = 0.0
        self.times: list[float] = []

    @property
    def is_left(self) -> bool:
        """Whether its thread is gone."""
        return self._owner is not None and self._owner() is None

    @property
    def total_time(self) -> float:
        """How long those took that are over, in seconds."""
        return self.seconds + sum(self.times)

    @property
    def done(self) -> int:
        """How many are over."""
        return self.settled + len(self.times)

    def settle(self) -> list[float]:
        """Return how long those took that are over since the last time, in seconds."""
        over = self.times.copy()
        del self.times[: len(over)]  # its thread may have gone on
        self.seconds += sum(over)
        self.settled += len(over)
        return over

    def take_over(self, other: Lane) -> None:
        """Add what was counted by a thread that is gone."""
        self.begun += other.begun
        self.errors += other.errors
        self.bytes_read += other.bytes_read
        self.bytes_written += other.bytes_written
        self.settled += other.settled
        self.seconds += other.seconds
        self.times += other.times


class OwnLane(threading.local):
    """The lane of whichever thread asks, in `lane`.

    Args:
        opened: Told of each lane when its thread first asks.
    """

    def __init__(self, opened: Callable[[Lane], object]) -> None:
        self._owner = _Owner()
        self.lane: Lane = Lane(self._owner)
        opened(self.lane)
