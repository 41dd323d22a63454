"""What a cache of responses is: the documented `Cache`, and what its users hand to it.

A cache decides where responses are kept and who waits. Which responses those are is decided in
`caching` and `freshness`, so that a class of the user's own cannot get it wrong.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage


class CachedResponse(NamedTuple):
    """A response that is kept.

    `made` is when its request came, in seconds since the epoch.
    """

    status: str
    headers: Mapping[str, str]
    body: bytes
    made: float


class Target(NamedTuple):
    """The exchange that a cache is asked about.

    `uri` names the resource, with its host and its query. `started` is when the request came, in
    seconds since the epoch.
    """

    uri: str
    request: RequestMessage
    response: ResponseMessage
    started: float


def uri_of(request: RequestMessage) -> str:
    """Return host, path and query of a request as one text.

    It has no scheme: where the same server answers to several, put the scheme before it.
    """
    host = request.headers.get("Host", "").lower()
    path = quote(request.script_name + request.path_info)
    return f"//{host}{path}?{request.query_string}"


class Cache(ABC):
    """The documented interface: a cache that knows which exchange is going on.

    `put` gets what `get` is to return later: a `CachedResponse`, which can be pickled.
    """

    @abstractmethod
    def get(self) -> Any:
        """Return the response that is kept for the current request, or None."""

    @abstractmethod
    def put(self, variant: Any, size: int) -> None:
        """Keep a response to the current request; its body has `size` bytes."""

    @abstractmethod
    def delete(self) -> None:
        """Forget all responses of the current request's resource."""

    @abstractmethod
    def clear(self) -> None:
        """Forget everything."""

    def release(self, *, uncacheable: bool = False) -> None:
        """Say that no response follows the `get` that returned None; wake who waits for it.

        Args:
            uncacheable: The next response would not be kept either: nobody waits for a while.
        """
        # A cache in which nobody waits has nothing to do.
        del uncacheable
