"""What one body has used up so far, all of its parts together.

A part holds the same object as the body that it is in. So nothing refers back from a part to the
body, and a limit cannot be passed by putting parts into parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cherrypy_httputil import HTTPError
from cherrypy_web import limits

__all__ = ["Usage"]


@dataclass(slots=True)
class Usage:
    """Limits on one body, what counts against them, and the files to close in the end.

    Raises:
        HTTPError: 413, from each method that counts, when there is more than the limit.
    """

    max_parts: int = limits.PARTS
    max_files: int = limits.FILES
    max_text_bytes: int = limits.TEXT_BYTES
    max_part_headers: int = limits.PART_HEADERS
    max_part_header_bytes: int = limits.PART_HEADER_BYTES
    max_nesting: int = limits.NESTING
    parts: int = 0
    files: int = 0
    text_bytes: int = 0
    open_files: list[Any] = field(default_factory=list)

    def add_part(self) -> None:
        """Count a part."""
        self.parts += 1
        if self.parts > self.max_parts:
            raise HTTPError(413, f"A multipart body may have at most {self.max_parts} parts.")

    def add_file(self, file: Any) -> None:
        """Count a file, and keep it to be closed."""
        self.files += 1
        self.open_files.append(file)
        if self.files > self.max_files:
            raise HTTPError(413, f"A request may have at most {self.max_files} files.")

    def add_text(self, size: int) -> None:
        """Count bytes of text that stay in memory."""
        self.text_bytes += size
        if self.text_bytes > self.max_text_bytes:
            raise HTTPError(413, f"A form may have at most {self.max_text_bytes} bytes of text.")

    def check_nesting(self, depth: int) -> None:
        """Refuse a multipart body that is too deep within others."""
        if depth > self.max_nesting:
            raise HTTPError(
                413, f"At most {self.max_nesting} multipart bodies may be within each other."
            )

    def close(self) -> None:
        """Close the files."""
        while self.open_files:
            self.open_files.pop().close()
