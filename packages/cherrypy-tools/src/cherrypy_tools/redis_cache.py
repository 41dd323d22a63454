"""Keep responses in Redis, for several processes: `RedisCache`, of the extra `redis`.

The responses of a resource carry its generation in their names, and forgetting the resource is
forgetting its generation. Everything has an end, so nothing stays that nobody can name any more;
how much memory there is in all, `maxmemory` of the server says. Without the server every request is
a miss, and the site goes on.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import uuid
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from cherrypy_tools.cache import CachedResponse, Target, TargetedCache, no_target
from cherrypy_tools.extras import load
from cherrypy_tools.freshness import vary_names
from cherrypy_tools.stampede import key_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log: logging.Logger = logging.getLogger(__name__)

BELL = 10
"""Seconds for which those who waited can still hear that the waiting is over."""

MOST_LED = 10_000
"""Responses that are being made, of which a process knows; those of the dead are among them."""

SLOW = 2
"""Seconds after which a server is taken for dead."""


class Head(NamedTuple):
    """What is known of a resource: its generation, and by which request fields it varies."""

    generation: str = ""
    names: tuple[str, ...] = ()


class RedisCache(TargetedCache):
    """A cache that several processes share.

    The attributes `maxobjects` and `maxsize` of `MemoryCache` have no meaning here: set `maxmemory`
    and `maxmemory-policy` of the server.

    Args:
        current: Returns the exchange of the current thread, for the methods that take none.
        client: A client of Redis to use, with a `socket_timeout` above `antistampede_timeout`; by
            default, one for `url` is made when it is needed.
        clock: Returns the time in seconds since the epoch.

    Examples:
        >>> class SharedCache(RedisCache):
        ...     url = "redis://cache.example.org:6379/0"
        ...     prefix = "shop:"
        ...     delay = 60
        >>> cache = SharedCache()  # it connects when it is first needed
    """

    url: str = "redis://127.0.0.1:6379/0"
    """Where the server is, as `redis.from_url` takes it."""

    prefix: str = "cherrypy-cache:"
    """What all names begin with."""

    def __init__(
        self,
        current: Callable[[], Target] = no_target,
        *,
        client: Any = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(current)
        self._given = client
        self._clock = clock
        self._id = uuid.uuid4().hex
        self._led: dict[tuple[int, str], tuple[str, str]] = {}

    @cached_property
    def client(self) -> Any:
        """The client of Redis.

        Raises:
            ImportError: The library is not installed.
        """
        if self._given is not None:
            return self._given
        library = load("redis", "redis", "a cache in Redis")
        timeout = (self.antistampede_timeout or 0) + SLOW
        return library.Redis.from_url(self.url, socket_timeout=timeout, socket_connect_timeout=SLOW)

    def lookup(self, target: Target) -> Any:
        """Return the response for a request, or None to the one caller who is to make it."""
        variant = None
        with self._failing_softly("look for a response"):
            variant = self._lookup(target)
        return variant  # noqa: RET504 - mypy is not told that errors end before this line

    def keep(self, target: Target, variant: Any, size: int) -> None:
        """Keep a response, unless it is too large, or its resource changed since it was begun.

        Raises:
            TypeError: It is no `CachedResponse`.
        """
        if not isinstance(variant, CachedResponse):
            raise TypeError(f"{variant!r} is no CachedResponse: Redis keeps nothing else")
        names = vary_names(target.response.headers.get("Vary"))
        left = int(1000 * self.time_left(variant, self._clock()))
        if size > self.maxobj_size or "*" in names or left <= 0:
            self.give_up(target, uncacheable=True)
            return
        with self._failing_softly("keep a response"):
            if not self._is_outdated(target):
                head = self._head_with(target.uri, names)
                # Together: who knows the head, and finds no response, would make another one.
                pipeline = self.client.pipeline()
                # It has to last longer than every response of its generation.
                name = self._name("h", target.uri)
                pipeline.set(name, json.dumps(head), px=self._ms(2 * self.delay))
                pipeline.set(self._response(target, head), _packed(variant), px=left)
                pipeline.execute()
        self.give_up(target)

    def forget(self, uri: str) -> None:
        """Forget all responses of a resource, also those that are being made."""
        with self._failing_softly("forget a resource"):
            self.client.set(self._name("x", uri), self._clock(), px=self._ms(self.delay))
            self.client.delete(self._name("h", uri))

    def give_up(self, target: Target, *, uncacheable: bool = False) -> None:
        """Let others make what this thread was to make, all of them at once if `uncacheable`."""
        entry, owner = self._led.pop((threading.get_ident(), target.uri), ("", ""))
        if owner:
            with self._failing_softly("let others go on"):
                self._open(entry, owner, uncacheable)

    def clear(self) -> None:
        """Forget everything under the prefix."""
        with self._failing_softly("forget everything"):
            for name in self.client.scan_iter(match=self.prefix + "*", count=500):
                self.client.delete(name)

    def _lookup(self, target: Target) -> CachedResponse | None:
        deadline = time.monotonic() + (self.antistampede_timeout or 0)
        while True:
            head = self._head(target.uri)
            payload = self.client.get(self._response(target, head))
            if payload is not None:
                return _unpacked(payload)
            if not self._wait(target, self._entry(target, head), deadline):
                return None

    def _wait(self, target: Target, entry: str, deadline: float) -> bool:
        """Wait for who is making a response; False says that the caller is to make it."""
        if self.antistampede_timeout is None or self.client.exists(self._name("u", entry)):
            return False
        lock, remaining = self._name("l", entry), deadline - time.monotonic()
        here = f"{self._id}:{threading.get_ident()}:"
        mine, until = here + uuid.uuid4().hex, self._ms(self.antistampede_timeout)
        if self.client.set(lock, mine, nx=True, px=until):
            self._lead(target.uri, entry, mine)
            return self._is_late(target, entry)
        owner = _text(self.client.get(lock) or b"")
        if remaining <= 0 or owner.startswith(here):
            self.client.set(lock, mine, px=until)
            self._lead(target.uri, entry, mine)
            return False
        if owner:
            bell = self._name("b", owner)
            # Who hears the bell leaves it ringing for the next one.
            self.client.blmove(bell, bell, remaining, "LEFT", "RIGHT")
        return True

    def _is_late(self, target: Target, entry: str) -> bool:
        """Give the lock back if it was free because the response has been made meanwhile."""
        head = self._head(target.uri)
        response = self._response(target, head)
        if self._entry(target, head) == entry and not self.client.exists(response):
            return False
        self.give_up(target)
        return True

    def _lead(self, uri: str, entry: str, owner: str) -> None:
        """Note what this thread is to make: meanwhile the head may become another."""
        self._led[threading.get_ident(), uri] = entry, owner
        while len(self._led) > MOST_LED:
            self._led.pop(next(iter(self._led)), None)

    def _open(self, entry: str, owner: str, uncacheable: bool) -> None:
        lock, bell = self._name("l", entry), self._name("b", owner)
        is_mine = _text(self.client.get(lock) or b"") == owner
        pipeline = self.client.pipeline()
        if uncacheable and self.antistampede_timeout is not None:
            pipeline.set(self._name("u", entry), 1, px=self._ms(self.antistampede_timeout))
        if is_mine:
            pipeline.delete(lock)
        pipeline.rpush(bell, 1)
        pipeline.expire(bell, BELL)
        pipeline.execute()

    def _head(self, uri: str) -> Head:
        found = self.client.get(self._name("h", uri))
        if found is None:
            return Head()
        generation, names = json.loads(found)
        return Head(generation, tuple(names))

    def _head_with(self, uri: str, names: tuple[str, ...]) -> Head:
        """Return the head of a resource that varies by `names`, too."""
        head = self._head(uri)
        if not head.generation or not set(names) <= set(head.names):
            head = Head(uuid.uuid4().hex, tuple(sorted({*names, *head.names})))
        return head

    def _is_outdated(self, target: Target) -> bool:
        changed = self.client.get(self._name("x", target.uri))
        return changed is not None and float(changed) >= target.started

    def _entry(self, target: Target, head: Head) -> str:
        key = key_for(head.names, target.request.headers)
        return json.dumps([target.uri, head.generation, key])

    def _response(self, target: Target, head: Head) -> str:
        return self._name("r", self._entry(target, head))

    def _name(self, kind: str, text: str) -> str:
        return f"{self.prefix}{kind}:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"

    def _ms(self, seconds: float) -> int:
        return max(1, int(1000 * seconds))

    @contextmanager
    def _failing_softly(self, what: str) -> Iterator[None]:
        try:
            yield
        except load("redis", "redis", "a cache in Redis").RedisError as error:
            log.warning("cannot %s in Redis: %s", what, error)


def _packed(variant: CachedResponse) -> bytes:
    head = json.dumps([variant.status, dict(variant.headers), variant.made])
    return head.encode("ascii") + b"\n" + variant.body


def _unpacked(payload: bytes) -> CachedResponse:
    head, _, body = payload.partition(b"\n")
    status, headers, made = json.loads(head)
    return CachedResponse(status, headers, body, made)


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
