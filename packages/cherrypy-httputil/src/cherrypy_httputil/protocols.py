"""Versions of HTTP."""

import re

_PROTOCOL = re.compile(r"HTTP/([0-9])\.([0-9])", re.ASCII)


def protocol_from_http(protocol_str: str) -> tuple[int, int]:
    """Return `(1, 1)` for `HTTP/1.1`.

    Raises:
        ValueError: If it is not in this form (RFC 9112, section 2.3).

    Examples:
        >>> protocol_from_http("HTTP/1.1")
        (1, 1)
    """
    match = _PROTOCOL.fullmatch(protocol_str)
    if match is None:
        raise ValueError(f"{protocol_str!r} is not a protocol: it has to look like 'HTTP/1.1'")
    return int(match[1]), int(match[2])
