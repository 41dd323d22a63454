"""What is told to the one at the terminal, without a traceback."""

from __future__ import annotations

__all__ = ["CommandError"]


class CommandError(Exception):
    """The command cannot do what it was told to; the text says why, and what to write instead."""
