"""Choose the media type that the client likes best: the `accept` tool.

The answer is always one of the strings that the application offers, never one that was sent.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError
from cherrypy_tools.media import matches, media_type
from cherrypy_tools.preferences import preferences
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log = logging.getLogger(__name__)


def accept(
    request: RequestMessage,
    response: ResponseMessage,
    media: str | Sequence[str] | None = None,
    debug: bool = False,
) -> str | None:
    """Return the member of `media` that the client prefers (RFC 9110, 12.5.1).

    The client's preference counts first, then the order of `media`. Parameters other than `q` are
    not looked at. A client without an Accept field takes anything.

    Args:
        request: The request; Accept is read.
        response: The response; Vary gets `Accept`.
        media: A media type, or several, that the resource can emit; None tests nothing.
        debug: Report the decision at INFO.

    Raises:
        HTTPError: 406 if the client accepts none of `media`.

    Example:
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
    kinds = {name: media_type(name) for name in offered}
    taken = {name: kind for name, kind in kinds.items() if _quality(kind, ranges) > 0}
    for pattern, quality in ranges:
        for name, kind in taken.items():
            if quality > 0 and matches(kind, pattern):
                return name
    return None


def _quality(kind: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality that the most specific of the matching `ranges` gives to `kind`, or 0."""
    matching = [(("*" not in p) + (p != "*/*"), q) for p, q in ranges if matches(kind, p)]
    return max(matching, default=(0, 0.0))[1]


def _not_acceptable(accepted: str | None, offered: tuple[str, ...]) -> HTTPError:
    return HTTPError(
        406,
        f"Your client sent this Accept header: {accepted}. "
        f"But this resource only emits these media types: {', '.join(offered)}.",
    )
