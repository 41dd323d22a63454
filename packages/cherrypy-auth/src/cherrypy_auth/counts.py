"""Notice a request that was sent before: which counts of a nonce have been used (RFC 7616, 3.4.5).

Memory is bounded without a hole: when a nonce is forgotten, all that are as old become stale, and
their clients get new ones without being asked for the password.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Protocol

from cherrypy_auth.limits import COUNT_WINDOW, NONCES
from cherrypy_auth.nonces import time_of


class Counts(Protocol):
    """What knows which counts of nonces were used: `NonceCounts`, or a store of several servers.

    Examples:
        >>> class Once:
        ...     def __init__(self):
        ...         self.used = set()
        ...     def use(self, nonce, count):
        ...         is_new = (nonce, count) not in self.used
        ...         self.used.add((nonce, count))
        ...         return is_new
        >>> counts: Counts = Once()
        >>> counts.use("a nonce", 1), counts.use("a nonce", 1)
        (True, False)
    """

    def use(self, nonce: str, count: int) -> bool:
        """Note that a count is used, and return whether it was new."""
        ...


class NonceCounts:
    """The counts that were used with nonces, in the memory of one process.

    Browsers send several requests at a time, so counts may come in another order, within a window.
    A nonce from before this object was made is stale: nobody knows its counts.

    Args:
        maxsize: How many nonces to remember.
        window: By how much a count may be less than the highest one.

    Raises:
        ValueError: One of them is less than 1.

    Examples:
        >>> from cherrypy_auth import NonceCounts, synthesize_nonce
        >>> counts, nonce = NonceCounts(), synthesize_nonce("earth", "a565c27146791cfb")
        >>> counts.use(nonce, 1), counts.use(nonce, 2), counts.use(nonce, 1)
        (True, True, False)
    """

    def __init__(self, maxsize: int = NONCES, window: int = COUNT_WINDOW) -> None:
        if min(maxsize, window) < 1:
            raise ValueError(f"maxsize and window have to be 1 or more, not {maxsize}, {window}")
        self._maxsize = maxsize
        self._window = window
        self._oldest = int(time.time())
        #: By nonce the highest count, and a bit for each used one: bit n for the highest less n.
        self._used: dict[str, tuple[int, int]] = {}
        self._lock = Lock()

    def use(self, nonce: str, count: int) -> bool:
        """Note that a count is used, and return whether it was new.

        Args:
            nonce: One that is genuine, of a request whose digest is right; anything else would let
                strangers use up counts.
            count: The number in `nc`.
        """
        with self._lock:
            known = self._used.get(nonce)
            if known is None:
                return self._add(nonce, count)
            highest, bits = known
            if count > highest:
                shift = count - highest
                bits = (bits << shift if shift < self._window else 0) | 1
                highest = count
            else:
                bit = 1 << (highest - count) if highest - count < self._window else bits
                if bits & bit:
                    return False
                bits |= bit
            self._used[nonce] = highest, bits & ((1 << self._window) - 1)
            return True

    def _add(self, nonce: str, count: int) -> bool:
        made = time_of(nonce)
        if made is None or made < self._oldest:
            return False
        if len(self._used) >= self._maxsize:
            first = next(iter(self._used))
            del self._used[first]
            self._oldest = max(self._oldest, (time_of(first) or 0) + 1)
        self._used[nonce] = count, 1
        return True
