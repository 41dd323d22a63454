"""The text and the name of a file, whether it is open or named.

Files are UTF-8, with or without a byte order mark, on every platform.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol, TypeAlias

from cherrypy_config.errors import FileSyntaxError

StrPath: TypeAlias = "str | os.PathLike[str]"
"""The name of a file."""


class FileLike(Protocol):
    """An open file, text or binary; its `name` is told in errors if it has one.

    Examples:
        >>> from io import StringIO
        >>> file: FileLike = StringIO("[global]")
        >>> file.read()
        '[global]'
    """

    def read(self) -> str | bytes:
        """Return the rest of the file."""


def file_name(file: object) -> str:
    """Return the name of a file, `'<file>'` for an open one without a name."""
    if isinstance(file, str | os.PathLike):
        return str(os.fspath(file))
    return str(getattr(file, "name", "<file>"))


def file_text(file: StrPath | FileLike) -> str:
    """Return the text of a file.

    Raises:
        OSError: The file cannot be read.
        FileSyntaxError: The file is not UTF-8.
    """
    content = Path(file).read_bytes() if isinstance(file, str | os.PathLike) else file.read()
    if isinstance(content, str):
        return content
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        reason = f"the octet {content[error.start : error.end]!r} is not UTF-8"
        raise FileSyntaxError(file_name(file), line, reason) from error
