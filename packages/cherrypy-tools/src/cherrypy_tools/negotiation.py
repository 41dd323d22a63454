"""Choose the media type that the client likes best: the `accept` tool.

The answer is always one of the strings that the application offers, never one that was sent.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cherrypy_httputil import HTTPError
from cherrypy_tools.media import matches, media_type
from cherrypy_tools.preferences import preferences
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)


def accept(
    request: RequestMessage,
    response: ResponseMessage,
    media: str | Sequence[str] | None = None,
    debug: bool = False,
) -> str | None:
    """Return the member of `media` that the client prefers (RFC 9110, 12.5.1).

    The most specific range that matches a media type says what it is worth to the client. Among
    those of equal worth the more specific range counts, then the order of `media`. Parameters other
    than `q` are not looked at. A client without an Accept field takes anything.

    Args:
        request: The request; Accept is read.
        response: The response; Vary gets `Accept`.
        media: A media type, or several, that the resource can emit; None tests nothing.
        debug: Report the decision at INFO.

    Raises:
        HTTPError: 406 if the client accepts none of `media`.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Accept": "text/html;q=0.5, application/*"})
        >>> accept(request, Response(), ["text/html", "application/json"])
        'application/json'
    """
    if not media:
        return None
    offered = (media,) if isinstance(media, str) else tuple(media)
    set_vary_header(response, "Accept")
    accepted = request.headers.get("Accept")
    chosen = preferred(accepted, offered) if accepted else offered[0]
    trace(log, debug, "Accept %r: %r of %r", accepted, chosen, offered)
    if chosen is None:
        raise _not_acceptable(accepted, offered)
    return chosen


@lru_cache(maxsize=256)
def preferred(accepted: str, offered: tuple[str, ...]) -> str | None:
    """Return the member of `offered` that the Accept field value `accepted` prefers, or None."""
    ranges = [(pattern.lower(), quality) for pattern, quality in preferences("Accept", accepted)]
    worth = {name: _worth(media_type(name), ranges) for name in offered}
    best = max(offered, key=worth.__getitem__)
    return best if worth[best].quality > 0 else None


class _Worth(NamedTuple):
    quality: float
    precision: int


def _worth(kind: str, ranges: list[tuple[str, float]]) -> _Worth:
    """Return what the most specific one of the matching `ranges` says of `kind`."""
    matching = [(("*" not in p) + (p != "*/*"), q) for p, q in ranges if matches(kind, p)]
    precision, quality = max(matching, default=(0, 0.0))
    return _Worth(quality, precision)


def _not_acceptable(accepted: str | None, offered: tuple[str, ...]) -> HTTPError:
    return HTTPError(
        406,
        f"Your client sent this Accept header: {accepted}. "
        f"But this resource only emits these media types: {', '.join(offered)}.",
    )
