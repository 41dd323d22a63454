"""Recorders in a process that forks while its threads record.

The child has the memory, and none of the other threads. What one of these was about to write must
be written before, or the child finds a lock that nobody ever releases.
"""

from __future__ import annotations

import os
import weakref
from threading import Lock
from typing import Protocol

__all__ = ["tell_of_forks"]


class Told(Protocol):
    """What is told of each fork of its process."""

    def before_fork(self) -> None:
        """Let nothing be half written."""
        ...

    def after_fork(self, *, is_child: bool) -> None:
        """Go on."""
        ...


_lock = Lock()
_told: weakref.WeakSet[Told] = weakref.WeakSet()
_held: list[Told] = []


def tell_of_forks(one: Told) -> None:
    """Tell an object of each fork from now on, as long as it lives."""
    with _lock:
        _told.add(one)


def _before() -> None:
    _lock.acquire()
    _held.extend(_told)
    for one in _held:
        one.before_fork()


def _after(*, is_child: bool) -> None:
    while _held:
        _held.pop().after_fork(is_child=is_child)
    _lock.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_before,
        after_in_parent=lambda: _after(is_child=False),
        after_in_child=lambda: _after(is_child=True),
    )
