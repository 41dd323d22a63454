"""Serve files that were compressed beforehand: `style.css.br` in place of `style.css`.

The sibling is another representation of the same resource: the response varies by
Accept-Encoding whether there is a sibling that this client takes or not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil import AcceptElement, HTTPError, header_elements

if TYPE_CHECKING:
    from cherrypy_httputil import RequestMessage
    from cherrypy_static.files import Find, Opened

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


def negotiated(
    request: RequestMessage, original: Opened, name: str, find: Find, headers: dict[str, str]
) -> Opened:
    """Return the file to serve, `original` or a compressed sibling, and close the other.

    Args:
        request: The request; Accept-Encoding is read.
        original: The file that was asked for.
        name: Its name, as `find` takes it.
        find: Opens a sibling.
        headers: Where Vary and Content-Encoding are added.

    Raises:
        HTTPError: 400 if a quality in Accept-Encoding is no number; `original` stays open.
    """
    headers["Vary"] = "Accept-Encoding"
    for coding in codings(request.headers.get("Accept-Encoding", "")[:MAX_HEADER]):
        sibling = _sibling(find, name + SUFFIXES[coding])
        if sibling is None:
            continue
        if sibling.info.st_mtime >= original.info.st_mtime:
            headers["Content-Encoding"] = coding
            original.close()
            return sibling
        sibling.close()
    return original


def _sibling(find: Find, name: str) -> Opened | None:
    try:
        return find(name)
    except (HTTPError, IsADirectoryError):  # the original is there all the same
        return None
