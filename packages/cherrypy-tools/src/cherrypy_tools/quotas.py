"""Let a client send only so many requests in a time: the `rate_limit` tool.

The counting is the library limits', in memory for one process or in Redis for several. Whom to
count as one client is the caller's to say; `client_of` makes one of the addresses of a network.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cherrypy_httputil import HTTPError
from cherrypy_tools.extras import load
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

PURPOSE = "a rate limit"
STRATEGIES = {
    "fixed-window": "FixedWindowRateLimiter",
    "moving-window": "MovingWindowRateLimiter",
    "sliding-window-counter": "SlidingWindowCounterRateLimiter",
}
"""How time is divided, and the class of the library that does so."""

MOST_BITS = (32, 128)
"""The bits of an address, of IPv4 and of IPv6."""


class Quota(NamedTuple):
    """What a client may still do by one limit.

    `window` and `reset` are seconds: the length of the window, and until it begins anew.

    Examples:
        >>> (quota,) = RateLimiter("2/hour").hit("ann")
        >>> quota.name, quota.remaining, quota.is_exceeded
        ('2-per-3600s', 1, False)
    """

    name: str
    amount: int
    window: int
    remaining: int
    reset: int
    is_exceeded: bool


class TooManyRequests(HTTPError):  # noqa: N818 - named as its status
    """The client has to wait: 429.

    Args:
        retry_after: For how many seconds.
        response: The response that is to say so.

    Examples:
        >>> from webob import Response
        >>> response = Response()
        >>> try:
        ...     raise TooManyRequests(30, response)
        ... except TooManyRequests as error:
        ...     error.status, error.retry_after, response.headers["Retry-After"]
        (429, 30, '30')
    """

    retry_after: int

    def __init__(self, retry_after: int, response: ResponseMessage) -> None:
        super().__init__(429, f"Too many requests: try again in {retry_after} seconds.")
        self.retry_after = retry_after
        self._response = response
        response.headers["Retry-After"] = str(retry_after)

    def set_response(self) -> None:
        """Make the current response say what this error says, and when to try again."""
        super().set_response()
        self._response.headers["Retry-After"] = str(self.retry_after)


class RateLimiter:
    """Counts the requests of clients.

    Args:
        limits: Such as `"10/second"`, or several, as in `"10/second; 1000 per hour"`.
        storage: Where to count: `memory://`, or `redis://host:port/number` (extra `redis`), or
            whatever else the library knows.
        strategy: One of `STRATEGIES`. The moving window is exact and remembers each request.
        prefix: What keeps the counts apart from those of other limiters in the same storage.
        fail_open: Let requests pass when the storage fails; otherwise they end with the error.

    Raises:
        ImportError: The library limits, or that of the storage, is not installed.
        ValueError: A limit or the strategy is malformed.

    Examples:
        >>> limiter = RateLimiter("1/second; 1000 per day")
        >>> [quota.is_exceeded for quota in limiter.hit("ann", cost=2)]
        [True]
        >>> [quota.remaining for quota in limiter.hit("bob")]
        [0, 999]
    """

    def __init__(
        self,
        limits: str,
        storage: str = "memory://",
        strategy: str = "moving-window",
        *,
        prefix: str = "cherrypy",
        fail_open: bool = True,
    ) -> None:
        if strategy not in STRATEGIES:
            raise ValueError(f"{strategy!r} is no strategy: use one of {', '.join(STRATEGIES)}")
        library = load("limits", "rate-limit", PURPOSE)
        parsed = library.parse_many(limits)
        self._items = sorted(parsed, key=lambda item: int(item.get_expiry()))
        self._strategy = _strategy(storage, STRATEGIES[strategy])
        self._errors: type[Exception] = load("limits.errors", "rate-limit", PURPOSE).StorageError
        self._prefix = prefix
        self._fail_open = fail_open

    def hit(self, client: str, cost: int = 1) -> list[Quota]:
        """Count a request, and return what is left by each limit, up to one that is exceeded.

        Args:
            client: Whom to count it for.
            cost: As how many requests it counts.
        """
        quotas: list[Quota] = []
        try:
            for item in self._items:
                quotas.append(self._hit(item, client, cost))
                if quotas[-1].is_exceeded:
                    break
        except self._errors as error:
            if not self._fail_open:
                raise
            log.warning("cannot count the requests of %r: %s", client, error)
        return quotas

    def _hit(self, item: Any, client: str, cost: int) -> Quota:
        is_within = self._strategy.hit(item, self._prefix, client, cost=cost)
        ends, remaining = self._strategy.get_window_stats(item, self._prefix, client)
        reset = max(1, math.ceil(ends - time.time()))
        window = int(item.get_expiry())
        name = f"{item.amount}-per-{window}s"
        return Quota(name, item.amount, window, max(0, remaining), reset, not is_within)


def rate_limit(
    request: RequestMessage,  # noqa: ARG001 - every tool takes the exchange
    response: ResponseMessage,
    limiter: RateLimiter,
    client: str,
    cost: int = 1,
    headers: bool = True,
    debug: bool = False,
) -> None:
    """Refuse the request of a client that sent too many.

    Args:
        request: The request; it is not read.
        response: The response whose fields tell the client what it may still do.
        limiter: What counts, one for all requests.
        client: Whom to count the request for, such as `client_of(address)` or the name of a user.
        cost: As how many requests it counts.
        headers: Set RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10).
        debug: Report the decision at INFO.

    Raises:
        TooManyRequests: Status 429, with Retry-After (RFC 6585, 4).

    Examples:
        >>> from webob import Request, Response
        >>> limiter, response = RateLimiter("1/hour"), Response()
        >>> rate_limit(Request.blank("/"), response, limiter, client_of("192.0.2.1"))
        >>> response.headers["RateLimit-Policy"]
        '"1-per-3600s";q=1;w=3600'
        >>> rate_limit(Request.blank("/"), response, limiter, client_of("192.0.2.1"))
        Traceback (most recent call last):
            ...
        cherrypy_tools.quotas.TooManyRequests: (429, 'Too many requests: try again in ... seconds.')
    """
    quotas = limiter.hit(client, cost)
    if headers and quotas:
        response.headers["RateLimit-Policy"] = ", ".join(
            f'"{quota.name}";q={quota.amount};w={quota.window}' for quota in quotas
        )
        response.headers["RateLimit"] = ", ".join(
            f'"{quota.name}";r={quota.remaining};t={quota.reset}' for quota in quotas
        )
    for quota in quotas:
        if quota.is_exceeded:
            trace(log, debug, "%r exceeds %s", client, quota.name)
            raise TooManyRequests(quota.reset, response)


def client_of(address: str, prefixes: Sequence[int] = (32, 64)) -> str:
    """Return as whom to count an IP address: in IPv6 one client has a network of 64 bits.

    Args:
        address: The address of the peer, or the one that a trusted proxy tells (`proxy`).
        prefixes: The bits that count, of an address of IPv4 and of one of IPv6.

    Raises:
        ValueError: `prefixes` are no two such numbers.

    Examples:
        >>> client_of("192.0.2.1"), client_of("2001:db8::1"), client_of("ann")
        ('192.0.2.1/32', '2001:db8::/64', 'ann')
    """
    if len(prefixes) != len(MOST_BITS) or not all(map(_is_bits, prefixes, MOST_BITS)):
        raise ValueError(f"prefixes are {prefixes!r}: give two numbers, up to 32 and up to 128")
    return _network(address, *prefixes)


def _is_bits(bits: int, most: int) -> bool:
    return 0 <= bits <= most


@lru_cache(maxsize=1024)
def _network(address: str, bits_of_4: int, bits_of_6: int) -> str:
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    bits = bits_of_4 if parsed.version == 4 else bits_of_6  # noqa: PLR2004 - IPv4
    return str(ipaddress.ip_network((parsed, bits), strict=False))


def _strategy(uri: str, class_name: str) -> Any:
    """Return an object of the library that counts in the storage at `uri`."""
    if uri.startswith("redis"):
        load("redis", "redis", "a rate limit in Redis")
    storage = load("limits.storage", "rate-limit", PURPOSE)
    strategies = load("limits.strategies", "rate-limit", PURPOSE)
    return getattr(strategies, class_name)(storage.storage_from_string(uri, wrap_exceptions=True))
