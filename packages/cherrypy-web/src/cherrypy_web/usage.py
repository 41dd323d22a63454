"""What one body has used up so far, all of its parts together.

A part holds the same object as the body that it is in. So nothing refers back from a part to the
body, and a limit cannot be passed by putting parts into parts.
"""

from __future__ import annotations

from typing import Any

from cherrypy_httputil import HTTPError
from cherrypy_web import limits

__all__ = ["Usage"]


class Usage:
    """Limits on one body, what counts against them, and the files to close in the end.

    Raises:
        HTTPError: 413, from each method that counts, when there is more than the limit.
    """

    __slots__ = (
        "files",
        "max_files",
        "max_nesting",
        "max_part_header_bytes",
        "max_part_headers",
        "max_parts",
        "max_text_bytes",
        "open_files",
        "parts",
        "text_bytes",
    )

    def __init__(
        self,
        max_parts: int = limits.PARTS,
        max_files: int = limits.FILES,
        max_text_bytes: int = limits.TEXT_BYTES,
        max_part_headers: int = limits.PART_HEADERS,
        max_part_header_bytes: int = limits.PART_HEADER_BYTES,
        max_nesting: int = limits.NESTING,
    ) -> None:
        self.max_parts: int = max_parts
        self.max_files: int = max_files
        self.max_text_bytes: int = max_text_bytes
        self.max_part_headers: int = max_part_headers
        self.max_part_header_bytes: int = max_part_header_bytes
        self.max_nesting: int = max_nesting
        self.parts: int = 0
        self.files: int = 0
        self.text_bytes: int = 0
        self.open_files: list[Any] = []

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
