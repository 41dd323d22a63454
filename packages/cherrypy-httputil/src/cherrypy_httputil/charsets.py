"""Names of charsets that came from the network.

A codec may only be used on a stranger's word if it is a plain charset: some that Python has take
quadratic time, and some are not charsets at all.
"""

import codecs
import re
from functools import lru_cache

from cherrypy_httputil.limits import CACHED_CHARSETS, CHARSET_NAME_LENGTH

_REFUSED = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})


# Python takes `{utf-8\n*` for a name of UTF-8; who repeats a name in a field would break it.
_NAME = re.compile(r"[\w.:()+-]+", re.ASCII)


def find_charset(name: str) -> str | None:
    """Return Python's name of a charset, or None if there is none that is safe to use.

    Examples:
        >>> find_charset("UTF8"), find_charset("klingon"), find_charset("punycode")
        ('utf-8', None, None)
    """
    return _find(name) if len(name) <= CHARSET_NAME_LENGTH else None


@lru_cache(maxsize=CACHED_CHARSETS)
def _find(name: str) -> str | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        b"\0\0\0\0".decode(name)  # raises for a codec that makes no text of bytes
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return None if codec in _REFUSED else codec
