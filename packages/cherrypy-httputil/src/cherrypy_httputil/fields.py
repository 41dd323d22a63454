"""Whether a text may stand in a header field, and how field names are written.

`check_field` is the only judge: names, values, reason phrases and urls for `Location` go through it
at the moment they are set, so that nobody can end a header line early.
"""

import re
from functools import lru_cache

from cherrypy_httputil.limits import CACHED_NAME_LENGTH, CACHED_NAMES

_forbidden_text = re.compile(r"[\r\n\0]").search
_forbidden_bytes = re.compile(rb"[\r\n\0]").search


def check_field(value: object) -> None:
    """Accept a field name or value, or refuse it.

    Args:
        value: A text, bytes, a list or tuple of them, or anything else by what `str()` makes of it.

    Raises:
        ValueError: If it has a CR, LF or NUL (RFC 9110, section 5.5).
    """
    if isinstance(value, (list, tuple)):
        for item in value:
            check_field(item)
    elif _is_broken(value):
        raise ValueError(
            f"{value!r} has a CR, LF or NUL: header fields and status lines are one line of text"
        )


def _is_broken(value: object) -> bool:
    if isinstance(value, bytes):
        return _forbidden_bytes(value) is not None
    text = str(value)
    # A printable text is the usual case, and isprintable() is much cheaper than a search.
    return not text.isprintable() and _forbidden_text(text) is not None


def title(key: object) -> str:
    """Return `key` as names are kept: `str(key).title()`, of bytes their ISO-8859-1 text."""
    name = key if type(key) is str else _text(key)
    return _title(name) if len(name) <= CACHED_NAME_LENGTH else name.title()


def field_name(key: object) -> str:
    """Return `key` as names are kept.

    Raises:
        ValueError: If it has a CR, LF or NUL.
    """
    name = title(key)
    check_field(name)
    return name


def _text(key: object) -> str:
    return key.decode("iso-8859-1") if isinstance(key, bytes) else str(key)


@lru_cache(maxsize=CACHED_NAMES)
def _title(name: str) -> str:
    return name.title()
