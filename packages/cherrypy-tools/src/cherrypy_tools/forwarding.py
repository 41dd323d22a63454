"""Learn from a proxy what the client asked for: the pure part of the `proxy` tool.

Whoever reaches this server directly can send the same headers. `trusted` names the machines that
are believed; without it everybody is, as documented, so that such a server must not be reachable
but through its proxy. What a believed header says still has to be a scheme, a host or an address:
links are made of it, and `javascript:` would be one that runs.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cherrypy_httputil import HTTPError
from cherrypy_tools.forwarded import parse_forwarded
from cherrypy_tools.trace import trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

log: logging.Logger = logging.getLogger(__name__)

SCHEME = re.compile(r"https?|wss?", re.IGNORECASE)
AUTHORITY = re.compile(r"(?:[A-Za-z0-9._~-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
ADDRESS = re.compile(r"\[(?P<v6>[0-9A-Fa-f:.]+)\](?::[0-9]+)?|(?P<v4>[0-9.]+)(?::[0-9]+)?")
LOCAL_SOCKET = "unix"
"""The name in `trusted` of a peer without an address, at a local socket."""

Network: TypeAlias = IPv4Network | IPv6Network


class Origin(NamedTuple):
    """What the client asked for, and who it is.

    `base` is scheme, host and port, and what the configured base adds to them, without a slash at
    the end. `remote_ip` is the client's address, or None if no header said it.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"X-Forwarded-Host": "example.com"})
        >>> origin = proxy(request, Response(), own_base="http://app:8080", peer="10.0.0.1")
        >>> origin.base, origin.remote_ip
        ('http://example.com', None)
    """

    base: str
    remote_ip: str | None


class Claims(NamedTuple):
    """What the headers say, one entry for each proxy on the way, the client's side first."""

    schemes: list[str]
    hosts: list[str]
    clients: list[str]


def proxy(
    request: RequestMessage,
    response: ResponseMessage,  # noqa: ARG001 - every tool takes the exchange
    base: str | None = None,
    local: str = "X-Forwarded-Host",
    remote: str = "X-Forwarded-For",
    scheme: str = "X-Forwarded-Proto",
    debug: bool = False,
    *,
    own_base: str,
    peer: str,
    trusted: str | Sequence[str] | None = None,
    hops: int | None = None,
    forwarded: bool = False,
) -> Origin:
    """Return what the client asked for, as the proxies on the way tell it.

    Args:
        request: The request; its headers are read.
        response: The response; it is not touched.
        base: The base to use if no `local` header says one: a host, or scheme and host, and a path.
        local: The header with the host that the client named; empty for none.
        remote: The header with the client's address; empty for none.
        scheme: The header with the client's scheme; empty for none. `on` in a header that has
            `ssl` in its name stands for https.
        debug: Report the answer at INFO.
        own_base: The base of the request as it reached this server.
        peer: The address from which it came.
        trusted: Networks (`10.0.0.0/8`), addresses, or `unix`, whose headers are believed, and
            which are skipped in a list of addresses; None believes everybody.
        hops: How many proxies stand before this server. The entry that the outermost of them
            added counts in each list, and nothing to the left of it.
        forwarded: Read the Forwarded field (RFC 7239) in place of the three headers.

    Raises:
        HTTPError: 400 if a believed header holds no scheme of the Web, or no host.
        ValueError: A member of `trusted` is no network, or `hops` is below 1.

    Examples:
        >>> from webob import Request, Response
        >>> headers = {"X-Forwarded-Host": "example.com", "X-Forwarded-For": "6.6.6.6, 192.0.2.1"}
        >>> request = Request.blank("/", headers=headers)
        >>> known = {"own_base": "http://app:8080", "trusted": ["10.0.0.0/8"]}
        >>> proxy(request, Response(), peer="10.0.0.1", **known)
        Origin(base='http://example.com', remote_ip='192.0.2.1')
        >>> proxy(request, Response(), peer="6.6.6.6", **known)
        Origin(base='http://app:8080', remote_ip=None)
    """
    believed = believed_peers(trusted, hops)
    claims = Claims([], [], [])
    if believed is None or _is_trusted(peer, believed):
        names = (scheme, local, remote)
        claims = _forwarded(request.headers) if forwarded else _headers(request.headers, *names)
    depth = _depth(claims.clients, believed, hops)
    told = _told_host(_pick(claims.hosts, depth))
    origin = Origin(
        _base(_told_scheme(_pick(claims.schemes, depth)), told or base, own_base),
        _address(_pick(claims.clients, depth)),
    )
    trace(log, debug, "%s, from %s: %s", claims, peer, origin)
    return origin


def believed_peers(
    trusted: str | Sequence[str] | None, hops: int | None
) -> frozenset[Network | str] | None:
    """Return what these two options of `proxy` say of peers; None believes everybody.

    Raises:
        ValueError: A member of `trusted` is no network, or `hops` is below 1.

    Examples:
        >>> believed_peers(["10.0.0.0/8"], hops=None)
        frozenset({IPv4Network('10.0.0.0/8')})
        >>> believed_peers(None, hops=0)
        Traceback (most recent call last):
        ValueError: hops is 0: count the proxies before this server, at least 1
    """
    if hops is not None and hops < 1:
        raise ValueError(f"hops is {hops}: count the proxies before this server, at least 1")
    if trusted is None:
        return None
    return _parsed((trusted,) if isinstance(trusted, str) else tuple(trusted))


@lru_cache(maxsize=64)
def _parsed(trusted: tuple[str, ...]) -> frozenset[Network | str]:
    return frozenset(
        LOCAL_SOCKET if name == LOCAL_SOCKET else ip_network(name, strict=False) for name in trusted
    )


def _is_trusted(address: str, believed: frozenset[Network | str]) -> bool:
    plain = _address(address)
    if plain is None:
        return not address and LOCAL_SOCKET in believed
    parsed = ip_address(plain)
    return any(not isinstance(network, str) and parsed in network for network in believed)


def _headers(headers: Mapping[str, str], scheme: str, local: str, remote: str) -> Claims:
    schemes, hosts, clients = (
        [part.strip() for part in headers.get(name, "").split(",") if part.strip()] if name else []
        for name in (scheme, local, remote)
    )
    if "ssl" in scheme.lower():
        schemes = ["https" if value == "on" else value for value in schemes]
    return Claims(schemes, hosts, clients)


def _forwarded(headers: Mapping[str, str]) -> Claims:
    elements = parse_forwarded(headers.get("Forwarded", ""))
    return Claims(
        [element.get("proto", "") for element in elements],
        [element.get("host", "") for element in elements],
        [element.get("for", "") for element in elements],
    )


def _depth(
    clients: list[str], believed: frozenset[Network | str] | None, hops: int | None
) -> int | None:
    """Return how many entries from the right are believed; None for all of them."""
    if hops is not None:
        return hops
    if believed is None:
        return None
    depth = 1
    for address in reversed(clients[1:]):
        if not _is_trusted(address, believed):
            break
        depth += 1
    return depth


def _pick(values: list[str], depth: int | None) -> str:
    """Return the outermost entry that is believed; empty if there is none."""
    if not values:
        return ""
    return values[0] if depth is None or depth > len(values) else values[-depth]


def _told_scheme(scheme: str) -> str:
    if scheme and not SCHEME.fullmatch(scheme):
        raise HTTPError(400, f"A proxy told the scheme {scheme!r}: it has to be https or http")
    return scheme.lower()


def _told_host(host: str) -> str:
    """Return the host that a header names, with a scheme if it has one, as Origin does."""
    if host == "null":
        return ""
    scheme, mark, authority = host.rpartition("://")
    is_plain = not mark or SCHEME.fullmatch(scheme)
    if host and not (is_plain and AUTHORITY.fullmatch(authority)):
        raise HTTPError(400, f"A proxy told the host {host!r}, which is none")
    return host


def _base(scheme: str, host: str | None, own_base: str) -> str:
    if host and "://" in host:
        return host
    own_scheme, _, own_host = own_base.partition("://")
    return f"{scheme or own_scheme}://{host or own_host}"


def _address(text: str) -> str | None:
    """Return the IP address in `text`, without brackets and port; None if there is none."""
    match = ADDRESS.fullmatch(text)
    if match is not None:
        text = match["v6"] or match["v4"]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
