"""Who runs the clean-up of a cache: anything that calls a function again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Scheduler(Protocol):
    """Calls a function at intervals, starting one interval from now."""

    def __call__(self, task: Callable[[], object], frequency: float, name: str) -> Any:
        """Call `task` every `frequency` seconds; return whatever stands for that."""
        ...
