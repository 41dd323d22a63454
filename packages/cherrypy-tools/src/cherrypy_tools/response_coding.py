"""Compress response bodies by the coding that the client likes best: the `compress` tool.

It is the sibling of `gzip`, which keeps to its documented ways, for sites that have Brotli or
Zstandard; one of the two tools is enough. What is said there of Vary and of entity-tags holds here.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError
from cherrypy_tools.codings import CODINGS, checked_level, installed
from cherrypy_tools.compression import (
    FIRST_ERROR,
    MAX_HEADER,
    NOT_MODIFIED,
    encode_body,
    is_eligible,
)
from cherrypy_tools.preferences import preferences
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

MIME_TYPES = (
    "text/*",
    "application/*+json",
    "application/*+xml",
    "application/javascript",
    "application/json",
    "application/xml",
    "image/svg+xml",
)
"""What usually gets smaller."""

MIN_SIZE = 500
"""Bytes below which a body gets hardly smaller, if it does."""

ALIASES = {"x-gzip": "gzip"}


class ResponseCompressor:
    """Compress bodies by the coding that the client gives the highest quality.

    Args:
        codings: Names out of `br`, `zstd` and `gzip`, the best first; by default those that can be
            used here, in this order.
        mime_types: Patterns: `type/subtype`, `type/*`, `type/*+suffix`. Only its own name stands
            for `text/event-stream`.
        levels: Levels of codings, where others are wanted than 4 for `br`, 3 for `zstd` and 5 for
            `gzip`.
        min_size: The bytes of the smallest body to compress. A stream has no known size.
        debug: Report decisions at INFO.

    Raises:
        ValueError: A coding is unknown, or a level is none of its levels.
        ImportError: A coding in `codings` needs a library that is not installed.

    Examples:
        >>> from webob import Request, Response
        >>> compress = ResponseCompressor(["gzip"], min_size=100)
        >>> response = Response("text " * 100, content_type="text/plain")
        >>> compress(Request.blank("/", headers={"Accept-Encoding": "gzip"}), response)
        >>> response.headers["Content-Encoding"], len(response.body) < 100
        ('gzip', True)
    """

    def __init__(
        self,
        codings: Sequence[str] | None = None,
        mime_types: Sequence[str] = MIME_TYPES,
        levels: Mapping[str, int] | None = None,
        min_size: int = MIN_SIZE,
        debug: bool = False,
    ) -> None:
        self._levels = _usable(installed() if codings is None else codings, levels or {})
        self._offered = tuple(self._levels)
        self._mime_types = tuple(mime_types)
        self._min_size = min_size
        self._debug = debug

    def __call__(self, request: RequestMessage, response: ResponseMessage) -> None:
        """Do what `compress_response` does."""
        if not is_eligible(response, self._mime_types) or _is_small(response, self._min_size):
            kind = response.headers.get("Content-Type")
            trace(log, self._debug, "not compressible: %s", kind)
            return
        set_vary_header(response, "Accept-Encoding")
        accepted = request.headers.get("Accept-Encoding")
        chosen = None
        try:
            chosen = accepted and choose_coding(accepted[:MAX_HEADER], self._offered)
        except HTTPError:
            if response.status_code < FIRST_ERROR:
                raise
        trace(log, self._debug, "Accept-Encoding %r: %s", accepted, chosen or "plain")
        if chosen:
            encode_body(request, response, CODINGS[chosen], self._levels[chosen])


def compress_response(
    request: RequestMessage,
    response: ResponseMessage,
    codings: Sequence[str] | None = None,
    mime_types: Sequence[str] = MIME_TYPES,
    levels: Mapping[str, int] | None = None,
    min_size: int = MIN_SIZE,
    debug: bool = False,
) -> None:
    """Compress the body by the coding that the client gives the highest quality.

    Nothing is compressed when the client sends no Accept-Encoding or prefers the plain body; nor
    when the response is already encoded, is a part or has no body, or says `no-transform`.

    Args:
        request: The request; Accept-Encoding is read.
        response: The response, with its Content-Type set.
        codings: This and the other options are those of a `ResponseCompressor`.
        mime_types: See there.
        levels: See there.
        min_size: See there.
        debug: See there.

    Raises:
        ValueError: A coding is unknown, or a level is none of its levels.
        ImportError: A coding in `codings` needs a library that is not installed.
        HTTPError: 406 if the client refuses the plain body and accepts no coding, 400 if a quality
            is no number. A response that is an error itself is sent plain then.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Accept-Encoding": "br;q=0, gzip"})
        >>> response = Response("text " * 1000, content_type="text/plain")
        >>> compress_response(request, response, ["br", "gzip"], levels={"gzip": 9})
        >>> response.headers["Content-Encoding"]
        'gzip'
    """
    ResponseCompressor(codings, mime_types, levels, min_size, debug)(request, response)


@lru_cache(maxsize=256)
def choose_coding(accept_encoding: str, offered: tuple[str, ...]) -> str | None:
    """Return which of the offered codings a client likes best, or None for the plain body.

    Args:
        accept_encoding: The field value.
        offered: The names; where two have the same quality, the first one is taken.

    Raises:
        HTTPError: 406 if it takes neither a coding nor the plain body, 400 if a quality is no
            number (RFC 9110, 12.5.3).

    Examples:
        >>> choose_coding("gzip;q=0.5, br", ("zstd", "br", "gzip"))
        'br'
        >>> choose_coding("gzip;q=0.1, identity", ("gzip",))
    """
    qualities: dict[str, float] = {}
    for name, quality in preferences("Accept-Encoding", accept_encoding):
        qualities.setdefault(ALIASES.get(name.lower(), name.lower()), quality)
    others = qualities.get("*", 0)
    # The plain body is worth less than a coding unless the client says what it is worth.
    plain = qualities.get("identity", 0 if qualities.get("*") == 0 else None)
    best, quality = _best({name: qualities.get(name, others) for name in offered})
    if best is not None and quality >= (plain or 0):
        return best
    if plain == 0:
        raise HTTPError(406, "identity, " + ", ".join(offered))
    return None


def _best(qualities: Mapping[str, float]) -> tuple[str | None, float]:
    name = max(qualities, key=qualities.__getitem__, default=None)
    if name is None or qualities[name] <= 0:
        return None, 0
    return name, qualities[name]


def _usable(codings: Sequence[str], levels: Mapping[str, int]) -> dict[str, int]:
    """Return the levels of codings, once each has shown that its library is there."""
    for name in (*codings, *levels):
        if name not in CODINGS:
            raise ValueError(f"{name!r} is no coding: use some of {', '.join(CODINGS)}")
    for name, level in levels.items():
        checked_level(name, level)
    chosen = {name: levels.get(name, CODINGS[name].level) for name in codings}
    for name, level in chosen.items():
        CODINGS[name].make(level)
    return chosen


def _is_small(response: ResponseMessage, min_size: int) -> bool:
    body = response.app_iter
    is_known = isinstance(body, list | tuple) and response.status_code != NOT_MODIFIED
    return is_known and sum(map(len, body)) < min_size
