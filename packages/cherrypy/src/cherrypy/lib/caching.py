"""Responses that are kept for later requests, and how long they stay fresh.

Whoever is told to make a response must say so when none comes of it, or others wait for it in vain.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypedDict, Unpack
from urllib.parse import quote

import cherrypy_tools
from cherrypy_config import attributes
from cherrypy_httputil import HeaderMap
from cherrypy_serving import UnboundError, ambient, serving
from cherrypy_sessions import daemon_thread
from cherrypy_tools import AntiStampedeCache, Cache, Target, TargetedCache
from cherrypy_tools.cache import no_target
from cherrypy_web import Hook, Tool, reading

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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

P = ParamSpec("P")

READING = frozenset({"GET", "HEAD"})
CONDITIONS = ("If-None-Match", "If-Modified-Since")


def _target() -> Target:
    request = serving.request
    return _target_of(request, serving.response, request)


def _target_of(request: Any, response: Any, seen: Any) -> Target:
    query, base = request.query_string, request.base
    path = f"{request.script_name}{request.path_info}"
    if "?" in path or "%" in path:  # decoded, it would be taken for another path with a query
        path = quote(path, errors="surrogatepass")
    if told := _told_host(request):
        base = base if base.endswith(f"://{told}") else f"{quote(told)} {base}"
    return Target(f"{base}{path}?{query}" if query else base + path, seen, response, response.time)


def _told_host(request: Any) -> str:
    """Return the host that a proxy told: a `VirtualHost` chooses by it, whoever sends it."""
    environ = request.wsgi_environ
    if environ is None:
        told: str = request.peek_header("X-Forwarded-Host")
        return told
    # Taken from the environ, it is nothing that the page has looked at.
    return environ.get("HTTP_X_FORWARDED_HOST") or ""


class MemoryCache(cherrypy_tools.MemoryCache):
    """A cache in memory, for the running request; see `cherrypy_tools.MemoryCache`."""

    def __init__(self) -> None:
        super().__init__(_target)


class CacheAttributes(TypedDict, total=False):
    """The attributes of the caches in `cherrypy_tools`; a program's own may have others."""

    delay: float
    maxobjects: int
    maxobj_size: int
    maxsize: int
    antistampede_timeout: float | None
    expire_freq: float
    url: str
    prefix: str


class _Chosen(NamedTuple):
    """A cache, and whether it may be told the exchange, which takes less than its asking for it.

    It may not where a program has replaced one of the methods that ask.
    """

    cache: Any
    may_be_told: bool


class _Store:
    """The cache of a site, made when it is first asked for."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._chosen: _Chosen | None = None
        self._lock = threading.Lock()

    def cache(self, cache_class: type[Any] | str | None, options: dict[str, Any]) -> _Chosen:
        """Return the cache; its class and its attributes are those of the first call."""
        if self._chosen is None:
            with self._lock:
                if self._chosen is None:
                    self._chosen = self._made(_class_of(cache_class), options)
        return self._chosen

    def _made(self, cache_class: type[Any], options: dict[str, Any]) -> _Chosen:
        cache = cache_class()
        for name, value in options.items():
            setattr(cache, name, value)
        if isinstance(cache, TargetedCache) and cache.current is no_target:
            cache.current = _target
        if hasattr(cache, "start"):
            cache.start(self._scheduler)
        return _Chosen(cache, isinstance(cache, TargetedCache) and not _is_replaced(cache))


def _is_replaced(cache: TargetedCache) -> bool:
    """Tell whether one of the methods that ask for the exchange is a program's own."""
    return any(
        name in vars(cache) or getattr(type(cache), name) is not getattr(TargetedCache, name)
        for name in ("get", "put", "delete", "release")
    )


def _class_of(cache_class: type[Any] | str | None) -> type[Any]:
    if isinstance(cache_class, str):
        named: type[Any] = attributes(cache_class)
        return named
    return cache_class or MemoryCache


def _checked(cache_class: type[Any], options: Iterable[str]) -> None:
    """Refuse attributes that a class of these libraries does not have: they are misspelt.

    Raises:
        TypeError: There is one.
    """
    if cache_class in _KNOWN:
        for name in options:
            if not hasattr(cache_class, name):
                raise TypeError(f"{cache_class.__name__} has no attribute {name!r} to be set")


_KNOWN = {MemoryCache, cherrypy_tools.MemoryCache, cherrypy_tools.RedisCache}
_store = _Store(daemon_thread)


def get(
    invalid_methods: Sequence[str] = ("POST", "PUT", "DELETE"),
    debug: bool = False,
    *,
    cache_class: type[Any] | str | None = None,
    authorized: bool = False,
    cookies: bool = False,  # noqa: ARG001 - it is for the tool, which hands it on
    **kwargs: Unpack[CacheAttributes],
) -> bool:
    """Answer the running request from the cache, if there is a fresh response in it.

    It sets ``request.cached`` to what it returns, and ``request.cacheable`` to whether the response
    that is now to be made is for `tee_output`; if it is to be made, ``request.cache`` is the cache.

    Args:
        invalid_methods: Methods that change a resource, so that what is kept of it is forgotten.
        debug: Report decisions.
        cache_class: The class of the cache, or its dotted name; it counts at the first call.
        authorized: Answer requests with credentials from the cache too.
        cookies: For the tool: keep responses that set a cookie, too; see `tee_output`.
        kwargs: Attributes of the cache, such as ``delay``; they count at the first call.

    Raises:
        HTTPRedirect: With status 304, if the client has the response.
        HTTPError: 412 or 504, as the conditions of the request say.
    """
    chosen = _store.cache(cache_class, {**kwargs, "debug": debug})
    return _get(serving.request, serving.response, chosen, invalid_methods, debug, authorized)


def _get(
    request: Any,
    response: Any,
    chosen: _Chosen,
    invalid_methods: Collection[str],
    debug: bool,
    authorized: bool,
) -> bool:
    seen = reading(request)
    cache = chosen.cache
    if chosen.may_be_told:
        cache = cache.at(_target_of(request, response, seen))
    cached, cacheable = cherrypy_tools.serve_cached(
        seen,
        response,
        cache,
        invalid_methods,
        debug,
        authorized=authorized,
        for_user=bool(request.login),
        validate=False,
    )
    # Each attribute of a request costs something; these two are False unless they are set.
    if cached:
        request.cached = True
        cherrypy_tools.validate_etags(seen, response)
        cherrypy_tools.validate_since(seen, response)
        return True
    request.cache = cache
    if cacheable:
        request.cacheable = True
    return False


@ambient
def tee_output(
    request: Any, response: Any, *, authorized: bool = False, cookies: bool = False
) -> None:
    """Keep the running response when its body is complete, if that is allowed.

    Args:
        request: The running request.
        response: Its response.
        authorized: Also a response to a request with credentials.
        cookies: Also one that sets a cookie, or that was made with a session: what is in it is then
            for everybody. The cookie itself is not kept.
    """
    cache = getattr(request, "cache", None)
    if cache is None or not request.cacheable:
        return
    if not cookies and (response.cookie or _has_session()):
        return
    request.cacheable = False
    cherrypy_tools.record(
        request,
        response,
        cache,
        made=response.time,
        authorized=authorized,
        cookies=cookies,
        for_user=bool(request.login),
    )


def _has_session() -> bool:
    try:
        return bool(serving.session.loaded)
    except UnboundError:
        return False


@ambient
def _forget_changed(request: Any, response: Any) -> None:
    cache = getattr(request, "cache", None)
    if cache is not None:
        cherrypy_tools.forget_changed(request, response, cache)


@ambient
def _give_up(request: Any, response: Any) -> None:  # noqa: ARG001 - every hook takes both
    if getattr(request, "cacheable", False):
        request.cacheable = False
        release = getattr(request.cache, "release", None)
        if release is not None:
            release(uncacheable=True)


class _Conditions(NamedTuple):
    """The conditions of a request, which wait until its response is kept."""

    method: str
    headers: Mapping[str, str]


def _put_off_conditions(request: Any) -> None:
    """Hide what the client has from the page and its tools: a 304 could not be kept for others."""
    if any(map(request.peek_header, CONDITIONS)):
        headers = request.headers
        found = {name: headers.pop(name) for name in CONDITIONS if name in headers}
        request.cache_conditions = _Conditions(request.method, HeaderMap(found))


@ambient
def _check_conditions(request: Any, response: Any) -> None:
    conditions = getattr(request, "cache_conditions", None)
    if conditions is not None:
        request.cache_conditions = None
        cherrypy_tools.validate_etags(conditions, response)
        cherrypy_tools.validate_since(conditions, response)


class CachingTool(Tool[P]):
    """Answer from a cache, and fill it.

    A client may have what is made for it already. It is told so once the response is kept, since
    otherwise the cache would never have one on a site whose visitors come back.

    Args:
        callable: Tells the options: `get`; see `Tool`.
        scheduler: Who removes what has ended; by default a thread of its own.
    """

    def __init__(
        self,
        callable: Callable[P, object],  # noqa: A002 - the documented name
        scheduler: Scheduler = daemon_thread,
    ) -> None:
        super().__init__("before_handler", callable, "caching", priority=90)
        self._caches = _Store(scheduler)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks that ask the cache, fill it, and make way for others in the end.

        Raises:
            TypeError: A cache of this library has no attribute of the name of an option.
        """
        left = dict(options)
        keeping = {name: left[name] for name in ("authorized", "cookies") if name in left}
        left.pop("cookies", None)
        hanging: dict[str, Any] = {
            name: left.pop(name) for name in ("priority", "failsafe") if name in left
        }
        yield self._point, self._hook(self._server(**left), hanging)
        yield "before_finalize", Hook(tee_output, priority=100, **keeping)
        yield "before_finalize", Hook(_forget_changed, priority=100)
        yield "before_finalize", Hook(_check_conditions, priority=100)
        yield "on_end_resource", Hook(_give_up, failsafe=True, priority=100)

    def _server(
        self,
        invalid_methods: Sequence[str] = ("POST", "PUT", "DELETE"),
        debug: bool = False,
        cache_class: type[Any] | str | None = None,
        authorized: bool = False,
        **kwargs: Any,
    ) -> Callable[[], None]:
        _checked(_class_of(cache_class), kwargs)
        attributes = {**kwargs, "debug": debug}
        methods = frozenset(invalid_methods)

        @ambient
        def serve(request: Any, response: Any) -> None:
            if request.handler is None and request.method in READING:
                return  # the response is complete: it may be a form to log in by
            chosen = self._caches.cache(cache_class, attributes)
            if _get(request, response, chosen, methods, debug, authorized):
                request.handler = None
            elif request.cacheable:
                _put_off_conditions(request)

        return serve


@ambient
def expires(
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
