"""A port of one's own, which no other program on this machine gets meanwhile."""

from __future__ import annotations

import socket
import sys
from functools import cache

_kept: list[socket.socket] = []


@cache
def own_port(host: str = "127.0.0.1") -> int:
    """Return a port of this process: the same one each time, and no other process gets it.

    Any server that sets ``SO_REUSEADDR``, as servers do, can listen on it, as often as it likes.

    Args:
        host: The address to listen on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    claim = socket.socket(family, socket.SOCK_STREAM)
    claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    claim.bind((host, 0))
    port: int = claim.getsockname()[1]
    if sys.platform == "linux":
        _kept.append(claim)  # bound, but not listening: it keeps others off and not the server
    else:
        claim.close()
    return port
