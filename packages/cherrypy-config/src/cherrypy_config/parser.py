"""INI files whose values are Python.

The syntax of the file is `configparser`'s; what is added: options keep their case, a file that
cannot be read is an error, values are evaluated, and it is known on which line an option stands.
"""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cherrypy_config.errors import (
    DuplicateEntryError,
    EntryError,
    ExpressionError,
    FileSyntaxError,
)
from cherrypy_config.expressions import Mode, reader
from cherrypy_config.positions import Positions
from cherrypy_config.sources import file_name, file_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cherrypy_config.sources import FileLike, StrPath


class Parser(configparser.ConfigParser):
    r"""Read INI files into dicts of values.

    Attributes:
        mode: How values are read; `Mode.PYTHON` unless set otherwise.

    Examples:
        >>> parser = Parser()
        >>> parser.read_string("[server]\nPort: 8000 + 80")
        >>> parser.as_dict()
        {'server': {'Port': 8080}}
    """

    mode: Mode = Mode.PYTHON

    @cached_property
    def positions(self) -> Positions:
        """Where each option stands."""
        return Positions()

    def optionxform(self, optionstr: str) -> str:
        """Keep the case of options."""
        return optionstr

    def read(  # type: ignore[override]  # the name of a file is no bytes
        self, filenames: StrPath | Iterable[StrPath], encoding: str | None = None
    ) -> list[str]:
        """Read files one after the other and return their names.

        Raises:
            OSError: A file cannot be read; `configparser` would pass it over.
            FileSyntaxError: A file is not UTF-8, and no other encoding is given.
        """
        paths = [filenames] if isinstance(filenames, str | os.PathLike) else list(filenames)
        for path in paths:
            text = Path(path).read_text(encoding) if encoding else file_text(path)
            self.read_file(text.splitlines(keepends=True), os.fspath(path))
        return [os.fspath(path) for path in paths]

    def read_file(self, f: Iterable[str], source: str | None = None) -> None:
        """Read lines; `source` is the name that errors tell."""
        lines, name = list(f), source or file_name(f)
        super().read_file(lines, name)
        self.positions.note(lines, name)

    def as_dict(
        self,
        raw: bool = False,
        vars: Mapping[str, str] | None = None,  # noqa: A002 - the documented name
    ) -> dict[str, dict[str, Any]]:
        """Return the values by sections and options.

        Args:
            raw: Leave `%(name)s` as it stands. So it is under `Mode.LITERAL`, always.
            vars: More names that may stand in `%(name)s`; they go before the options' names.

        Raises:
            EntryError: A value cannot be read.
        """
        return {
            section: {
                option: self._value(section, option, raw or self.mode is Mode.LITERAL, vars)
                for option in self.options(section)
            }
            for section in self.sections()
        }

    def dict_from_file(self, file: StrPath | FileLike) -> dict[str, dict[str, Any]]:
        """Read a file, given by its name or open, and return `as_dict()`.

        Raises:
            OSError: The file cannot be read.
            FileSyntaxError: The file is no INI file.
            DuplicateEntryError: A section or an option stands in it twice.
            EntryError: A value cannot be read.
        """
        name = file_name(file)
        with _syntax_errors(name):
            self.read_string(file_text(file), name)
        return self.as_dict()

    @classmethod
    def load(cls, input: StrPath | FileLike | Mapping[str, Any]) -> dict[str, Any]:  # noqa: A002 - the name that callers use
        """Return a dict from a file, open or by its name, or the copy of a mapping."""
        if isinstance(input, Mapping):
            return dict(input)
        return cls().dict_from_file(input)

    def _value(self, section: str, option: str, raw: bool, names: Mapping[str, str] | None) -> Any:
        text = None
        try:
            text = self.get(section, option, raw=raw, vars=names)
            return reader(self.mode)(text)
        except ExpressionError as error:
            reason = f"{error.reason} (line {error.line}, column {error.column} of the value)"
            raise self._entry_error(section, option, text, reason) from error
        except configparser.InterpolationError as error:
            text = self.get(section, option, raw=True)
            reason = f"{error.message}; a percent sign that stands for itself is written %%"
            raise self._entry_error(section, option, text, reason) from error

    def _entry_error(self, section: str, option: str, text: str | None, reason: str) -> EntryError:
        file, line = self.positions.of(section, option)
        return EntryError(option, text, reason, file=file, section=section, line=line)


@contextmanager
def _syntax_errors(file: str) -> Iterator[None]:
    """Turn what `configparser` raises into our errors."""
    try:
        yield
    except configparser.DuplicateOptionError as error:
        reason = f"the option {error.option!r} stands twice in the section [{error.section}]"
        raise DuplicateEntryError(file, error.lineno, reason) from error
    except configparser.DuplicateSectionError as error:
        reason = f"the section [{error.section}] stands twice; put its options together"
        raise DuplicateEntryError(file, error.lineno, reason) from error
    except configparser.MissingSectionHeaderError as error:
        reason = f"{error.line.strip()!r} stands before any section; write [global] above it"
        raise FileSyntaxError(file, error.lineno, reason) from error
    except configparser.ParsingError as error:
        line, text = error.errors[0]
        reason = f"{text} is neither a section, '[name]', nor an option, 'name = value'"
        raise FileSyntaxError(file, line, reason) from error
