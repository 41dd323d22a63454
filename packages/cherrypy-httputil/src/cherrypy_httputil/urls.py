"""Paths joined into one, with a single slash between their parts."""

import re

_slashes = re.compile(r"/{2,}")
_byte_slashes = re.compile(rb"/{2,}")


def urljoin(*atoms: str) -> str:
    """Return the atoms joined with slashes, no two of them in a row; `/` if all are empty.

    It puts a script name and a path info together, even if either is empty. Unlike
    `urllib.parse.urljoin`, it does not resolve one against the other.

    Examples:
        >>> urljoin("/blog", "/", "2030"), urljoin("", "")
        ('/blog/2030', '/')
    """
    return _slashes.sub("/", "/".join([atom for atom in atoms if atom])) or "/"


def urljoin_bytes(*atoms: bytes) -> bytes:
    """Return the atoms joined as `urljoin` does.

    Examples:
        >>> urljoin_bytes(b"/blog/", b"/2030")
        b'/blog/2030'
    """
    return _byte_slashes.sub(b"/", b"/".join([atom for atom in atoms if atom])) or b"/"
