"""Whether a text may stand in a header field, and how field names are written.

`check_field` is the only judge: names, values, reason phrases and urls for `Location` go through
it at the moment they are set, so that nobody can end a header line early. A name has to be a token
besides, which `field_name` sees to.
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
_is_token = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch


def check_field(value: object) -> None:
    r"""Accept a field name or value, or refuse it.

    Args:
        value: A text, bytes, a list or tuple of them, or anything else by what `str()` makes of it.

    Raises:
        ValueError: If it has a CR, LF or NUL (RFC 9110, section 5.5).

    Examples:
        >>> check_field("text/plain")
        >>> check_field("/\r\nSet-Cookie: stolen=1")
        Traceback (most recent call last):
        ValueError: ... has a CR, LF or NUL: header fields and status lines are one line of text
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
    """Return `key` as names are kept: ASCII letters, digits and a few signs, in title case.

    Raises:
        ValueError: If it is no token (RFC 9110, section 5.6.2). It may not be empty, nor have a
            space, a control character, a delimiter such as a colon, or what is not ASCII.

    Examples:
        >>> field_name("content-type")
        'Content-Type'
        >>> field_name("content type")
        Traceback (most recent call last):
        ValueError: 'content type' is not a field name: ...
    """
    return names[key]  # type: ignore[index]  # a key that is no text is never remembered


def _text(key: object) -> str:
    return key.decode("iso-8859-1") if isinstance(key, bytes) else str(key)


def _title(key: object) -> str:
    return _text(key).title()


def _token(key: object) -> str:
    text = _text(key)
    check_field(text)
    if not _is_token(text):
        raise ValueError(
            f"{text!r} is not a field name: it has to be made of ASCII letters, digits and "
            "!#$%&'*+-.^_`|~"
        )
    return text


def _checked_title(key: object) -> str:
    # Judged before the case changes, which makes ASCII of some other letters.
    return _token(key).title()


titles: NameCache[str] = NameCache(_title)
"""Any key, as names are kept."""

names: NameCache[str] = NameCache(_checked_title)
"""A key that may be a field name, as names are kept."""

tokens: NameCache[str] = NameCache(_token)
"""A field name as it is sent, in the case that it came in."""
