"""The content codings that a response can be compressed with, in one table.

Brotli and Zstandard need libraries of the extras, which are loaded when the first body needs them.
gzip needs none; `deflation` says what makes it.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, NamedTuple, Protocol

from cherrypy_tools.deflation import gzip_at_once, gzip_compressor
from cherrypy_tools.extras import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Compressor(Protocol):
    """Compresses one body."""

    def compress(self, data: bytes, /) -> bytes:
        """Take some of the body; return what is ready, if anything."""
        ...

    def flush(self) -> bytes:
        """Return the rest."""
        ...


class Coding(NamedTuple):
    """A content coding.

    `module` is what has to be installed, if anything, `levels` the lowest and highest level, and
    `at_once` what compresses a whole body faster than a compressor would.
    """

    name: str
    make: Callable[[int], Compressor]
    level: int
    levels: tuple[int, int]
    module: str | None = None
    at_once: Callable[[bytes, int], bytes] | None = None

    def pack(self, data: bytes, level: int) -> bytes:
        """Return a whole body compressed."""
        if self.at_once is not None:
            return self.at_once(data, level)
        return b"".join(packed([data], self.make(level)))


class _Brotli:
    def __init__(self, level: int) -> None:
        self._compressor = load("brotli", "brotli", "the coding br").Compressor(quality=level)

    def compress(self, data: bytes) -> bytes:
        packed: bytes = self._compressor.process(data)
        return packed

    def flush(self) -> bytes:
        packed: bytes = self._compressor.finish()
        return packed


def _zstd(level: int) -> Compressor:
    library = load("zstandard", "zstd", "the coding zstd")
    compressor: Compressor = library.ZstdCompressor(level=level).compressobj()
    return compressor


CODINGS = {
    "br": Coding("br", _Brotli, 4, (0, 11), "brotli"),
    # Browsers take a window of 8 MiB at most (RFC 9659): no higher level keeps to it.
    "zstd": Coding("zstd", _zstd, 3, (1, 19), "zstandard"),
    "gzip": Coding("gzip", gzip_compressor, 5, (0, 9), at_once=gzip_at_once),
}
"""The codings by name; where a client has no preference, the first one is taken."""


def checked_level(name: str, level: int) -> int:
    """Return the level of a coding.

    Raises:
        ValueError: It has no such level.

    Examples:
        >>> checked_level("gzip", 9)
        9
        >>> checked_level("gzip", 10)
        Traceback (most recent call last):
        ValueError: gzip has no level 10: use 0 to 9
    """
    low, high = CODINGS[name].levels
    if not low <= level <= high:
        raise ValueError(f"{name} has no level {level}: use {low} to {high}")
    return level


def installed() -> tuple[str, ...]:
    """Return the names of the codings that can be used here."""
    return tuple(
        name
        for name, coding in CODINGS.items()
        if coding.module is None or importlib.util.find_spec(coding.module) is not None
    )


def packed(body: Iterable[bytes], compressor: Compressor) -> Iterator[bytes]:
    """Yield `body` compressed, without empty pieces."""
    for chunk in body:
        piece = compressor.compress(chunk)
        if piece:
            yield piece
    rest = compressor.flush()
    if rest:
        yield rest
