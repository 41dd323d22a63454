"""Find the media type of a file by its extension.

`mimetypes.types_map` is asked at every request, so that a type added to it at run time counts at
once. A file whose type nobody knows is a sequence of bytes: a browser must not take it for HTML.
"""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN = "application/octet-stream"

FALLBACK = {
    ".avif": "image/avif",
    ".bz2": "application/x-bzip2",
    ".dwg": "image/x-dwg",
    ".gz": "application/gzip",
    ".ico": "image/x-icon",
    ".map": "application/json",
    ".md": "text/markdown",
    ".otf": "font/otf",
    ".ttf": "font/ttf",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""Types that the standard library, or the table of the machine, may lack."""


def guess_type(path: str, content_types: Mapping[str, str] | None = None) -> str:
    """Return the media type for the extension of `path`.

    Args:
        path: A file's name or path.
        content_types: Types by extension, with or without its dot; they come first. An extension
            that is not in it as it is written is looked for in lower case.

    Examples:
        >>> guess_type("a.txt"), guess_type("README")
        ('text/plain', 'application/octet-stream')
        >>> guess_type("a.txt", {"txt": "text/markdown"})
        'text/markdown'
    """
    name = path[max(path.rfind("/"), path.rfind("\\")) + 1 :]
    stem, dot, extension = name.rpartition(".")
    given = dot + extension if stem.strip(".") else ""  # as `os.path.splitext`, for any path
    extension = given.lower()
    if content_types:
        for key in (given[1:], given, extension[1:], extension):
            if content_types.get(key):
                return content_types[key]
    if not mimetypes.inited:
        mimetypes.init()
    return mimetypes.types_map.get(extension) or FALLBACK.get(extension, UNKNOWN)
