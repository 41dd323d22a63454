"""How long things took, counted in a fixed amount of memory.

A time is not kept: it adds one to the bucket that it falls into. The bounds of the buckets grow by
a constant factor, so that what is read from them is equally exact for a microsecond and for a
minute. Nothing here locks: whoever lets several threads record has a lock already.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import accumulate, pairwise
from math import ceil, sqrt
from operator import add, sub
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

BUCKETS_PER_OCTAVE = 8
"""Each bucket is 9 % wide, so its middle is at most 4.5 % beside what is in it."""

OCTAVES = 25
"""From ten microseconds to five and a half minutes."""

BOUNDS = tuple(
    1e-5 * 2 ** (i / BUCKETS_PER_OCTAVE) for i in range(OCTAVES * BUCKETS_PER_OCTAVE + 1)
)
"""The upper bounds of the buckets, in seconds."""


class LatencyHistogram:
    """Counts of times, in buckets.

    Args:
        bounds: The upper bounds of the buckets in seconds, inclusive, in ascending order. One
            more bucket takes what is beyond the last.

    Attributes:
        counts: How many times fell into each bucket, and beyond the last bound.
        total: Their sum, in seconds.
        maximum: The longest one, in seconds.

    Raises:
        ValueError: The bounds are not positive and ascending.

    Examples:
        >>> histogram = LatencyHistogram(bounds=[0.1, 1.0])
        >>> for seconds in (0.05, 0.5, 0.5, 3.0):
        ...     histogram.record(seconds)
        >>> list(histogram.counts), histogram.maximum, histogram.percentile(100)
        ([1, 2, 1], 3.0, 3.0)
    """

    __slots__ = ("bounds", "counts", "maximum", "total")

    def __init__(self, bounds: Sequence[float] = BOUNDS) -> None:
        if not bounds or bounds[0] <= 0 or any(a >= b for a, b in pairwise(bounds)):
            raise ValueError(f"the bounds must be positive and ascending, not {bounds!r}")
        self.bounds: Sequence[float] = bounds
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.counts: array[int] = array("Q", bytes(8 * (len(self.bounds) + 1)))
        self.total: float = 0.0
        self.maximum: float = 0.0

    @property
    def count(self) -> int:
        """How many times were recorded."""
        return sum(self.counts)

    def record(self, seconds: float) -> None:
        """Count one time."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds
        self.maximum = max(self.maximum, seconds)

    def record_all(self, times: Iterable[float]) -> None:
        """Count many times at once, at a small part of the cost."""
        ascending = sorted(times)
        if not ascending:
            return
        below = [bisect_right(ascending, bound) for bound in self.bounds]
        found = map(sub, [*below, len(ascending)], [0, *below])
        self.counts = array("Q", map(add, self.counts, found))
        self.total += sum(ascending)
        self.maximum = max(self.maximum, ascending[-1])

    def merge(self, other: LatencyHistogram) -> None:
        """Add what another histogram with the same bounds counted.

        Raises:
            ValueError: It has other bounds.
        """
        if other.bounds != self.bounds:
            raise ValueError("histograms with different bounds cannot be added")
        self.counts = array("Q", map(add, self.counts, other.counts))
        self.total += other.total
        self.maximum = max(self.maximum, other.maximum)

    def percentile(self, percent: float) -> float | None:
        """Return the time that `percent` of all times did not exceed, in seconds.

        It is the middle of a bucket, never more than the longest time; None if there is none.

        Raises:
            ValueError: `percent` is not between 0 and 100.
        """
        if not 0 <= percent <= 100:  # noqa: PLR2004
            raise ValueError(f"a percentile is between 0 and 100, not {percent!r}")
        count = self.count
        if not count:
            return None
        wanted = max(ceil(count * percent / 100), 1)
        sums = accumulate(self.counts)
        return self._middle(next(i for i, below in enumerate(sums) if below >= wanted))

    def cumulative(self) -> Iterator[tuple[float, int]]:
        """Yield each bound with the number of times that did not exceed it."""
        yield from zip(self.bounds, accumulate(self.counts), strict=False)

    def _middle(self, bucket: int) -> float:
        if bucket == len(self.bounds):
            return self.maximum
        upper = self.bounds[bucket]
        middle = sqrt(self.bounds[bucket - 1] * upper) if bucket else upper / 2
        return min(middle, self.maximum)
