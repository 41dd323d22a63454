"""Ask whether somebody listens on a TCP port, by connecting to it, and wait for that to change.

Our own server needs none of this, for it binds its port in the thread that starts it. It is for
programs that start servers elsewhere.
"""

import time
from socket import create_connection

POLL = 0.05
"""Seconds between two looks."""

_ALL_INTERFACES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not bound


def client_host(server_host: str) -> str:
    """Return the address at which a client on this machine reaches a server."""
    return _ALL_INTERFACES.get(server_host, server_host)


def check_port(host: str, port: int, timeout: float = 1.0) -> None:
    """Raise an error if somebody listens on a port.

    Args:
        host: The host, or the address that a server listens on.
        port: The port.
        timeout: Seconds to wait for an answer.

    Raises:
        OSError: Somebody does.
        ValueError: There is no host.
    """
    if _is_occupied(host, port, timeout):
        raise OSError(f"Port {port} is in use on {host!r}.")


def wait_for_free_port(host: str, port: int, timeout: float = 5.0) -> None:
    """Wait until nobody listens on a port.

    Args:
        host: The host, or the address that a server listened on.
        port: The port.
        timeout: Seconds to wait at most.

    Raises:
        OSError: Somebody still does.
        ValueError: There is no host.
    """
    if not _comes(host, port, timeout, occupied=False):
        raise OSError(f"Port {port} is still in use on {host!r} after {timeout:g} s.")


def wait_for_occupied_port(host: str, port: int, timeout: float = 5.0) -> None:
    """Wait until somebody listens on a port.

    Args:
        host: The host, or the address that a server is going to listen on.
        port: The port.
        timeout: Seconds to wait at most.

    Raises:
        OSError: Nobody does.
        ValueError: There is no host.
    """
    if not _comes(host, port, timeout, occupied=True):
        raise OSError(f"Nobody listens on port {port} of {host!r} after {timeout:g} s.")


def _comes(host: str, port: int, timeout: float, *, occupied: bool) -> bool:
    end = time.monotonic() + timeout
    while _is_occupied(host, port, max(end - time.monotonic(), POLL)) is not occupied:
        if time.monotonic() > end:
            return False
        time.sleep(POLL)
    return True


def _is_occupied(host: str, port: int, timeout: float) -> bool:
    if not host:
        raise ValueError(f"the host is {host!r}; write an address such as '127.0.0.1'")
    try:
        create_connection((client_host(host), port), timeout).close()
    except OSError:
        return False
    return True
