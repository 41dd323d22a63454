"""What a cache holds, by last use and by end of life, within bounds of number and size.

It knows keys, times and sizes, and no values. Whoever uses it holds a lock.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

K = TypeVar("K")

SLACK = 64
"""Entries that are gone and that the heap may hold still, beside as many as are there."""


class Entry(NamedTuple):
    """When something ends, in seconds since the epoch, and its size in bytes."""

    expires: float
    size: int


class Ledger(Generic[K]):
    """A table of what is kept.

    Attributes:
        size: The sum of all sizes, in bytes.
    """

    def __init__(self) -> None:
        self.size: int = 0
        self._entries: OrderedDict[K, Entry] = OrderedDict()
        self._heap: list[tuple[float, int, K]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, key: K, expires: float, size: int) -> None:
        """Note something as used last."""
        self.remove(key)
        self._entries[key] = Entry(expires, size)
        self.size += size
        self._push(key, expires)
        if len(self._heap) > 2 * len(self._entries) + SLACK:
            self._heap.clear()
            for each, entry in self._entries.items():
                self._push(each, entry.expires)

    def use(self, key: K, now: float) -> bool:
        """Note a use of something that is there and not over; tell whether it is."""
        entry = self._entries.get(key)
        if entry is None or entry.expires <= now:
            return False
        self._entries.move_to_end(key)
        return True

    def is_over(self, key: K, now: float) -> bool:
        """Tell whether something is there and its time is over."""
        entry = self._entries.get(key)
        return entry is not None and entry.expires <= now

    def remove(self, key: K) -> None:
        """Forget something, if it is there."""
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= entry.size

    def due(self, now: float) -> Iterator[K]:
        """Remove and yield what has ended."""
        while self._heap and self._heap[0][0] <= now:
            expires, _, key = heapq.heappop(self._heap)
            entry = self._entries.get(key)
            if entry is not None and entry.expires == expires:
                self.remove(key)
                yield key

    def excess(self, most: int, largest: float) -> Iterator[K]:
        """Remove and yield what was used longest ago, until number and sum of sizes are small."""
        while self._entries and (len(self._entries) > most or self.size > largest):
            key = next(iter(self._entries))
            self.remove(key)
            yield key

    def _push(self, key: K, expires: float) -> None:
        # The count decides between equal times: keys need no order.
        self._count += 1
        heapq.heappush(self._heap, (expires, self._count, key))
