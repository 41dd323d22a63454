"""The listeners of each channel, in the order in which they are called.

Rule: whoever changes a channel builds a new tuple and puts it in place of the old one, under the
lock. Those who publish read that tuple and take no lock; a message on its way keeps the listeners
that it began with.
"""

import threading
from collections.abc import Iterable, Iterator, MutableMapping
from collections.abc import Set as AbstractSet
from typing import cast

from cherrypy_bus.failures import Listener

DEFAULT_PRIORITY = 50


class Listeners(MutableMapping[str, AbstractSet[Listener]]):
    """The listeners of every channel, ready to be called.

    As a mapping it gives each channel's listeners as a frozen set. Setting an item replaces the
    channel's listeners, at their own priorities; deleting one removes the channel.

    Attributes:
        plans: The listeners of each channel in the order of their priorities. Read it, never change
            it.

    Examples:
        >>> listeners = Listeners(["tick"])
        >>> listeners.add("tick", print, priority=70)
        >>> listeners.add("tick", repr)
        >>> listeners.plans["tick"]
        (<built-in function repr>, <built-in function print>)
    """

    def __init__(self, channels: Iterable[str] = ()) -> None:
        self._lock = threading.RLock()
        self._priorities: dict[str, dict[Listener, float]] = {}
        self.plans: dict[str, tuple[Listener, ...]] = {}
        for channel in channels:
            self[channel] = ()

    def add(self, channel: str, listener: Listener, priority: float | None = None) -> None:
        """Add a listener to a channel, or change its priority there."""
        with self._lock:
            row = self._priorities.setdefault(channel, {})
            row[listener] = _priority(listener) if priority is None else priority
            self._plan(channel)

    def discard(self, channel: str, listener: Listener) -> None:
        """Remove a listener from a channel if it is there."""
        with self._lock:
            if self._priorities.get(channel, {}).pop(listener, None) is not None:
                self._plan(channel)

    def _plan(self, channel: str) -> None:
        row = self._priorities[channel]
        # The sort is stable: among equals the first to subscribe is the first to be called.
        self.plans[channel] = tuple(sorted(row, key=row.__getitem__))

    def __getitem__(self, channel: str) -> frozenset[Listener]:
        return frozenset(self.plans[channel])

    def __setitem__(self, channel: str, listeners: Iterable[Listener]) -> None:
        with self._lock:
            self._priorities[channel] = {listener: _priority(listener) for listener in listeners}
            self._plan(channel)

    def __delitem__(self, channel: str) -> None:
        with self._lock:
            del self.plans[channel]
            del self._priorities[channel]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self.plans))

    def __len__(self) -> int:
        return len(self.plans)

    def __repr__(self) -> str:
        return f"Listeners({self.plans!r})"


def _priority(listener: Listener) -> float:
    return cast("float", getattr(listener, "priority", DEFAULT_PRIORITY))
