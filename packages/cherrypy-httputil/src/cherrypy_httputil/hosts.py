"""Who is at the other end: addresses, and host names that cannot break a header.

A host name from the network is never decoded, and never kept with a line break in it.
"""

from __future__ import annotations

import re
from typing import ClassVar


class Host:
    """An internet address.

    Args:
        ip: The IP address.
        port: The TCP port.
        name: The host name; without one, the IP address.

    Examples:
        >>> remote = Host("127.0.0.1", 50123)
        >>> remote.name, remote.port
        ('127.0.0.1', 50123)
    """

    ip: str = "0.0.0.0"  # noqa: S104 - the documented value; nothing binds to it
    port: int = 80
    name: str = "unknown.tld"

    def __init__(self, ip: str, port: int, name: str | None = None) -> None:
        self.ip = ip
        self.port = port
        self.name = ip if name is None else name

    def __repr__(self) -> str:
        return f"httputil.Host({self.ip!r}, {self.port!r}, {self.name!r})"


class SanitizedHost(str):
    r"""A host name without the line breaks that were in it.

    A name that has none comes back as the plain `str` it was.

    Examples:
        >>> host = SanitizedHost("example.org\nevil: yes")
        >>> host, host.raw
        ('example.orgevil: yes', 'example.org\nevil: yes')
    """

    __slots__ = ("raw",)

    dangerous: ClassVar[re.Pattern[str]] = re.compile(r"[\n\r]")

    raw: str
    """The name as it was given."""

    def __new__(cls, raw: str) -> str:  # type: ignore[misc]
        """Return `raw`, cleaned if it needs to be."""
        clean = cls.dangerous.sub("", raw)
        if clean == raw:
            return raw
        host = super().__new__(cls, clean)
        host.raw = raw
        return host
