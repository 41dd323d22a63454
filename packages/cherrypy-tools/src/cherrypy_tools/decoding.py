"""Choose what the text of a request is decoded with: the `decode` tool.

The names come from the site's configuration, so a wrong one is the site's mistake and is told at
once; the bytes come from the client, so bytes that do not fit are a 400.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError
from cherrypy_tools.charset import is_charset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def request_charsets(
    attempted: Sequence[str],
    encoding: str | Sequence[str] | None = None,
    default_encoding: str | Sequence[str] = "utf-8",
) -> list[str]:
    """Return the charsets to decode a request with, in the order in which to try them.

    Args:
        attempted: Those that would be tried otherwise; the one that the client declares comes
            first in it.
        encoding: If not None, try only these, whatever the client declares.
        default_encoding: Without `encoding`, try these after the `attempted` ones.

    Raises:
        ValueError: The configuration names something that is no charset.

    Examples:
        >>> request_charsets(["latin-1", "utf-8"], default_encoding="cp1252")
        ['latin-1', 'utf-8', 'cp1252']
        >>> request_charsets(["latin-1", "utf-8"], encoding="utf-8")
        ['utf-8']
    """
    if encoding is not None:
        return _checked(encoding)
    return list(dict.fromkeys([*attempted, *_checked(default_encoding)]))


def decode_body(body: bytes, charsets: Iterable[str]) -> str:
    """Return `body` as text, by the first of `charsets` that fits.

    Raises:
        HTTPError: 400 if none fits; the message names those that were tried.

    Examples:
        >>> decode_body("é".encode("latin-1"), ["utf-8", "latin-1"])
        'é'
    """
    tried: list[str] = []
    for charset in charsets:
        tried.append(charset)
        if is_charset(charset):
            try:
                return body.decode(charset)
            except UnicodeError:
                continue
    raise HTTPError(
        400, f"The request entity could not be decoded. The following charsets were tried: {tried}"
    )


def _checked(names: str | Sequence[str]) -> list[str]:
    listed = [names] if isinstance(names, str) else list(names)
    for name in listed:
        if not is_charset(name):
            raise ValueError(f"{name!r} is no charset: use a name such as 'utf-8'")
    return listed
