"""Tools for what a client accepts, and which version it has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import cherrypy_tools
from cherrypy_serving import ambient, prepared
from cherrypy_web import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["accept", "allow", "validate_etags", "validate_since"]


@ambient
def validate_since(request: Any, response: Any) -> None:
    """Check the dates of the running request against ``Last-Modified`` of its response.

    Args:
        request: The running request.
        response: Its response.

    Raises:
        HTTPRedirect: With status 304, the client has this version.
        HTTPError: 412, the resource was modified since the client has seen it.
    """
    cherrypy_tools.validate_since(reading(request), response)


@prepared
def accept(
    media: str | Sequence[str] | None = None, debug: bool = False
) -> Callable[[Any, Any], str | None]:
    """Return the media type that the client prefers of those that the page can emit.

    Args:
        media: A media type, or several; ``None`` tests nothing.
        debug: Report the decision.

    Raises:
        HTTPError: 406, the client accepts none of them.
    """
    offered = (media,) if isinstance(media, str) else tuple(media or ())
    return lambda request, response: cherrypy_tools.accept(
        reading(request), response, offered, debug
    )


@prepared
def allow(
    methods: str | Iterable[str] | None = None, debug: bool = False
) -> Callable[[Any, Any], None]:
    """Set ``Allow``, and refuse the running request if its method is not in it.

    Args:
        methods: A method, or several, in any case and order; GET and HEAD by default. GET brings
            HEAD with it.
        debug: Report the decision.

    Raises:
        HTTPError: 405, it is another method.
    """
    allowed = (methods,) if isinstance(methods, str) else tuple(methods or ())
    return partial(cherrypy_tools.allow, methods=allowed, debug=debug)


@ambient
def validate_etags(
    request: Any, response: Any, autotags: bool = False, debug: bool = False
) -> None:
    """Check the entity-tags of the request against that of the response.

    Args:
        request: The running request.
        response: Its response.
        autotags: Give a successful response without an entity-tag the hash of its body as one,
            unless it is a stream.
        debug: Report the decisions.

    Raises:
        HTTPRedirect: With status 304, if the client has this version.
        HTTPError: 412, if it asked for another one.
    """
    stream = response.stream
    cherrypy_tools.validate_etags(reading(request), response, autotags, debug, stream=stream)
