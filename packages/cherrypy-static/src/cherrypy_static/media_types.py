"""Find the media type of a file by its extension.

`mimetypes.types_map` is asked at every request, so that a type added to it at run time counts at
once. A file whose type nobody knows is a sequence of bytes: a browser must not take it for HTML.
"""

from __future__ import annotations

import mimetypes
import os
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
        content_types: Types by extension, with or without its dot; they come first.
    """
    extension = os.path.splitext(path)[1]  # noqa: PTH122 - strings all the way, for speed
    if content_types:
        own = content_types.get(extension[1:]) or content_types.get(extension)
        if own:
            return own
    if not mimetypes.inited:
        mimetypes.init()
    extension = extension.lower()
    return mimetypes.types_map.get(extension) or FALLBACK.get(extension, UNKNOWN)
