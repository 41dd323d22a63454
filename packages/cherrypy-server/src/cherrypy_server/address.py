"""Where a server listens: addresses as text, and the error when one cannot be had.

An address is what one asked for; only a bound socket knows what one got (port 0, host names).
"""

import os
from typing import TypeAlias

from cherrypy_server.holder import holder_of

BindAddress: TypeAlias = tuple[str, int] | str
"""A host and a TCP port, or the path of a Unix socket."""

DEFAULT_PORTS = {"http": 80, "https": 443}


class BindError(OSError):
    """A server could not listen on its address.

    Attributes:
        errno: The system's error number, for example `errno.EADDRINUSE`.
        bind_addr: The address that was asked for.
        holder: The process that listens there, such as "process 4711 (nginx)"; None if unknown.

    Examples:
        >>> import socket
        >>> from cherrypy_bus import Bus
        >>> from cherrypy_server import Server
        >>> with socket.create_server(("127.0.0.1", 0)) as other:
        ...     server = Server(Bus(), lambda environ, start_response: [])
        ...     server.socket_port = other.getsockname()[1]
        ...     try:
        ...         server.start()
        ...     except BindError as error:
        ...         print(error)
        [Errno ...] Cannot listen on 127.0.0.1:...
    """

    bind_addr: BindAddress
    holder: str | None

    def __init__(self, errno: int, bind_addr: BindAddress, reason: str | None = None) -> None:
        """Describe the failure; `reason` replaces the system's words for `errno`."""
        self.bind_addr = bind_addr
        self.holder = holder_of(bind_addr)
        held = f" (held by {self.holder})" if self.holder else ""
        why = reason or os.strerror(errno)
        super().__init__(errno, f"Cannot listen on {address_text(bind_addr)}: {why}{held}")


def address_text(bind_addr: BindAddress) -> str:
    """Return an address as people write it: `127.0.0.1:8080`, `[::1]:8080` or a path."""
    if isinstance(bind_addr, str):
        return bind_addr
    host, port = bind_addr
    return f"{host_text(host)}:{port}"


def host_text(host: str) -> str:
    """Return a host as it stands in a URL: IPv6 in brackets (RFC 3986, section 3.2.2)."""
    return f"[{host}]" if ":" in host else host


def url(scheme: str, host: str, port: int) -> str:
    """Return the URL of a server's root, without the port that the scheme implies."""
    if port == DEFAULT_PORTS[scheme]:
        return f"{scheme}://{host_text(host)}"
    return f"{scheme}://{host_text(host)}:{port}"
