"""Tell a url that stays on this site from one that leads away.

Browsers read more than RFC 3986 allows: they drop tabs and line breaks, and take a backslash for a
slash. What one of them could read as another site counts as another site.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_local(url: str, here: str) -> bool:
    """Tell whether `url`, as a link on the page `here`, has the same origin (RFC 6454, 5).

    Args:
        url: A relative or absolute reference.
        here: The absolute url of the page.

    Examples:
        >>> is_local("../here?a=b", "https://example.com/a/b")
        True
        >>> is_local("//evil.example/", "https://example.com/a/b")
        False
    """
    if UNSAFE.search(url):
        return False
    try:
        parts = urlsplit(url)
        # After two slashes or a scheme, browsers look for a host in what follows.
        if (parts.scheme or url.startswith("//")) and not parts.netloc:
            return False
        return _origin(urljoin(here, url)) == _origin(here)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError(f"{url!r} has a user name in it")
    return parts.scheme, parts.hostname, parts.port or DEFAULT_PORTS.get(parts.scheme)
