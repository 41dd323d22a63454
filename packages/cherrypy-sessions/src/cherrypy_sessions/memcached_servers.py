"""Memcached servers, as far as sessions need them: values that change only as somebody saw them.

Each key is on one of the servers, found by its hash; nothing is kept on two.
"""

import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeVar

from cherrypy_sessions.errors import SessionTooLargeError, StoreUnavailable
from cherrypy_sessions.extras import load
from cherrypy_sessions.schedule import log

T = TypeVar("T")

SLOW: Final = 2.0
"""Seconds after which a server is taken for dead."""

MONTH: Final = 30 * 24 * 60 * 60
"""Up to so many seconds memcached takes an end for a duration."""

PLAIN: Final = b" MS"
"""Store it whatever there is."""

NEW: Final = b" ME"
"""Store it if there is nothing."""


def seen(version: bytes) -> bytes:
    """Return the condition that nothing has changed since a version was read."""
    return b" C" + version


class MemcachedServers:
    """Some servers.

    Args:
        servers: Each is ``host:port``, ``[address]:port`` or the path of a socket.

    Raises:
        ImportError: The library is not installed.
        ValueError: One of them is none of these.
    """

    def __init__(self, servers: tuple[str, ...]) -> None:
        base = load("pymemcache.client.base", "memcached", "a session in memcached")
        hashing = load("pymemcache.client.rendezvous", "memcached", "a session in memcached")
        if not servers:
            raise ValueError("servers is empty, and sessions have to be kept somewhere")
        self._errors = load("pymemcache.exceptions", "memcached", "a session in memcached")
        self._clients = {
            # Without waiting for the answer nobody would know what was stored.
            server: base.PooledClient(
                server, connect_timeout=SLOW, timeout=SLOW, no_delay=True, default_noreply=False
            )
            for server in servers
        }
        self._hash = hashing.RendezvousHash(list(servers))

    def get(self, key: str) -> tuple[bytes, bytes] | None:
        """Return a value and its version, or None.

        Raises:
            StoreUnavailable: The server does not answer.
        """
        value, version = self._ask(key, lambda client: client.gets(key))
        return None if value is None else (value, version)

    def put(
        self, key: str, value: bytes, lifetime: float, condition: bytes = PLAIN
    ) -> bytes | None:
        """Store a value, and return its version; None if the condition does not hold.

        Args:
            key: Under which key.
            value: The value.
            lifetime: For how many seconds.
            condition: `PLAIN`, `NEW`, or what `seen` returns.

        Raises:
            SessionTooLargeError: It is larger than an item of the server may be.
            StoreUnavailable: The server does not answer.
        """
        head = f"ms {key} {len(value)} c T{_end(lifetime)}".encode()
        command = head + condition + b"\r\n" + value
        reply: bytes = self._ask(key, lambda client: client.raw_command(command, b""))
        return reply.partition(b" c")[2] if reply.startswith(b"HD") else None

    def delete(self, key: str) -> None:
        """Remove a value, if it is there.

        Raises:
            StoreUnavailable: The server does not answer.
        """
        self._ask(key, lambda client: client.delete(key))

    def _ask(self, key: str, question: Callable[[Any], T]) -> T:
        server = self._hash.get_node(key)
        client = self._clients[server]
        try:
            return question(client)
        except (ConnectionError, self._errors.MemcacheUnexpectedCloseError):
            # The connections may have ended since they were last used.
            client.close()
        except (OSError, self._errors.MemcacheError) as error:
            self._explain(server, error)
        try:
            return question(client)
        except (OSError, self._errors.MemcacheError) as error:
            self._explain(server, error)

    def _explain(self, server: str, error: Exception) -> NoReturn:
        if "too large" in str(error):
            raise SessionTooLargeError(
                f"a session has more data than memcached at {server} takes in one item "
                "(its option -I): keep less in it, or use another store"
            ) from error
        if isinstance(error, self._errors.MemcacheUnknownCommandError):
            log.error("The server at %s is older than memcached 1.6.", server)
        else:
            log.error("The sessions in memcached at %s cannot be reached: %r", server, error)
        raise StoreUnavailable from error


def _end(lifetime: float) -> int:
    """Return an end as memcached takes it; what should have ended already ends at once."""
    if lifetime <= 0:
        return -1
    whole = int(lifetime) + 1
    return whole if whole <= MONTH else int(time.time()) + whole


@lru_cache(maxsize=64)
def _servers(servers: tuple[str, ...], process: int) -> MemcachedServers:  # noqa: ARG001 - the key
    return MemcachedServers(servers)


def servers_at(servers: tuple[str, ...]) -> MemcachedServers:
    """Return some servers; a process that was forked has connections of its own."""
    return _servers(servers, os.getpid())
