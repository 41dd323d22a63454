"""Host names, and which of several a client means."""

from collections.abc import Container


def chosen(host: str | None, among: Container[str]) -> str:
    """Return the name in a mapping for a host that a client asks for; the empty one if none fits.

    A name ``*.example.com`` fits every host with one more label (RFC 6125, section 6.4.3).
    """
    host = (host or "").lower().rstrip(".")
    for name in (host, "*." + host.partition(".")[2]):
        if name in among:
            return name
    return ""
