"""Serve files that were compressed beforehand: `style.css.br` in place of `style.css`.

The sibling is another representation of the same resource: the response varies by
Accept-Encoding whether there is a sibling that this client takes or not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil import AcceptElement, header_elements

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_static.paths import Found

SUFFIXES = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}
"""The codings that are looked for, the best first, with the endings of their files."""

MAX_HEADER = 1024
"""Characters of an Accept-Encoding field that are looked at."""


@lru_cache(maxsize=256)
def codings(accept_encoding: str) -> tuple[str, ...]:
    """Return the codings in `SUFFIXES` that a client takes, the preferred ones first.

    Those that it likes less than the plain file are left out (RFC 9110, 12.5.3).

    Raises:
        HTTPError: 400 if a quality is no number.
    """
    elements = header_elements("Accept-Encoding", accept_encoding)
    qualities = {e.value.lower(): e.qvalue for e in elements if isinstance(e, AcceptElement)}
    others = qualities.get("*", 0.0)
    liked = {name: qualities.get(name, others) for name in SUFFIXES}
    plain = qualities.get("identity", 0.0)
    taken = [name for name in SUFFIXES if liked[name] > 0 and liked[name] >= plain]
    return tuple(sorted(taken, key=lambda name: -liked[name]))


def compressed_sibling(
    accept_encoding: str, original: Found, find: Callable[[str], Found | None]
) -> tuple[Found, str] | None:
    """Return the sibling of `original` to serve, and its coding; None to serve the original.

    Args:
        accept_encoding: The Accept-Encoding field value; empty if there is none.
        original: The file that was asked for.
        find: Returns what is there if this suffix is added to its name.

    Raises:
        HTTPError: 400 if a quality in `accept_encoding` is no number.
    """
    for coding in codings(accept_encoding[:MAX_HEADER]):
        found = find(SUFFIXES[coding])
        if found and found.is_file and found.info.st_mtime >= original.info.st_mtime:
            return found, coding
    return None
