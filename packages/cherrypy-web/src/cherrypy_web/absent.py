"""An attribute that is there as soon as somebody has set it; until then, it says who would."""

from __future__ import annotations

from typing import Any

__all__ = ["Absent"]


class Absent:
    """A descriptor for an attribute of instances that is not there yet.

    Args:
        advice: What to do to have it.

    Raises:
        AttributeError: Somebody asked for it.
    """

    def __init__(self, advice: str) -> None:
        self._advice = advice

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        raise AttributeError(f"there is no {self._name!r} here: {self._advice}")
