"""What a cache of responses is: the documented `Cache`, and what its users hand to it.

A cache decides where responses are kept and who waits. Which responses those are is decided in
`caching` and `freshness`, so that a class of the user's own cannot get it wrong.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from cherrypy_tools.freshness import current_age, lifetime
from cherrypy_tools.request_path import path_info_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage


class CachedResponse(NamedTuple):
    """A response that is kept.

    `made` is when its request came, in seconds since the epoch.

    Examples:
        >>> kept = CachedResponse("200 OK", {"Content-Type": "text/plain"}, b"text", 784111777.0)
        >>> kept.status, kept.body
        ('200 OK', b'text')
    """

    status: str
    headers: Mapping[str, str]
    body: bytes
    made: float


class Target(NamedTuple):
    """The exchange that a cache is asked about.

    `uri` names the resource, with its host and its query. `started` is when the request came, in
    seconds since the epoch.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/?page=2")
        >>> target = Target(uri_of(request), request, Response(), started=784111777.0)
        >>> target.uri
        '//localhost:80/?page=2'
    """

    uri: str
    request: RequestMessage
    response: ResponseMessage
    started: float


def uri_of(request: RequestMessage) -> str:
    """Return host, path and query of a request as one text.

    It has no scheme: where the same server answers to several, put the scheme before it.

    Raises:
        HTTPError: 400 if the path is not in UTF-8.

    Examples:
        >>> from webob import Request
        >>> uri_of(Request.blank("/a b?c=d", headers={"Host": "Example.com"}))
        '//example.com/a%20b?c=d'
    """
    host = quote(request.headers.get("Host", "").lower(), ":[]")
    path = quote(request.script_name + path_info_of(request))
    return f"//{host}{path}?{request.query_string}"


class Cache(ABC):
    """The documented interface: a cache that knows which exchange is going on.

    `put` gets what `get` is to return later: a `CachedResponse`, which can be pickled.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_tools import MemoryCache
        >>> target = Target("//localhost/", Request.blank("/"), Response(), 0.0)
        >>> cache: Cache = MemoryCache(clock=lambda: 0.0).at(target)
        >>> cache.put(CachedResponse("200 OK", {}, b"text", 0.0), size=4)
        >>> cache.get().body
        b'text'
        >>> cache.delete()
        >>> cache.get() is None
        True
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


def no_target() -> Target:
    """Say that nobody told the cache how to find the current exchange.

    Raises:
        LookupError: Always.
    """
    raise LookupError("this cache does not know the current request: use cache.at(target)")


class TargetedCache(Cache):
    """A cache whose methods come in pairs: for a given exchange, and for the current one.

    Args:
        current: Returns the exchange of the current thread, for the methods that take none.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_tools import MemoryCache
        >>> cache: TargetedCache = MemoryCache(clock=lambda: 0.0)
        >>> target = Target("//localhost/", Request.blank("/"), Response(), 0.0)
        >>> cache.keep(target, CachedResponse("200 OK", {}, b"text", 0.0), size=4)
        >>> cache.lookup(target).body
        b'text'
    """

    maxobj_size: int = 100_000
    """The bytes of a body that is kept."""

    delay: float = 600
    """Seconds for which a response is kept that does not say so itself, and the most for any."""

    antistampede_timeout: float | None = 5
    """Seconds to wait for a response that another thread is making; None does not wait."""

    debug: bool = False
    """Report decisions at INFO."""

    def __init__(self, current: Callable[[], Target] = no_target) -> None:
        self.current: Callable[[], Target] = current
        """Returns the exchange of the current thread."""

    @abstractmethod
    def lookup(self, target: Target) -> Any:
        """Return the response for a request, or None to the one caller who is to make it."""

    @abstractmethod
    def keep(self, target: Target, variant: Any, size: int) -> None:
        """Keep a response, unless it is too large, or its resource changed since it was begun."""

    @abstractmethod
    def forget(self, uri: str) -> None:
        """Forget all responses of a resource, also those that are being made."""

    @abstractmethod
    def give_up(self, target: Target, *, uncacheable: bool = False) -> None:
        """Let others make what this thread was to make, all of them at once if `uncacheable`."""

    def at(self, target: Target) -> Cache:
        """Return this cache as it is for one exchange."""
        return _CacheAt(self, target)

    def get(self) -> Any:
        """Return the response for the current request, if need be after waiting for it."""
        return self.lookup(self.current())

    def put(self, variant: Any, size: int) -> None:
        """Keep a response to the current request, unless it is too large or its time is over."""
        self.keep(self.current(), variant, size)

    def delete(self) -> None:
        """Forget the current resource, and what is being made for it."""
        self.forget(self.current().uri)

    def release(self, *, uncacheable: bool = False) -> None:
        """Wake those who wait for the response to the current request: there will be none."""
        self.give_up(self.current(), uncacheable=uncacheable)

    def time_left(self, variant: Any, now: float) -> float:
        """Return for how many seconds from `now` a response may be kept."""
        if not isinstance(variant, CachedResponse):
            return self.delay
        fresh_for = lifetime(variant.headers, variant.made, self.delay)
        return fresh_for - current_age(variant.headers, variant.made, now)


class _CacheAt(Cache):
    """A cache for one exchange."""

    __slots__ = ("_cache", "_target")

    def __init__(self, cache: TargetedCache, target: Target) -> None:
        self._cache = cache
        self._target = target

    @property
    def delay(self) -> float:
        return self._cache.delay

    @property
    def maxobj_size(self) -> int:
        return self._cache.maxobj_size

    def get(self) -> Any:
        return self._cache.lookup(self._target)

    def put(self, variant: Any, size: int) -> None:
        self._cache.keep(self._target, variant, size)

    def delete(self) -> None:
        self._cache.forget(self._target.uri)

    def clear(self) -> None:
        self._cache.clear()

    def release(self, *, uncacheable: bool = False) -> None:
        self._cache.give_up(self._target, uncacheable=uncacheable)
