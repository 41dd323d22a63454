"""Responses that are kept for later requests, and how long they stay fresh.

Whoever is told to make a response must say so when none comes of it, or others wait for it in vain.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import cherrypy_tools
from cherrypy_config import attributes
from cherrypy_serving import UnboundError, ambient, serving
from cherrypy_sessions import daemon_thread
from cherrypy_tools import AntiStampedeCache, Cache, Target, TargetedCache
from cherrypy_web import Hook, Tool, url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta

    from cherrypy_tools import Scheduler

__all__ = [
    "AntiStampedeCache",
    "Cache",
    "CachingTool",
    "MemoryCache",
    "expires",
    "get",
    "tee_output",
]


def _target() -> Target:
    request, response = serving.request, serving.response
    uri = url(qs=request.query_string, relative=False)
    return Target(uri, request, response, response.time)


class MemoryCache(cherrypy_tools.MemoryCache):
    """A cache in memory, for the running request; see `cherrypy_tools.MemoryCache`."""

    def __init__(self) -> None:
        super().__init__(_target)


class _Store:
    """The cache of a site, made when it is first asked for."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._cache: Any = None
        self._lock = threading.Lock()

    def cache(self, cache_class: type[Any] | str | None, options: dict[str, Any]) -> Any:
        """Return the cache; its class and its attributes are those of the first call."""
        with self._lock:
            if self._cache is None:
                named = attributes(cache_class) if isinstance(cache_class, str) else cache_class
                self._cache = (named or MemoryCache)()
                for name, value in options.items():
                    setattr(self._cache, name, value)
                if hasattr(self._cache, "start"):
                    self._cache.start(self._scheduler)
            return self._cache


_store = _Store(daemon_thread)


def get(
    invalid_methods: Sequence[str] = ("POST", "PUT", "DELETE"),
    debug: bool = False,
    *,
    cache_class: type[Any] | str | None = None,
    authorized: bool = False,
    **kwargs: Any,
) -> bool:
    """Answer the running request from the cache, if there is a fresh response in it.

    It sets ``request.cached`` to what it returns, and ``request.cacheable`` to whether the response
    that is now to be made is for `tee_output`.

    Args:
        invalid_methods: Methods that change a resource, so that what is kept of it is forgotten.
        debug: Report decisions.
        cache_class: The class of the cache, or its dotted name; it counts at the first call.
        authorized: Answer requests with credentials from the cache too.
        kwargs: Attributes of the cache, such as ``delay``; they count at the first call.

    Raises:
        HTTPRedirect: With status 304, if the client has the response.
        HTTPError: 412 or 504, as the conditions of the request say.
    """
    options = {**kwargs, "debug": debug}
    return _get(_store.cache(cache_class, options), invalid_methods, debug, authorized)


def _get(cache: Any, invalid_methods: Sequence[str], debug: bool, authorized: bool) -> bool:
    request, response = serving.request, serving.response
    request.cached = request.cacheable = False
    known = cache.at(_target()) if isinstance(cache, TargetedCache) else cache
    serving.cache = known
    request.cached, request.cacheable = cherrypy_tools.serve_cached(
        request, response, known, invalid_methods, debug, authorized=authorized, validate=False
    )
    if request.cached:
        cherrypy_tools.validate_etags(request, response)
        cherrypy_tools.validate_since(request, response)
    return bool(request.cached)


def tee_output(*, authorized: bool = False, cookies: bool = False) -> None:
    """Keep the running response when its body is complete, if that is allowed.

    Args:
        authorized: Also a response to a request with credentials.
        cookies: Also one that sets a cookie, as all do while sessions are on: what is in it is then
            for everybody. The cookie itself is not kept.
    """
    request, response = serving.request, serving.response
    cache = _cache()
    if cache is None or not request.cacheable:
        return
    if response.cookie and not cookies:
        return
    request.cacheable = False
    cherrypy_tools.record(
        request, response, cache, made=response.time, authorized=authorized, cookies=cookies
    )


def _cache() -> Any:
    try:
        return serving.cache
    except UnboundError:
        return None


def _forget_changed() -> None:
    cache = _cache()
    if cache is not None:
        cherrypy_tools.forget_changed(serving.request, serving.response, cache)


def _give_up() -> None:
    if getattr(serving.request, "cacheable", False):
        serving.request.cacheable = False
        release = getattr(_cache(), "release", None)
        if release is not None:
            release(uncacheable=True)


class CachingTool(Tool[...]):
    """Answer from a cache, and fill it. The options are those of `get` and of `tee_output`.

    Args:
        scheduler: Who removes what has ended; by default a thread of its own.
    """

    def __init__(self, scheduler: Scheduler = daemon_thread) -> None:
        super().__init__("before_handler", get, "caching", priority=90)
        self._caches = _Store(scheduler)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks that ask the cache, fill it, and make way for others in the end."""
        left = dict(options)
        keeping = {name: left[name] for name in ("authorized", "cookies") if name in left}
        left.pop("cookies", None)
        yield self._point, self._hook(self._serve, left)
        yield "before_finalize", Hook(tee_output, priority=100, **keeping)
        yield "before_finalize", Hook(_forget_changed, priority=100)
        yield "on_end_resource", Hook(_give_up, failsafe=True, priority=100)

    def _serve(
        self,
        invalid_methods: Sequence[str] = ("POST", "PUT", "DELETE"),
        debug: bool = False,
        cache_class: type[Any] | str | None = None,
        authorized: bool = False,
        **kwargs: Any,
    ) -> None:
        cache = self._caches.cache(cache_class, {**kwargs, "debug": debug})
        if _get(cache, invalid_methods, debug, authorized):
            serving.request.handler = None


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
