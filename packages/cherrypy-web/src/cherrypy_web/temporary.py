"""Files for what does not stay in memory.

``tempfile`` is imported with the first one: that alone takes as long as a hundred requests.
"""

from __future__ import annotations

from typing import IO

__all__ = ["spooled_file", "temporary_file"]


def temporary_file() -> IO[bytes]:
    """Return a file on disk that has no name, and is gone when it is closed."""
    from tempfile import TemporaryFile  # noqa: PLC0415 - as the module says

    return TemporaryFile()


def spooled_file(ram_bytes: int) -> IO[bytes]:
    """Return a file in memory that goes to disk when it is larger than some bytes."""
    from tempfile import SpooledTemporaryFile  # noqa: PLC0415 - as the module says

    return SpooledTemporaryFile(ram_bytes)
