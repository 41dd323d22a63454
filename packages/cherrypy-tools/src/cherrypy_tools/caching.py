"""Answer from a cache, and fill it: the `caching` tool, by the rules of RFC 9111.

The cache stands at the origin, behind the tools that compress and before the page handler, and is
shared by all clients. What may have been meant for one of them alone is not kept.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from cherrypy_httputil import HeaderMap, HTTPDate, HTTPError
from cherrypy_tools.cache import Cache, CachedResponse
from cherrypy_tools.entity_tags import validate_etags
from cherrypy_tools.freshness import (
    FOR_ALL,
    cache_directives,
    current_age,
    lifetime,
    may_store,
    satisfies,
    wants,
)
from cherrypy_tools.modified import validate_since
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
FIRST_ERROR = 400
DELAY = 600
MAXOBJ_SIZE = 100_000

NOT_KEPT = frozenset(
    {
        "authentication-info",
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-connection",
        "ratelimit",
        "ratelimit-policy",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Fields of a connection or of one client, which are no part of the response (RFC 9111, 3.1)."""

IN_TITLE_CASE = frozenset(name.title() for name in NOT_KEPT)
"""The same, as a header map has them."""


class Verdict(NamedTuple):
    """What became of a request: `request.cached` and `request.cacheable`.

    `cached` says that the response is complete. `cacheable` says that the response that is now to
    be made is to go through `record`.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_tools import MemoryCache, Target
        >>> request, response = Request.blank("/", method="POST"), Response()
        >>> cache = MemoryCache().at(Target("//localhost/", request, response, 0.0))
        >>> serve_cached(request, response, cache)
        Verdict(cached=False, cacheable=False)
    """

    cached: bool
    cacheable: bool


HIT = Verdict(cached=True, cacheable=False)
LEFT_ALONE = Verdict(cached=False, cacheable=False)


def serve_cached(
    request: RequestMessage,
    response: ResponseMessage,
    cache: Cache,
    invalid_methods: Collection[str] = ("POST", "PUT", "DELETE"),
    debug: bool = False,
    *,
    authorized: bool = False,
    for_user: bool = False,
    validate: bool = True,
    now: float | None = None,
) -> Verdict:
    """Answer a request from the cache, if it has a response that is fresh and wanted.

    A request that may change the resource makes the cache forget it: any method but GET, HEAD,
    OPTIONS and TRACE, and those in `invalid_methods`. Call `forget_changed` when it succeeded.

    Args:
        request: The request.
        response: The response; it becomes the one that was kept, with its Age.
        cache: The cache, knowing this exchange. Beyond the interface its attribute `delay` is read.
        invalid_methods: Further methods that change resources.
        debug: Report the decision at INFO.
        authorized: Answer requests with credentials with what was kept, although nothing in it
            says that it is for everybody.
        for_user: See `may_store`.
        validate: Check the conditions of the request; otherwise the caller does, by
            `validate_etags` and `validate_since`.
        now: Seconds since the epoch.

    Raises:
        HTTPRedirect: With status 304, if the client has the response already.
        HTTPError: 412 if If-Match or If-Unmodified-Since fails; 504 if the client wants nothing
            but a kept response (`only-if-cached`) and there is none.

    Examples:
        >>> from webob import Request, Response
        >>> import time
        >>> from cherrypy_tools import MemoryCache, Target, uri_of
        >>> cache = MemoryCache()
        >>> for _ in range(2):
        ...     request, response = Request.blank("/"), Response("text")
        ...     known = cache.at(Target(uri_of(request), request, response, time.time()))
        ...     verdict = serve_cached(request, response, known)
        ...     if verdict.cacheable:
        ...         record(request, response, known)
        ...     print(verdict, response.headers.get("Age"))
        Verdict(cached=False, cacheable=True) None
        Verdict(cached=True, cacheable=False) 0
    """
    method = request.method
    if method not in SAFE or method in invalid_methods:
        trace(log, debug, "%s: forget what is kept", method)
        cache.delete()
        return LEFT_ALONE
    if method not in {"GET", "HEAD"}:
        return LEFT_ALONE
    wanted = wants(request)
    has_credentials = not authorized and (for_user or "Authorization" in request.headers)
    variant = None if "no-cache" in wanted else cache.get()
    if variant is not None and (not has_credentials or _is_for_all(variant)):
        moment = time.time() if now is None else now
        age = current_age(variant.headers, variant.made, moment)
        fresh_for = lifetime(variant.headers, variant.made, getattr(cache, "delay", DELAY))
        if satisfies(wanted, age, fresh_for):
            trace(log, debug, "answer from the cache, age %d", age)
            _fill(response, variant, int(age))
            if validate:
                validate_etags(request, response)
                validate_since(request, response)
            return HIT
    trace(log, debug, "nothing to answer with")
    return _miss(request, cache, wanted, has_credentials)


def record(
    request: RequestMessage,
    response: ResponseMessage,
    cache: Cache,
    *,
    made: float | None = None,
    authorized: bool = False,
    cookies: bool = False,
    for_user: bool = False,
) -> None:
    """Keep a response, if that is allowed, when its body is complete.

    A body in a list is kept at once; another is copied while it is read, up to the cache's
    attribute `maxobj_size`.

    Args:
        request: The request, for which `serve_cached` said `cacheable`.
        response: The response, finished but for what concerns the connection.
        cache: The cache, knowing this exchange.
        made: When the request came, in seconds since the epoch; now, by default.
        authorized: See `may_store`.
        cookies: See `may_store`.
        for_user: See `may_store`.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_tools import MemoryCache, Target
        >>> request, response = Request.blank("/"), Response("text")
        >>> target = Target("//localhost/", request, response, 0.0)
        >>> cache = MemoryCache(clock=lambda: 0.0).at(target)
        >>> record(request, response, cache, made=0.0)
        >>> cache.get().body
        b'text'
    """
    if not may_store(request, response, authorized=authorized, cookies=cookies, for_user=for_user):
        _release(cache, uncacheable=True)
        return
    begun = time.time() if made is None else made
    headers = _kept(response.headers)
    headers.setdefault("Date", HTTPDate(begun))
    status = response.status

    def keep(body: bytes) -> None:
        cache.put(CachedResponse(status, headers, body, begun), len(body))

    body = response.app_iter
    if isinstance(body, list | tuple):
        keep(b"".join(body))
        return
    limit = getattr(cache, "maxobj_size", MAXOBJ_SIZE)
    response.app_iter = TeeBody(body, limit, keep, lambda: _release(cache, uncacheable=True))


def forget_changed(request: RequestMessage, response: ResponseMessage, cache: Cache) -> None:
    """Forget a resource again after a request that changed it succeeded (RFC 9111, 4.4).

    What was made between the request and its success shows the state before it.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_tools import MemoryCache, Target
        >>> request, response = Request.blank("/", method="POST"), Response()
        >>> target = Target("//localhost/", request, response, 0.0)
        >>> cache = MemoryCache(clock=lambda: 0.0).at(target)
        >>> cache.put(CachedResponse("200 OK", {}, b"before", 0.0), size=6)
        >>> forget_changed(request, response, cache)
        >>> cache.get() is None
        True
    """
    if request.method not in SAFE and response.status_code < FIRST_ERROR:
        cache.delete()


class TeeBody:
    """A body that is copied while it is read. If it is not read to its end, nothing is kept."""

    def __init__(
        self,
        body: Iterable[bytes],
        limit: int,
        keep: Callable[[bytes], None],
        give_up: Callable[[], None],
    ) -> None:
        self._body = body
        self._limit = limit
        self._keep = keep
        self._give_up = give_up
        self._chunks = self._copied()
        self._is_settled = False

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close the body below, and give up what was not complete."""
        self._chunks.close()
        self._abandon()
        close = getattr(self._body, "close", None)
        if close is not None:
            close()

    def _copied(self) -> Generator[bytes]:
        chunks: list[bytes] = []
        size = 0
        for chunk in self._body:
            size += len(chunk)
            if size > self._limit:
                chunks.clear()
                self._abandon()
            else:
                chunks.append(chunk)
            yield chunk
        if not self._is_settled:
            self._is_settled = True
            self._keep(b"".join(chunks))

    def _abandon(self) -> None:
        if not self._is_settled:
            self._is_settled = True
            self._give_up()


def _miss(
    request: RequestMessage, cache: Cache, wanted: Mapping[str, str | None], has_credentials: bool
) -> Verdict:
    is_cacheable = request.method == "GET" and "no-store" not in wanted
    is_refused = "only-if-cached" in wanted
    if is_refused or has_credentials or not is_cacheable:
        # The response will hardly be one that others wait for.
        _release(cache)
    if is_refused:
        raise HTTPError(504, "No response is kept that fits.")
    return Verdict(cached=False, cacheable=is_cacheable)


def _release(cache: Cache, *, uncacheable: bool = False) -> None:
    """Release, if the cache can: a user's own class may have the four documented methods only."""
    release = getattr(cache, "release", None)
    if release is not None:
        release(uncacheable=uncacheable)


def _is_for_all(variant: Any) -> bool:
    return bool(cache_directives(variant.headers.get("Cache-Control")).keys() & FOR_ALL)


def _fill(response: ResponseMessage, variant: CachedResponse, age: int) -> None:
    headers = response.headers
    fields = {**variant.headers, "Age": str(age), **_own(headers)}
    headers.clear()
    if type(headers) is HeaderMap:
        dict.update(headers, fields)  # they are as such a map keeps them, and are judged once sent
    else:
        headers.update(fields)
    response.status = variant.status
    response.app_iter = [variant.body]


def _own(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of a response that stay when another takes its place."""
    if type(headers) is HeaderMap and IN_TITLE_CASE.isdisjoint(headers):
        return {}
    return {name: value for name, value in headers.items() if name.lower() in NOT_KEPT}


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    named = {name.strip().lower() for name in headers.get("Connection", "").split(",")}
    left_out = NOT_KEPT | named
    return {name.title(): value for name, value in headers.items() if name.lower() not in left_out}
