"""TOML files with the sections and keys of INI files.

A table is a section. Tables inside a section are written-out dots: `[global.server]` with `port`,
or `server.port` under `[global]`, is the key `server.port`. Under a key that is quoted and has a
dot in it a table is a value. Values are TOML's own: nothing is imported, called or interpolated.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from cherrypy_config.errors import DuplicateEntryError, FileSyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_DUPLICATE = re.compile(r"Cannot (overwrite|declare|mutate)")


def sections_from_toml(text: str, file: str) -> dict[str, dict[str, Any]]:
    """Return the values by sections and dotted keys.

    Args:
        text: The text of the file.
        file: Its name, for errors.

    Raises:
        FileSyntaxError: The text is not TOML, or a key stands outside all sections.
        DuplicateEntryError: A key or a table stands in it twice.
    """
    return {
        section: _flat(section, table, file) for section, table in _tables(_parse(text, file), file)
    }


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = str(error)
        line = _LINE.search(message)
        kind = DuplicateEntryError if _DUPLICATE.match(message) else FileSyntaxError
        raise kind(file, int(line[1]) if line else None, _LINE.sub("", message)) from error


def _tables(document: Mapping[str, Any], file: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, table in document.items():
        if not isinstance(table, dict):
            reason = f"the key {name!r} stands before any section; write [global] above it"
            raise FileSyntaxError(file, None, reason)
        yield name, table


def _flat(section: str, table: Mapping[str, Any], file: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in _entries(table, ""):
        if key in found:
            reason = f"the option {key!r} stands twice in the section [{section}]"
            raise DuplicateEntryError(file, None, reason)
        found[key] = value
    return found


def _entries(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict) and "." not in name:
            yield from _entries(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
