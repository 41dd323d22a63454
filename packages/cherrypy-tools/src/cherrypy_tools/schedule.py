"""Who runs the clean-up of a cache: anything that calls a function again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Scheduler(Protocol):
    """Calls a function at intervals, starting one interval from now.

    Examples:
        >>> def at_once(task, frequency, name):
        ...     task()
        >>> scheduler: Scheduler = at_once
        >>> scheduler(lambda: print("what has ended is removed"), 0.1, "expire_cache")
        what has ended is removed
    """

    def __call__(self, task: Callable[[], object], frequency: float, name: str) -> Any:
        """Call `task` every `frequency` seconds; return whatever stands for that."""
        ...
