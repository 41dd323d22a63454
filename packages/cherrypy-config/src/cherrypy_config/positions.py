"""On which line of an INI file each option stands.

`configparser` does not tell. This follows its rules for what begins a section and an option and
what continues a value; it only adds to messages, so a line that it misreads harms nothing.
"""

from __future__ import annotations

import re
from configparser import DEFAULTSECT
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECTION = re.compile(r"\[(.+)\]")
_OPTION_END = re.compile(r"\s*[=:]")


class Positions:
    """The file and the line of each option."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[str, int]] = {}

    def of(self, section: str, option: str) -> tuple[str | None, int | None]:
        """Return the name of the file and the line, counted from 1; None where not known.

        An option that does not stand in its section stands in the one for all sections.
        """
        everywhere = self._found.get((DEFAULTSECT, option), (None, None))
        return self._found.get((section, option), everywhere)

    def note(self, lines: Iterable[str], file: str) -> None:
        """Note where each option of these lines stands."""
        section, indentation = "", None
        for number, line in enumerate(lines, 1):
            text = line.strip()
            depth = len(line) - len(line.lstrip())
            continues = indentation is not None and depth > indentation
            if not text or text.startswith(("#", ";")) or continues:
                continue
            header = _SECTION.match(text)
            indentation = None if header else depth
            if header:
                section = header[1]
            else:
                self._found[section, _OPTION_END.split(text, maxsplit=1)[0]] = (file, number)
