"""Text as it stands in HTML."""

from __future__ import annotations

__all__ = ["escape"]


def escape(text: str) -> str:
    """Return a text with ``&``, ``<``, ``>`` and quotes replaced; see `html.escape`."""
    from html import escape as escaped  # noqa: PLC0415 - with it come all names of characters

    return escaped(text)
