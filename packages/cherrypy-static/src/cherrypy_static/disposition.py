"""Write a Content-Disposition field (RFC 6266) that every client reads the same way.

A file name comes from users often enough: it may not end the quoted string, the field, or the
directory that a client saves into.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\\u0085\u2028\u2029]")
ATTRIBUTE_SAFE = "!#$&+.^_`|~-"
"""Characters that stand for themselves in an extended parameter (RFC 8187, 3.2.1)."""


def content_disposition(disposition: str, name: str | None = None) -> str:
    """Return the field value for `disposition`, with `name` as the file name if there is one.

    A name that is not plain ASCII is given twice: reduced to ASCII for old clients, and in UTF-8
    (RFC 8187). Control characters and slashes in it become underscores.

    Raises:
        ValueError: `disposition` is not one word, such as `attachment` or `inline`.

    Examples:
        >>> content_disposition("attachment", "a b.txt")
        'attachment; filename="a b.txt"'
        >>> content_disposition("inline")
        'inline'
    """
    if not TOKEN.fullmatch(disposition):
        raise ValueError(f"{disposition!r} is no disposition: use 'attachment' or 'inline'")
    if name is None:
        return disposition
    safe = UNSAFE.sub("_", name)
    plain = safe if safe.isascii() else _reduced(safe)
    quoted = re.sub(r'(["\\])', r"\\\1", plain)
    value = f'{disposition}; filename="{quoted}"'
    if plain == safe and "%" not in safe:
        return value
    return f"{value}; filename*=UTF-8''{quote(safe, ATTRIBUTE_SAFE, errors='replace')}"


def _reduced(name: str) -> str:
    """Return `name` in ASCII: letters lose their marks, other characters become underscores."""
    parts = unicodedata.normalize("NFKD", name)
    kept = "".join(part for part in parts if not unicodedata.combining(part))
    return re.sub(r"[^\x20-\x7e]|[/\\]", "_", kept)
