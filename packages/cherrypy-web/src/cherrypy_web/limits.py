"""How much one request body may use up. Every such number is in this module.

Each is the default of an attribute of `Entity`, which config sets as ``request.body.<name>``. What
is above a limit is refused with 413 Content Too Large.
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "DRAINED_BYTES",
    "FIELDS",
    "FILES",
    "NESTING",
    "PARTS",
    "PART_HEADERS",
    "PART_HEADER_BYTES",
    "RAM_BYTES",
    "TEXT_BYTES",
    "TRAILER_BYTES",
]

#: Fields in one urlencoded form (``max_fields``).
FIELDS: Final = 10_000

#: Parts in one multipart body, those inside of parts counted too (``max_parts``).
PARTS: Final = 1_000

#: Temporary files of one body (``max_files``). Each takes a file descriptor, and a process often
#: has no more than 1,024 of them for all of its requests.
FILES: Final = 100

#: Bytes of text that one form may keep in memory (``max_text_bytes``).
TEXT_BYTES: Final = 100 * 1024 * 1024

#: Header fields of one part (``max_part_headers``).
PART_HEADERS: Final = 32

#: Bytes in the header fields of one part (``max_part_header_bytes``).
PART_HEADER_BYTES: Final = 8 * 1024

#: Multipart bodies within each other (``max_nesting``).
NESTING: Final = 5

#: Bytes of a part that are kept in memory before they go to a file (`Part.maxrambytes`).
RAM_BYTES: Final = 1_000

#: Bytes of a body that are read for nothing, to keep its connection (`RequestBody.drain`).
DRAINED_BYTES: Final = 64 * 1024

#: Bytes in the header fields behind a body in chunks (`SizedReader.trailers`).
TRAILER_BYTES: Final = 8 * 1024
