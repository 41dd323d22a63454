"""Fill the Vary field from the request headers that were looked at: the `autovary` tool.

It can only know of headers that were read through a `MonitoredHeaderMap`, so that map has to take
the place of the request's headers before anybody reads them.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from cherrypy_httputil import HeaderMap
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import add_names

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

OF_THE_BODY = frozenset({"Content-Disposition", "Content-Length", "Content-Type"})
CONDITIONS = frozenset(
    {"If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since"}
)
FOR_CACHES = frozenset({"Cache-Control", "Pragma"})
UNSELECTING = OF_THE_BODY | CONDITIONS | FOR_CACHES
"""Request fields that select no representation: a cache that varied by them would hardly answer."""


class MonitoredHeaderMap(HeaderMap):
    """A header map that collects the names that are looked up in `accessed_headers`.

    Args:
        headers: The fields to begin with; copying them does not count.

    Examples:
        >>> headers = MonitoredHeaderMap({"Accept-Language": "de", "Host": "localhost"})
        >>> headers.get("accept-language")
        'de'
        >>> headers.accessed_headers
        {'Accept-Language'}
    """

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(headers or {})
        self.accessed_headers: set[str] = set()

    def __getitem__(self, key: object) -> str:
        self.accessed_headers.add(self.transform_key(key))
        return super().__getitem__(self.transform_key(key))

    def __contains__(self, key: object) -> bool:
        self.accessed_headers.add(self.transform_key(key))
        return super().__contains__(key)

    def get(self, key: object, default: Any = None) -> Any:
        """Return the field called `key`, or `default`; either way it was looked at."""
        self.accessed_headers.add(self.transform_key(key))
        return super().get(key, default)


def autovary(
    request: RequestMessage,
    response: ResponseMessage,
    ignore: Collection[str] | None = None,
    debug: bool = False,
) -> None:
    """Add to Vary the names of the request headers that were looked at so far.

    Args:
        request: The request; its headers are a `MonitoredHeaderMap`.
        response: The response whose Vary field is set.
        ignore: Names that do not count; by default those that describe the body that was sent, ask
            for a condition, or speak to caches.
        debug: Report the names at INFO.

    Raises:
        TypeError: The headers of the request are another mapping.

    Examples:
        >>> from webob import Request, Response
        >>> class Watched(Request):
        ...     headers = MonitoredHeaderMap({"Accept-Language": "de", "Host": "localhost"})
        >>> request, response = Watched.blank("/"), Response()
        >>> request.headers["Accept-Language"]
        'de'
        >>> autovary(request, response)
        >>> response.headers["Vary"]
        'Accept-Language'
    """
    headers = request.headers
    if not isinstance(headers, MonitoredHeaderMap):
        kind = type(headers).__name__
        raise TypeError(f"request.headers is a {kind}: replace it by a MonitoredHeaderMap first")
    ignored = {name.lower() for name in (UNSELECTING if ignore is None else ignore)}
    names = sorted(n for n in headers.accessed_headers if n.lower() not in ignored)
    trace(log, debug, "accessed headers: %s", names)
    if names:
        add_names(response, response.headers.get("Vary", ""), names)
