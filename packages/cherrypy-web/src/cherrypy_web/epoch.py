"""A counter of changes to what prepared plans are made from and what no comparison would notice.

Config is compared with what it was. Tools are objects that a plan has already called, so a change
to one of them, or to a toolbox, must `advance` the epoch.
"""

from __future__ import annotations

from typing import Final

__all__ = ["EPOCH", "Epoch"]


class Epoch:
    """The number of changes so far."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value: int = 0

    def advance(self) -> None:
        """Make every plan of an earlier epoch stale."""
        self.value += 1


EPOCH: Final = Epoch()
