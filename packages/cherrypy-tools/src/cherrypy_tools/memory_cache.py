"""Keep responses in the memory of the process: `MemoryCache`.

One lock guards everything, and waiting for another thread's response gives it up. Whatever is kept
has an end, a size and a place in the order of use, so no client can make the cache grow.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, TypeVar

from cherrypy_tools.cache import Target, TargetedCache, no_target
from cherrypy_tools.freshness import vary_names
from cherrypy_tools.ledger import Ledger
from cherrypy_tools.stampede import AntiStampedeCache

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from cherrypy_tools.schedule import Scheduler

K = TypeVar("K")


class MemoryCache(TargetedCache):
    """A cache for responses that vary by request fields.

    Args:
        current: Returns the exchange of the current thread, for the methods that take none.
        clock: Returns the time in seconds since the epoch.

    Attributes:
        store: By uri, the responses of a resource.
        expiration_thread: What the scheduler returned that removes what has ended.

    Examples:
        >>> from webob import Request, Response
        >>> from cherrypy_tools import CachedResponse, Target
        >>> cache = MemoryCache(clock=lambda: 0.0)
        >>> cache.maxsize = 50_000_000
        >>> target = Target("//localhost/", Request.blank("/"), Response(), 0.0)
        >>> cache.keep(target, CachedResponse("200 OK", {}, b"text", 0.0), size=4)
        >>> cache.lookup(target).body
        b'text'
        >>> cache.clear()
    """

    maxobjects: int = 1000
    """How many responses are kept; beyond that, what was used longest ago goes."""

    maxsize: int = 10_000_000
    """The bytes of all bodies together."""

    expire_freq: float = 0.1
    """Seconds between two searches for what has ended."""

    def __init__(
        self,
        current: Callable[[], Target] = no_target,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(current)
        self._clock = clock
        self._lock = threading.RLock()
        self.expiration_thread: Any = None
        self.store: dict[str, AntiStampedeCache] = {}
        self._kept: Ledger[tuple[str, Hashable]] = Ledger()
        self._leading: OrderedDict[tuple[str, Hashable], float] = OrderedDict()
        self._unkept: OrderedDict[tuple[str, Hashable], float] = OrderedDict()
        self._deleted: OrderedDict[str, float] = OrderedDict()
        self._cleared = -1.0

    def start(self, scheduler: Scheduler) -> None:
        """Have `expire_cache` called every `expire_freq` seconds."""
        self.expiration_thread = scheduler(self.expire_cache, self.expire_freq, "expire_cache")

    def clear(self) -> None:
        """Forget everything; who waits looks again."""
        with self._lock:
            for variants in self.store.values():
                variants.reset()
            self.store = {}
            self._kept = Ledger()
            self._leading.clear()
            self._cleared = self._clock()

    def lookup(self, target: Target) -> Any:
        """Return the response for a request, or None to the one caller who is to make it."""
        uri, headers = target.uri, target.request.headers
        with self._lock:
            variants = self.store.get(uri)
            if variants is not None:
                key = variants.key_for(headers)
                if self._kept.use((uri, key), self._clock()):
                    return variants[key]
            return self._await(uri, headers)

    def _await(self, uri: str, headers: Mapping[str, str]) -> Any:
        """Wait for what another thread makes; None says that the caller is to make it."""
        deadline = time.monotonic() + (self.antistampede_timeout or 0)
        while True:
            variants = self._variants(uri)
            key, generation = variants.key_for(headers), variants.generation
            entry = uri, key
            if self._kept.is_over(entry, self._clock()):
                self._drop(entry)
            timeout = self._timeout(entry, deadline)
            variant = variants.wait(key, timeout, self.debug)
            if variant is not None:
                self._kept.use(entry, self._clock())
                return variant
            if generation == variants.generation:
                self._lead(entry, variants, timeout)
                return None

    def keep(self, target: Target, variant: Any, size: int) -> None:
        """Keep a response, unless it is too large, or its resource changed since it was begun."""
        names = vary_names(target.response.headers.get("Vary"))
        expires = self._clock() + self.time_left(variant, self._clock())
        with self._lock:
            if size > self.maxobj_size or "*" in names or expires <= self._clock():
                self.give_up(target, uncacheable=True)
                return
            if max(self._deleted.get(target.uri, -1), self._cleared) >= target.started:
                self.give_up(target)
                return
            variants = self._variants(target.uri)
            self._select_by(target.uri, variants, names)
            key = variants.key_for(target.request.headers)
            variants[key] = variant
            self._unkept.pop((target.uri, key), None)
            self._leading.pop((target.uri, key), None)
            self._kept.add((target.uri, key), expires, size)
            for each in self._kept.excess(self.maxobjects, self.maxsize):
                self._drop(each)

    def forget(self, uri: str) -> None:
        """Forget all responses of a resource, also those that are being made."""
        with self._lock:
            _note(self._deleted, uri, self._clock(), self.maxobjects)
            variants = self.store.pop(uri, None)
            if variants is not None:
                self._forget_keys(uri, variants)
                variants.reset()

    def give_up(self, target: Target, *, uncacheable: bool = False) -> None:
        """Let others make what this thread was to make, all of them at once if `uncacheable`."""
        with self._lock:
            variants = self.store.get(target.uri)
            if variants is None:
                return
            key = variants.key_for(target.request.headers)
            if not variants.release(key):
                return
            self._leading.pop((target.uri, key), None)
            if uncacheable and self.antistampede_timeout is not None:
                until = self._clock() + self.antistampede_timeout
                _note(self._unkept, (target.uri, key), until, self.maxobjects)
                variants.generation += 1
            self._tidy(target.uri)

    def expire_cache(self) -> None:
        """Remove what has ended, once. A scheduler repeats it."""
        with self._lock:
            now = self._clock()
            for each in self._kept.due(now):
                self._drop(each)
            _expire(self._unkept, now)
            _expire(self._deleted, now - self.delay)
            for each in _expire(self._leading, now):
                self._drop(each)

    def _variants(self, uri: str) -> AntiStampedeCache:
        return self.store.setdefault(uri, AntiStampedeCache(self._lock))

    def _timeout(self, entry: tuple[str, Hashable], deadline: float) -> float | None:
        """Return how long to wait for a response: not at all for one that would not be kept."""
        is_unkept = self._unkept.get(entry, 0) > self._clock()
        if is_unkept or self.antistampede_timeout is None:
            return None
        return max(0.0, deadline - time.monotonic())

    def _lead(
        self, entry: tuple[str, Hashable], variants: AntiStampedeCache, timeout: float | None
    ) -> None:
        uri, _ = entry
        if timeout is None or self.antistampede_timeout is None:
            self._tidy(uri)
            return
        # If what was there had ended, this is no longer in the store.
        self.store[uri] = variants
        self._leading[entry] = self._clock() + self.antistampede_timeout
        self._leading.move_to_end(entry)

    def _select_by(self, uri: str, variants: AntiStampedeCache, names: tuple[str, ...]) -> None:
        """Make the keys hold what `names` name, beside what they hold already."""
        if set(names) <= set(variants.selecting_headers):
            return
        self._forget_keys(uri, variants)
        variants.reset(tuple(sorted({*names, *variants.selecting_headers})))

    def _forget_keys(self, uri: str, variants: AntiStampedeCache) -> None:
        for key in variants:
            self._kept.remove((uri, key))
            self._leading.pop((uri, key), None)

    def _drop(self, entry: tuple[str, Hashable]) -> None:
        uri, key = entry
        self._kept.remove(entry)
        variants = self.store.get(uri)
        if variants is not None:
            variants.pop(key, None)
            self._tidy(uri)

    def _tidy(self, uri: str) -> None:
        variants = self.store.get(uri)
        if variants is not None and not variants and not variants.waiting:
            del self.store[uri]


def _note(times: OrderedDict[K, float], key: K, moment: float, most: int) -> None:
    times[key] = moment
    times.move_to_end(key)
    while len(times) > most:
        times.popitem(last=False)


def _expire(times: OrderedDict[K, float], now: float) -> list[K]:
    """Remove and return the keys at the front whose time has come."""
    ended: list[K] = []
    while times and next(iter(times.values())) <= now:
        ended.append(times.popitem(last=False)[0])
    return ended
