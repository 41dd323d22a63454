"""Whether a text may stand in a header field, and how field names are written.

`check_field` is the only judge: names, values, reason phrases and urls for `Location` go through
it at the moment they are set, so that nobody can end a header line early.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from cherrypy_httputil.limits import CACHED_NAME_LENGTH, CACHED_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable

V = TypeVar("V")

_forbidden_text = re.compile(r"[\r\n\0]").search
_forbidden_bytes = re.compile(rb"[\r\n\0]").search


def check_field(value: object) -> None:
    """Accept a field name or value, or refuse it.

    Args:
        value: A text, bytes, a list or tuple of them, or anything else by what `str()` makes of it.

    Raises:
        ValueError: If it has a CR, LF or NUL (RFC 9110, section 5.5).
    """
    # These are the usual cases, and isprintable() is much cheaper than a search.
    if (type(value) is str and value.isprintable()) or type(value) is int:
        return
    if isinstance(value, (list, tuple)):
        for item in value:
            check_field(item)
    elif _forbidden_bytes(value) if isinstance(value, bytes) else _forbidden_text(str(value)):
        raise ValueError(
            f"{value!r} has a CR, LF or NUL: header fields and status lines are one line of text"
        )


class NameCache(dict[str, V]):
    """What was made of a field name, remembered.

    A name that is there costs no call. Clients choose names, so the size is bounded, and nothing
    is promised about what stays.
    """

    def __init__(self, make: Callable[[str], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> V:
        value = self._make(name)
        if type(name) is str and len(name) <= CACHED_NAME_LENGTH:
            if len(self) >= CACHED_NAMES:
                self.clear()
            self[name] = value
        return value


def title(key: object) -> str:
    """Return `key` as names are kept: `str(key).title()`, and of bytes their ISO-8859-1 text."""
    return titles[key]  # type: ignore[index]  # a key that is no text is never remembered


def field_name(key: object) -> str:
    """Return `key` as names are kept.

    Raises:
        ValueError: If it has a CR, LF or NUL.
    """
    return names[key]  # type: ignore[index]  # a key that is no text is never remembered


def _title(key: object) -> str:
    text = key.decode("iso-8859-1") if isinstance(key, bytes) else str(key)
    return text.title()


def _checked_title(key: object) -> str:
    name = _title(key)
    check_field(name)
    return name


titles = NameCache(_title)
"""Any key, as names are kept."""

names = NameCache(_checked_title)
"""A key that may be a field name, as names are kept."""
