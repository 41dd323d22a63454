"""How many requests a client of the site may send.

What counts is made once for the same options and kept: a second one would begin at nothing.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

import cherrypy_tools
from cherrypy_tools import RateLimiter, TooManyRequests, client_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["RateLimiter", "RateLimits", "TooManyRequests", "client_of"]


class RateLimits:
    """What counts the requests of a site, one for the same options."""

    def __init__(self) -> None:
        self._limiters: dict[tuple[str, str, str, str, bool], RateLimiter] = {}
        self._lock = Lock()

    def check(
        self,
        limits: str,
        storage: str = "memory://",
        strategy: str = "moving-window",
        *,
        prefix: str = "cherrypy",
        fail_open: bool = True,
        client: Callable[[], str] | None = None,
        prefixes: Sequence[int] = (32, 64),
        cost: int = 1,
        headers: bool = True,
        debug: bool = False,
    ) -> Callable[[Any, Any], None]:
        """Refuse the running request if its client sent too many.

        Args:
            limits: Such as ``"10/second; 1000 per hour"``.
            storage: Where to count: ``memory://`` in this process, ``redis://host:port/number``.
            strategy: One of those of `cherrypy_tools.RateLimiter`.
            prefix: Limits with the same options count together, unless this differs.
            fail_open: Let requests pass when the storage fails.
            client: Returns whom to count the running request for; by default its address.
            prefixes: The bits of an address that count, in IPv4 and in IPv6.
            cost: As how many requests it counts.
            headers: Tell the client what it may still do.
            debug: Report the decision.

        Raises:
            TooManyRequests: Status 429.
            ImportError: The library limits, or that of the storage, is not installed.
            ValueError: A limit, the strategy, the cost or the prefixes are malformed.
        """
        if cost < 1:
            raise ValueError(f"a request cannot cost {cost}: let it count as 1 or more")
        client_of("::1", prefixes)  # they are refused here rather than with a request
        limiter = self._limiter(limits, storage, strategy, prefix, fail_open)

        def refuse(request: Any, response: Any) -> None:
            whom = client_of(request.remote.ip, prefixes) if client is None else client()
            cherrypy_tools.rate_limit(request, response, limiter, whom, cost, headers, debug)

        return refuse

    def _limiter(
        self, limits: str, storage: str, strategy: str, prefix: str, fail_open: bool
    ) -> RateLimiter:
        key = (limits, storage, strategy, prefix, fail_open)
        with self._lock:
            if key not in self._limiters:
                self._limiters[key] = RateLimiter(
                    limits, storage, strategy, prefix=prefix, fail_open=fail_open
                )
            return self._limiters[key]
