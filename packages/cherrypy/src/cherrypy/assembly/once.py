"""What a process has one of, made when it is first asked for."""

from __future__ import annotations

from functools import cache, wraps
from threading import RLock
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["once"]

T = TypeVar("T")


def once(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that returns what another one made, at its first call in any thread.

    With `functools.cache` alone, threads that come at the same time each get one of their own.

    Args:
        make: Makes it. Where it raises, the next call tries again.
    """
    lock, made = RLock(), cache(make)

    @cache
    @wraps(make)
    def get() -> T:
        with lock:
            return made()

    return get
