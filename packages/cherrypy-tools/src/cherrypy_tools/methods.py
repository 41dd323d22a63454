"""Refuse request methods that a resource does not have: the `allow` tool."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

DEFAULT = ("GET", "HEAD")


def allow(
    request: RequestMessage,
    response: ResponseMessage,
    methods: str | Iterable[str] | None = None,
    debug: bool = False,
) -> None:
    """Set the Allow field, and refuse the request if its method is not in it.

    Args:
        request: The request; its method is read.
        response: The response; Allow is set in any case.
        methods: A method, or several, in any case and order; GET and HEAD by default. GET brings
            HEAD with it.
        debug: Report the decision at INFO.

    Raises:
        HTTPError: 405 for any other method.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> allow(Request.blank("/", method="PUT"), response, ["GET", "POST"])
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPError: (405, None)
        >>> response.headers["Allow"]
        'GET, HEAD, POST'
    """
    names = (methods,) if isinstance(methods, str) else tuple(methods or DEFAULT)
    allowed, field = _listed(names)
    response.headers["Allow"] = field
    trace(log, debug, "%s is %s", request.method, field)
    if request.method not in allowed:
        raise HTTPError(405)


@lru_cache(maxsize=256)
def _listed(names: tuple[str, ...]) -> tuple[frozenset[str], str]:
    """Return the methods that `names` allow, and the Allow field that says so."""
    allowed = list(dict.fromkeys(name.upper() for name in names if name)) or list(DEFAULT)
    if "GET" in allowed and "HEAD" not in allowed:
        allowed.insert(allowed.index("GET") + 1, "HEAD")
    return frozenset(allowed), ", ".join(allowed)
