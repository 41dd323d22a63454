"""Where the value of a key came from.

The layers are listed from the lowest to the highest: in one load a higher one overrides.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Layer(IntEnum):
    """The sources of values, the weakest first.

    Examples:
        >>> from cherrypy_config import Config
        >>> Config(workers=2).origin("workers").layer
        <Layer.DICT: 3>
        >>> Layer.FILE < Layer.VARIABLE  # a variable overrides a file
        True
    """

    DEFAULTS = 0
    """The class attribute `defaults`."""

    ENVIRONMENT = 1
    """The template that the entry `environment` names."""

    FILE = 2
    """A file of configuration."""

    DICT = 3
    """The program itself: a dict, keyword arguments, an assignment."""

    VARIABLE = 4
    """An environment variable of the process."""


class Origin(NamedTuple):
    """Tell where a value came from; `str()` says it in words.

    Attributes:
        layer: The kind of source.
        source: The name of the template, file or variable; empty where there is none.
        section: The section of the file, empty where there is none.
        line: The line of the file, counted from 1; None if it is not known.

    Examples:
        >>> str(Origin(Layer.FILE, "site.conf", "global", 3))
        "the file 'site.conf', [global], line 3"
    """

    layer: Layer
    source: str = ""
    section: str = ""
    line: int | None = None

    def __str__(self) -> str:
        section = f", [{self.section}]" if self.section else ""
        line = "" if self.line is None else f", line {self.line}"
        return f"{_IN_WORDS[self.layer].format(self.source)}{section}{line}"


_IN_WORDS = {
    Layer.DEFAULTS: "the defaults",
    Layer.ENVIRONMENT: "the environment {!r}",
    Layer.FILE: "the file {!r}",
    Layer.DICT: "the program",
    Layer.VARIABLE: "the variable {}",
}
