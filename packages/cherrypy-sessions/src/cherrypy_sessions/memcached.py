"""Sessions in memcached, shared by any number of machines.

The lock of a session is in its item. Memcached cannot wake anybody: threads of one process take
turns without asking it; a process that waits for another one asks again after pauses that grow, up
to `LONGEST_PAUSE`.
"""

import os
import random
import re
import secrets
import socket
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from cherrypy_sessions.encoded import EncodedSession, refuse_pickles, warn_of_pickles
from cherrypy_sessions.errors import LockLostError, StoreUnavailable
from cherrypy_sessions.leases import alone, leases
from cherrypy_sessions.locking import LEAST_EXPIRY, check_time, lock_timeout, seconds
from cherrypy_sessions.locks import acquire, holder, release
from cherrypy_sessions.memcached_items import Item, LockedItem
from cherrypy_sessions.memcached_servers import NEW, PLAIN, MemcachedServers, seen, servers_at
from cherrypy_sessions.schedule import log

LONGEST_PREFIX: Final = 50
"""Characters; with an id, it makes a key of 250, the most that memcached takes."""

_PREFIX: Final = re.compile(rf"[!-~]{{0,{LONGEST_PREFIX}}}")

FIRST_PAUSE: Final = 0.001
LONGEST_PAUSE: Final = 0.05
"""Seconds between two questions of a process that waits for another one."""


class MemcachedSession(EncodedSession):
    """A session in memcached, of version 1.6 or later.

    Reading one costs one round trip with `readonly`; reading and writing one with a lock costs
    three, as long as nobody else has the lock. The clocks of the machines have to agree to within
    a few seconds.

    Examples:
        >>> class Sessions(MemcachedSession):
        ...     servers = ["one.example.org:11211", "two.example.org:11211"]
        >>> Sessions.check_options()
        >>> Sessions.check_options(prefix="two words")
        Traceback (most recent call last):
        ValueError: prefix is up to ... visible ASCII characters, not 'two words'
    """

    servers: Sequence[str] = ["127.0.0.1:11211"]
    """Each is `host:port`, or the path of a socket."""

    prefix: str = "cherrypy-session:"
    """What all keys begin with."""

    lock_expiry: float = 30
    """Seconds after which a lock ends whose process does not extend it any more."""

    locks: ClassVar[dict[str, Any]] = {}
    """Who has or waits for the lock of which session in this process."""

    mc_lock: ClassVar[Any] = threading.RLock()
    """Documented. Nothing here needs it: each thread has its own connection."""

    _of_request: ClassVar[tuple[str, ...]] = ("_lock", "_found")
    _of_lock: ClassVar[tuple[str, ...]] = ("_lock", "_held")
    _held: str | None = None
    _lock: LockedItem | None = None
    _found: tuple[bytes, bytes] | None = None

    @classmethod
    def setup(cls, **kwargs: Any) -> None:
        """Warn, before the first session, where pickles are believed."""
        warn_of_pickles(cls, kwargs)

    @classmethod
    def check_options(cls, **options: Any) -> None:
        """Check the servers' addresses.

        Raises:
            ImportError: The library is not installed.
            ValueError: There is no server, or one has no such address; or keys cannot begin with
                that `prefix`; a lock cannot have that `lock_expiry`; or pickles would not be signed
                though `signed_pickles_only` is set.
        """
        refuse_pickles(cls, options)
        check_time("lock_expiry", options.get("lock_expiry", cls.lock_expiry), LEAST_EXPIRY)
        prefix = options.get("prefix", cls.prefix)
        if not _PREFIX.fullmatch(prefix):
            most = f"up to {LONGEST_PREFIX} visible ASCII characters"
            raise ValueError(f"prefix is {most}, not {prefix!r}")
        servers_at(tuple(options.get("servers", cls.servers)))

    def acquire_lock(self) -> None:
        """Wait until this request has the session to itself.

        Raises:
            LockTimeout: `lock_timeout` is over.
            DeadlockError: This thread has the lock already, for another request.
            StoreUnavailable: The server does not answer.
        """
        if self.locked:
            return
        patience = None if self.lock_timeout is None else seconds(self.lock_timeout)
        deadline = None if patience is None else time.monotonic() + patience
        key = self._id
        if not acquire(self.locks, key, patience):
            raise lock_timeout(key, self._holder(), patience)
        try:
            self._lock = self._take(deadline, patience)
        except BaseException:
            release(self.locks, key)
            raise
        self._held, self.locked = key, True
        if self._lock is not None:
            extend = alone(self._lock.extend)  # which another server may have to be asked for
            leases.keep(self._lock.token, self, extend, None, self.lock_expiry)

    def release_lock(self) -> None:
        """Let the next request have the session; do nothing without the lock."""
        if not self.locked:
            return
        try:
            # Not in a process that was forked meanwhile: it has no leases.
            if self._lock is not None and self._lock.token in leases:
                self._lock.release()
        except StoreUnavailable:
            log.warning("The lock of a session could not be released; it will end by itself.")
        finally:
            self._forget_lock()

    def load(self) -> None:
        """Read the data from the store, now.

        If the session is gone or has expired, this is a new, empty session with a new id.
        """
        super().load()
        if self._is_unguarded and not self.is_new:  # the item is there again
            self.release_lock()
            self.acquire_lock()
            super().load()
        if self._is_unguarded:
            self._is_latest = False

    @property
    def _is_unguarded(self) -> bool:
        """Whether there was no item for the lock, so that only this process knows it."""
        return self._held == self._id and self._lock is None

    @property
    def _servers(self) -> MemcachedServers:
        return servers_at(tuple(self.servers))

    @property
    def _own_lock(self) -> LockedItem | None:
        """The lock that is in the item of the present id."""
        return self._lock if self._held == self._id else None

    def _key(self) -> str:
        return self.prefix + self._id

    def _take(self, deadline: float | None, patience: float | None) -> LockedItem | None:
        """Write the lock into the item, as soon as it is free; None if there is no item."""
        found, self._found = self._found, None
        if found is None or _is_locked(found[0]):  # then, but maybe no longer
            found = self._servers.get(self._key())
        pause = FIRST_PAUSE
        while found is not None:
            item = Item.unpack(found[0])
            if item is None:
                return None  # `_load` will say what it is
            if not item.is_locked:
                token = _here() + secrets.token_hex(8)
                lock = LockedItem(self._servers, self._key(), item, token, self.lock_expiry)
                if lock.take(found[1]):
                    return lock
            elif deadline is not None and time.monotonic() >= deadline:
                raise lock_timeout(self._id, item.holder, patience)
            else:
                # Two that wait shall not keep step.
                time.sleep(pause * random.uniform(0.5, 1))  # noqa: S311
                pause = min(2 * pause, LONGEST_PAUSE)
            found = self._servers.get(self._key())
        return None

    def _holder(self) -> str | None:
        """Return who has the lock: the first thread in our queue may be waiting for it, too."""
        found = self._servers.get(self._key())
        item = None if found is None else Item.unpack(found[0])
        if item is not None and item.is_locked and not item.holder.startswith(_here()):
            return item.holder
        thread = holder(self.locks, self._id)
        return None if thread is None else f"thread {thread}"

    def _forget_lock(self) -> None:
        self.locked: bool = False
        self._is_latest = False
        if self._lock is not None:
            leases.drop(self._lock.token)
            self._lock = None
        if self._held is not None:
            release(self.locks, self._held)
            self._held = None

    def _exists(self) -> bool:
        self._found = self._servers.get(self._key())
        return self._found is not None

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        if self._own_lock is not None:
            return self._decode(self._own_lock.content)
        found, self._found = self._found, None
        if found is None or not self.readonly:
            found = self._servers.get(self._key())
        if found is None:
            return None
        item = Item.unpack(found[0])
        return self._decode(found[0] if item is None else item.content)

    def _save(self, expiration_time: datetime) -> None:
        self._write(expiration_time, release=False)

    def _save_last(self, expiration_time: datetime) -> None:
        if self._own_lock is None or not self._writes_as(MemcachedSession):
            super()._save_last(expiration_time)
            return
        self._write(expiration_time, release=True)
        self._forget_lock()

    def _write(self, expiration_time: datetime, *, release: bool) -> None:
        end = time.time() + (expiration_time - self.now()).total_seconds()
        item = Item(self._encode(expiration_time), end)
        is_unknown = self.is_new or self._held not in {None, self._id}
        if self._own_lock is not None:
            if not self._own_lock.store(item.content, end, release=release):
                self._forget_lock()
                raise LockLostError
        elif is_unknown:
            # Where one was deleted, its lock went with it, and somebody may have made another.
            condition = NEW if self._is_ended else PLAIN
            if not self._servers.put(self._key(), item.pack(), item.lifetime, condition):
                raise LockLostError
        else:
            self._write_unlocked(item)
        self._seen = item.content

    def _write_unlocked(self, item: Item) -> None:
        """Write other data into an item, and leave there what is said of its lock."""
        while True:
            found = self._servers.get(self._key())
            present = None if found is None else Item.unpack(found[0])
            if present is not None:
                item = item._replace(holder=present.holder, until=present.until)
            condition = NEW if found is None else seen(found[1])
            if self._servers.put(self._key(), item.pack(), item.lifetime, condition):
                return

    def _move_data(self, new: str) -> None:
        if self._own_lock is not None and not self._own_lock.extend():
            self._forget_lock()
            raise LockLostError
        super()._move_data(new)

    def _delete(self) -> None:
        self._found = None
        if self._own_lock is not None:  # it goes with the item
            leases.drop(self._own_lock.token)
            self._lock = None
        self._servers.delete(self._key())


def _here() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/"


def _is_locked(value: bytes) -> bool:
    item = Item.unpack(value)
    return item is not None and item.is_locked
