"""What compresses by gzip: zlib-ng where it is installed, else Python's own zlib.

Which of the two it is shows in the time and in the bytes, never in what they stand for: levels and
format are the same.
"""

from __future__ import annotations

import importlib
import zlib
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cherrypy_tools.codings import Compressor

GZIP_CONTAINER = 16 + zlib.MAX_WBITS

LARGE_BLOCK = 512 * 1024
"""Bytes that are more than a compressor takes."""


class Deflate(Protocol):
    """What is used of the module zlib."""

    def compress(self, data: bytes, /, level: int, wbits: int) -> bytes:
        """Return a whole body compressed."""
        ...

    def compressobj(self, level: int, method: int, wbits: int) -> Compressor:
        """Return what compresses one body piece by piece."""
        ...


@cache
def deflate() -> Deflate:
    """Return the library.

    A compressor takes 256 kB and gives them back. Where 128 kB are free at the end of its heap,
    the C library of GNU returns them to the system, and has to fetch them again for the next page,
    which can take a quarter of the time of compressing that. Once a large block was freed it keeps
    twice as much as that (mallopt(3), `M_MMAP_THRESHOLD`), so one is.
    """
    bytes(LARGE_BLOCK)
    try:
        library: Deflate = importlib.import_module("zlib_ng.zlib_ng")
    except ModuleNotFoundError:
        return zlib
    return library


def gzip_compressor(level: int) -> Compressor:
    """Return what compresses one body piece by piece."""
    return deflate().compressobj(level, zlib.DEFLATED, GZIP_CONTAINER)


def gzip_at_once(data: bytes, level: int) -> bytes:
    """Return a whole body compressed, as one gzip member without a name and a time (RFC 1952)."""
    return deflate().compress(data, level, GZIP_CONTAINER)
