"""How long the running response stays fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cherrypy_tools
from cherrypy_serving import ambient

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["expires"]


def _expires(
    request: Any,
    response: Any,
    secs: float | timedelta = 0,
    force: bool = False,
    debug: bool = False,
) -> None:
    """Set ``Expires``, and forbid caching if the response expires at once.

    Args:
        request: The running request.
        response: Its response.
        secs: Seconds from the beginning of the response until it expires.
        force: Set it even where the response says something about its freshness already.
        debug: Report the decision.
    """
    cherrypy_tools.expires(request, response, secs, force, debug, now=response.time)


expires = ambient(_expires)
