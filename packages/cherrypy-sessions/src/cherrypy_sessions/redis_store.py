"""Sessions in Redis or Valkey, shared by any number of machines.

The lock of a session is a key that says who has it and ends by itself, so that nobody waits for
ever for a process that was killed. Who has to wait stands in a queue in Redis and sleeps until it
is told that it is its turn; the lock is then its own already, for a short time in which it has to
ask for the rest, lest it has died meanwhile. When the lock should have ended, it asks again, and so
is heard of. What belongs together is one script: one round trip, and one step.
"""

import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, ClassVar, Final

from cherrypy_sessions.encoded import EncodedSession, refuse_pickles, warn_of_pickles
from cherrypy_sessions.errors import LockLostError, StoreUnavailable
from cherrypy_sessions.extras import load
from cherrypy_sessions.leases import leases
from cherrypy_sessions.locking import LEAST_EXPIRY, check_time, lock_timeout, seconds
from cherrypy_sessions.locks import DeadlockError
from cherrypy_sessions.schedule import log

_VALKEY: Final = re.compile("^valkey")

SLOW: Final = 2.0
"""Seconds after which a server is taken for dead."""

SHORTEST: Final = 0.01
"""Seconds to wait at least: none at all would mean for ever."""

GRACE: Final = 2000
"""Milliseconds in which who is told that it is its turn has to take the lock."""

HAND_OVER: Final = """
local function milliseconds()
    local now = redis.call('TIME')
    return 1000 * now[1] + math.floor(now[2] / 1000)
end

-- Give the lock to the first in the queue of whom we have heard lately.
local function hand_over(lock, queue, heard, bells, grace)
    redis.call('DEL', lock)
    local now = milliseconds()
    local heir = redis.call('LPOP', queue)
    while heir do
        local patience = redis.call('HGET', heard, heir)
        redis.call('HDEL', heard, heir)
        if patience and tonumber(patience) > now then
            redis.call('SET', lock, heir, 'PX', grace)
            redis.call('RPUSH', bells .. heir, 1)
            redis.call('PEXPIRE', bells .. heir, grace)
            return
        end
        heir = redis.call('LPOP', queue)
    end
end
"""

TAKE: Final = """
local data, lock, queue, heard = unpack(KEYS)
local token, expiry, grace, bells = unpack(ARGV)
if redis.call('EXISTS', lock) == 0 then
    hand_over(lock, queue, heard, bells, grace)
    redis.call('SET', lock, token, 'NX')
    redis.call('DEL', bells .. token)
end
local holder = redis.call('GET', lock)
if holder == token then
    redis.call('SET', lock, token, 'PX', expiry)
    return {1, redis.call('GET', data)}
end
local left = redis.call('PTTL', lock)
if not redis.call('LPOS', queue, token) then
    redis.call('RPUSH', queue, token)
end
redis.call('HSET', heard, token, milliseconds() + left + grace)
redis.call('PEXPIRE', queue, 4 * expiry)
redis.call('PEXPIRE', heard, 4 * expiry)
return {0, holder, left}
"""

RELEASE: Final = """
local lock, queue, heard = unpack(KEYS)
local token, grace, bells = unpack(ARGV)
redis.call('LREM', queue, 1, token)
redis.call('HDEL', heard, token)
if redis.call('GET', lock) == token then
    hand_over(lock, queue, heard, bells, grace)
end
"""

SAVE: Final = """
local data, lock, queue, heard = unpack(KEYS)
local token, expiry, release, grace, bells, content = unpack(ARGV)
if token ~= '' and redis.call('GET', lock) ~= token then
    -- Of a question that is asked again, because its answer was lost, the answer is the same.
    return redis.call('GET', data) == content and 1 or 0
end
if tonumber(expiry) > 0 then
    redis.call('SET', data, content, 'PX', expiry)
else
    redis.call('DEL', data)
end
if release == '1' then
    hand_over(lock, queue, heard, bells, grace)
end
return 1
"""

MOVE: Final = """
local data, lock, new = unpack(KEYS)
local token, expiry, content = unpack(ARGV)
if token ~= '' and redis.call('GET', lock) ~= token then
    return 0
end
if tonumber(expiry) > 0 then
    redis.call('SET', new, content, 'PX', expiry)
end
redis.call('DEL', data)
return 1
"""

EXTEND: Final = """
local ours = {}
for number, lock in ipairs(KEYS) do
    ours[number] = 0
    if redis.call('GET', lock) == ARGV[2 * number - 1] then
        ours[number] = redis.call('PEXPIRE', lock, ARGV[2 * number])
    end
end
return ours
"""


class RedisServer:
    """A server, and what is asked of it.

    Args:
        url: Where it is, as `redis.from_url` takes it.
        longest_wait: How many seconds it may take to answer who waits for something.

    Raises:
        ImportError: The library is not installed.
        ValueError: The url is none.
    """

    def __init__(self, url: str, longest_wait: float) -> None:
        self.name: str = _without_password(url)
        library = load("redis", "redis", "a session in Redis")
        self._errors = (library.RedisError, OSError)
        client = partial(_client, library, _VALKEY.sub("redis", url))
        self.client: Any = client(SLOW)
        self._waiting = client(longest_wait + SLOW)
        register = self.client.register_script
        self.take: Callable[..., Any] = self._guarded(register(HAND_OVER + TAKE))
        self.release: Callable[..., Any] = self._guarded(register(HAND_OVER + RELEASE))
        self.save: Callable[..., Any] = self._guarded(register(HAND_OVER + SAVE))
        self.move: Callable[..., Any] = self._guarded(register(MOVE))
        self._extend: Any = register(EXTEND)
        self.get: Callable[..., Any] = self._guarded(self.client.get)
        self.exists: Callable[..., Any] = self._guarded(self.client.exists)
        self.delete: Callable[..., Any] = self._guarded(self.client.delete)
        self.wait: Callable[..., Any] = self._guarded(self._waiting.blpop)

    def extend(self, locks: Sequence[tuple[str, str, int]]) -> list[bool]:
        """Extend locks in one round trip, and return which of them had not been lost.

        Args:
            locks: Of each the key, the token of its owner, and how many milliseconds it is to last.
        """
        args = [each for _, *its in locks for each in its]
        return [bool(is_ours) for is_ours in self._extend([key for key, *_ in locks], args)]

    def _guarded(self, ask: Callable[..., Any]) -> Callable[..., Any]:
        def guarded(*args: Any) -> Any:
            try:
                return ask(*args)
            except self._errors as error:
                log.error("The sessions in Redis at %s cannot be reached: %s", self.name, error)
                raise StoreUnavailable from error

        return guarded


def _without_password(url: str) -> str:
    # One may be before the host, or among the options that follow a question mark.
    scheme, slashes, rest = url.partition("?")[0].rpartition("://")
    return scheme + slashes + rest.rpartition("@")[2]


def _client(library: Any, url: str, patience: float) -> Any:
    # A connection may have ended since it was last used, so there is a second try, at once.
    errors = (library.ConnectionError,)
    retry = library.retry.Retry(library.backoff.NoBackoff(), 1, errors)
    return library.Redis.from_url(
        url, socket_timeout=patience, socket_connect_timeout=SLOW, retry=retry
    )


server_at: Final = lru_cache(maxsize=64)(RedisServer)


class RedisSession(EncodedSession):
    """A session in Redis or Valkey.

    Reading one costs one round trip with `readonly`; reading and writing one with a lock costs
    three, as long as nobody else has the lock.

    Examples:
        >>> class Sessions(RedisSession):
        ...     url = "redis://sessions.example.org:6379/0"
        ...     lock_expiry = 60
        >>> Sessions.check_options()
        >>> Sessions.check_options(url="sessions.example.org")
        Traceback (most recent call last):
        ValueError: url has to be the address of one server, such as ...
    """

    url: str = "redis://127.0.0.1:6379/0"
    """Where the server is, as `redis.from_url` takes it; `rediss:` and `unix:` are others, and so
    are `valkey:` and `valkeys:`."""

    prefix: str = "cherrypy-session:"
    """What all keys begin with."""

    serializer: Any = json

    lock_expiry: float = 30
    """Seconds after which a lock ends whose process does not extend it any more."""

    _of_request: ClassVar[tuple[str, ...]] = ("_token", "_fetched")
    _of_lock: ClassVar[tuple[str, ...]] = ("_token", "_held")
    _token: str | None = None
    _held: str = ""
    _fetched: bytes | None = None

    @classmethod
    def setup(cls, **kwargs: Any) -> None:
        """Warn, before the first session, where pickles are believed."""
        warn_of_pickles(cls, kwargs)

    @classmethod
    def check_options(cls, **options: Any) -> None:
        """Check the server's address.

        Raises:
            ImportError: The library is not installed.
            ValueError: The url is none, a lock cannot have that `lock_expiry`, or pickles would not
                be signed though `signed_pickles_only` is set.
        """
        refuse_pickles(cls, options)
        check_time("lock_expiry", options.get("lock_expiry", cls.lock_expiry), LEAST_EXPIRY)
        url = options.get("url", cls.url)
        try:
            server_at(url, options.get("lock_expiry", cls.lock_expiry))
        except ValueError as error:
            raise ValueError(
                f"url has to be the address of one server, such as {RedisSession.url}, and not "
                f"{_without_password(url)!r}: {error}. Redis Cluster and Sentinel are not "
                "supported; give the address of the primary."
            ) from error

    def acquire_lock(self) -> None:
        """Wait until this request has the session to itself; who asks first has it first.

        Raises:
            LockTimeout: `lock_timeout` is over.
            DeadlockError: This thread has the lock already, for another request.
            StoreUnavailable: The server does not answer.
        """
        if self.locked:
            return
        here = f"{socket.gethostname()}/{os.getpid()}/{threading.get_ident()}"
        token, self._held = f"{here}/{secrets.token_hex(8)}", self._id
        try:
            self._take(token, here)
        except BaseException:
            self._give_up(token)
            raise
        self._token = token
        self.locked: bool = True
        what = (self._key("lock"), token, self._ms(self.lock_expiry))
        leases.keep(token, self, self._server.extend, what, self.lock_expiry)

    def release_lock(self) -> None:
        """Let the next request have the session; do nothing without the lock."""
        if not self.locked:
            return
        is_ours = self._token in leases  # and not of the process that this one was forked from
        token = self._forget_lock()
        if is_ours:
            self._give_up(token)

    @property
    def _server(self) -> RedisServer:
        return server_at(self.url, self.lock_expiry)

    def _take(self, token: str, here: str) -> None:
        server = self._server
        patience = None if self.lock_timeout is None else seconds(self.lock_timeout)
        deadline = None if patience is None else time.monotonic() + patience
        keys = [self._key(kind) for kind in ("data", "lock", "queue", "heard")]
        args = [token, self._ms(self.lock_expiry), GRACE, self._key("turn")]
        while True:
            had, *rest = server.take(keys, args)
            if had:
                self._fetched = rest[0]
                return
            holder, left = rest[0].decode(), max(rest[1], 1) / 1000
            if holder.startswith(here + "/") and holder in leases:
                raise DeadlockError(f"{holder} would wait for itself: it holds this lock already")
            if deadline is not None:
                left = min(left, deadline - time.monotonic())
                if left <= 0:
                    raise lock_timeout(self._id, holder, patience)
            # A holder with another `lock_expiry` may have longer than our connection waits.
            left = min(left, self.lock_expiry)
            server.wait([self._key("turn") + token], max(left, SHORTEST))

    def _give_up(self, token: str) -> None:
        keys = [self._key(kind) for kind in ("lock", "queue", "heard")]
        try:
            self._server.release(keys, [token, GRACE, self._key("turn")])
        except StoreUnavailable:
            log.warning("The lock of a session could not be released; it will end by itself.")

    def _forget_lock(self) -> str:
        token, self._token = self._token or "", None
        self.locked = False
        self._is_latest = False
        leases.drop(token)
        return token

    def _exists(self) -> bool:
        if not self.readonly:
            return bool(self._server.exists(self._key("data", self._id)))
        self._fetched = self._server.get(self._key("data", self._id))
        return self._fetched is not None

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        stored, self._fetched = self._fetched, None
        if stored is None:
            stored = self._server.get(self._key("data", self._id))
        return None if stored is None else self._decode(stored)

    def _save(self, expiration_time: datetime) -> None:
        self._write(expiration_time, release=False)

    def _save_last(self, expiration_time: datetime) -> None:
        if self._token is None or not self._writes_as(RedisSession):
            super()._save_last(expiration_time)
        else:
            self._write(expiration_time, release=True)

    def _write(self, expiration_time: datetime, *, release: bool) -> None:
        self._fetched = None
        content = self._encode(expiration_time)
        locking = [self._key(kind) for kind in ("lock", "queue", "heard")]
        args: Sequence[Any] = [
            self._token or "",
            self._left(expiration_time),
            int(release),
            GRACE,
            self._key("turn"),
            content,
        ]
        self._check(self._server.save([self._key("data", self._id), *locking], args))
        self._seen = content
        if release:
            self._forget_lock()

    def _move_data(self, new: str) -> None:
        if not self._writes_as(RedisSession):
            super()._move_data(new)
            return
        self._fetched = None
        expiration, old = self._next_expiration(), self._id
        try:
            self._id = new
            content = self._encode(expiration)
        finally:
            self._id = old
        keys = [self._key("data", old), self._key("lock"), self._key("data", new)]
        args = [self._token or "", self._left(expiration), content]
        self._check(self._server.move(keys, args))
        self._seen = content

    def _delete(self) -> None:
        self._fetched = None
        self._server.delete(self._key("data", self._id))

    def _check(self, written: int) -> None:
        if not written:
            self._forget_lock()
            raise LockLostError

    def _left(self, expiration_time: datetime) -> int:
        return self._ms((expiration_time - self.now()).total_seconds())

    def _ms(self, duration: float) -> int:
        return int(1000 * duration)

    def _key(self, kind: str, session_id: str | None = None) -> str:
        # In braces: what a cluster takes for the part that says where a key is kept.
        return f"{self.prefix}{{{session_id or self._held}}}:{kind}:"
