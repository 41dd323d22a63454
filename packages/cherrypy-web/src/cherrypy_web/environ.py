"""What a WSGI environ says of a request, read when somebody asks for it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import HeaderMap, Host
from cherrypy_web.lazy import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "ENVIRON_KEYS",
    "EnvironHeaders",
    "LocalHost",
    "RemoteHost",
    "decoded",
    "find_bad_percent",
    "is_authority",
    "one_slash",
]

#: CGI's names for the two fields that have no ``HTTP_`` before them (RFC 3875, 4.1).
_SPECIAL: Final = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}


#: How many names of fields are remembered: a response may vary by what a client has named.
_REMEMBERED: Final = 1024


class _Keys(dict[str, str]):
    """The names of fields in an environ, each made once."""

    def __missing__(self, name: str) -> str:
        key = name.upper().replace("-", "_")
        made = key if key in _SPECIAL else f"HTTP_{key}"
        if len(self) < _REMEMBERED:
            self[name] = made
        return made


#: The keys of header fields in a WSGI environ, by the name of the field.
ENVIRON_KEYS: Final = _Keys()


#: A ``%`` that begins no octet, with what comes after it (RFC 3986, 2.1).
find_bad_percent: Final = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}").search

_AUTHORITY: Final = re.compile(
    r"(?:\[[0-9A-Za-z:.%~_-]+\]|[0-9A-Za-z._~!$&'()*+,;=%-]+)(?::[0-9]*)?", re.ASCII
)


_SLASHES: Final = re.compile("/{2,}")


@lru_cache(maxsize=128)
def is_authority(host: str) -> bool:
    """Tell whether a text is a host, with a port or without (RFC 9110, 7.2)."""
    return _AUTHORITY.fullmatch(host) is not None


def decoded(text: str) -> str:
    """Return text as people write it, from one whose characters are bytes (PEP 3333).

    Bytes that are not UTF-8 stay as they are, which is ISO-8859-1.
    """
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def one_slash(path: str) -> str:
    """Return a path in which each run of slashes is one."""
    return _SLASHES.sub("/", path)


class EnvironHeaders:
    """The header fields in a WSGI environ, as pairs of name and value.

    Attributes:
        environ: The WSGI environ (PEP 3333). It is set from outside: one is made for each request,
            and a constructor would take longer than all the rest.
    """

    environ: Mapping[str, Any]
    _map: HeaderMap | None = None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(HeaderMap.from_environ(self.environ).items())

    def get(self, name: str) -> str:
        """Return one field's value, or ``""``, without looking at the others."""
        value: str = self.environ.get(ENVIRON_KEYS[name], "")
        return value

    @property
    def map(self) -> HeaderMap:
        """The fields by name: one map, made when somebody asks for it."""
        if self._map is None:
            self._map = HeaderMap.from_environ(self.environ)
        return self._map


class _EnvironHost(Host):
    if TYPE_CHECKING:

        def __init__(self) -> None: ...
    else:
        __init__ = object.__init__  # the rest is read from the environ when somebody asks for it

    environ: Mapping[str, Any]


class LocalHost(_EnvironHost):
    """Where a request came in."""

    ip = ""

    @lazy
    def port(self) -> int:
        """The TCP port."""
        return int(self.environ.get("SERVER_PORT") or 80)

    @lazy
    def name(self) -> str:
        """The host name that the server believes to have."""
        return str(self.environ.get("SERVER_NAME", ""))


class RemoteHost(_EnvironHost):
    """Who sent a request."""

    @lazy
    def ip(self) -> str:
        """The address."""
        return str(self.environ.get("REMOTE_ADDR", ""))

    @lazy
    def port(self) -> int:
        """The TCP port; -1 where the server does not tell it."""
        return int(self.environ.get("REMOTE_PORT") or -1)

    @lazy
    def name(self) -> str:
        """The host name, where the server looked it up; otherwise the address."""
        return str(self.environ.get("REMOTE_HOST") or self.ip)
