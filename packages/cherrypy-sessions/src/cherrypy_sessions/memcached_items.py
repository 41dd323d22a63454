"""Items of memcached that hold a session and its lock.

Memcached has no locks, but changes a value only if it is still as somebody saw it. So the lock is
in the value, before the data: who has it, and until when. To take it is to write it there, and who
could, has seen the latest data. Who has lost it meanwhile finds another version, and writes none.
"""

import threading
import time
from typing import Final, NamedTuple

from cherrypy_sessions.memcached_servers import NEW, MemcachedServers, seen

UNLOCKED: Final = "-"


class Item(NamedTuple):
    """What is stored of a session.

    Attributes:
        content: The data.
        end: When they end, in seconds since the epoch.
        holder: Who has the lock.
        until: When the lock ends, in seconds since the epoch.
    """

    content: bytes
    end: float
    holder: str = UNLOCKED
    until: float = 0

    @property
    def is_locked(self) -> bool:
        """Whether somebody has the lock."""
        return self.holder != UNLOCKED and self.until > time.time()

    @property
    def lifetime(self) -> float:
        """How many seconds are left."""
        return self.end - time.time()

    def pack(self) -> bytes:
        """Return the value to store."""
        return f"{self.holder} {self.until:.3f} {self.end:.3f}\n".encode() + self.content

    @classmethod
    def unpack(cls, value: bytes) -> "Item | None":
        """Return the item that a value is; None if it is something else."""
        head, _, content = value.partition(b"\n")
        try:
            holder, until, end = head.decode().split(" ")
            return cls(content, float(end), holder, float(until))
        except ValueError:
            return None


class LockedItem:
    """An item with a lock of ours in it.

    Args:
        servers: Where it is.
        key: Under which key.
        item: What it was before.
        token: Who we are.
        expiry: After how many seconds the lock ends, unless it is extended.
    """

    def __init__(
        self, servers: MemcachedServers, key: str, item: Item, token: str, expiry: float
    ) -> None:
        self.token = token
        self._servers = servers
        self._key = key
        self._item = item
        self._expiry = expiry
        self._version: bytes | None = None
        # The thread that extends locks writes, too.
        self._writing = threading.Lock()

    @property
    def content(self) -> bytes:
        """The data."""
        return self._item.content

    def take(self, version: bytes) -> bool:
        """Write the lock into the item, if it is still of the version that was free."""
        self._version = self._write(self._item, seen(version))
        return self._version is not None

    def store(self, content: bytes, end: float, *, release: bool) -> bool:
        """Write other data, and maybe give up the lock; return False if it had been lost."""
        return self._put(Item(content, end), release=release)

    def extend(self) -> bool:
        """Have the lock for longer; return False if it had been lost."""
        return self._put()

    def release(self) -> None:
        """Give up the lock."""
        self._put(release=True)

    def _put(self, changed: Item | None = None, *, release: bool = False) -> bool:
        with self._writing:
            if self._version is None:  # the lock was given up, or lost, already
                return False
            self._item, version = changed or self._item, self._version
            written = self._write(self._item, seen(version), release=release)
            if written is None:
                written = self._write_again(changed, release=release)
            self._version = None if release else written
            return written is not None

    def _write_again(self, changed: Item | None, *, release: bool) -> bytes | None:
        """Write where there is another version: if our lock is in it, it is ours all the same."""
        found = self._servers.get(self._key)
        if found is None:  # the server had no room for it, or was started anew
            return None if changed is None else self._write(changed, NEW, release=release)
        present = Item.unpack(found[0])
        if present is None or present.holder != self.token:
            return None
        self._item = changed or present
        return self._write(self._item, seen(found[1]), release=release)

    def _write(self, item: Item, condition: bytes, *, release: bool = False) -> bytes | None:
        lock = (UNLOCKED, 0.0) if release else (self.token, time.time() + self._expiry)
        value = Item(item.content, item.end, *lock).pack()
        return self._servers.put(self._key, value, item.lifetime, condition)
