"""A section as a dataclass, filled and checked.

All mismatches are found before any is told.
"""

from __future__ import annotations

import dataclasses
import typing
from typing import TYPE_CHECKING, Any, TypeVar

from cherrypy_config.annotations import Mismatch, described, fitted
from cherrypy_config.config import Config
from cherrypy_config.errors import FieldsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")


def fill(fields: type[T], entries: Mapping[str, Any], *, section: str = "") -> T:
    """Return an instance of a dataclass whose fields are the entries of a section.

    A field that is a dataclass itself takes the entries below its name: `pool: Pool` those that
    begin with `pool.`. An int is taken where a float is wanted, and text where a path is wanted;
    nothing else is converted.

    Args:
        fields: The dataclass.
        entries: Values by option. Of a `Config` the errors also tell where a value came from.
        section: The name that errors tell; the name of the dataclass by default.

    Raises:
        FieldsError: Options are missing, unknown, or hold values of another type, or the dataclass
            itself refuses them with a ValueError.
        TypeError: `fields` is no dataclass.

    Examples:
        >>> import dataclasses
        >>> @dataclasses.dataclass
        ... class Database:
        ...     host: str
        ...     port: int = 5432
        >>> fill(Database, {"host": "localhost"})
        Database(host='localhost', port=5432)
    """
    if not dataclasses.is_dataclass(fields):
        raise TypeError(f"{fields!r} is no dataclass")
    form = _Form(dict(entries), entries.origin if isinstance(entries, Config) else None)
    made = form.filled(fields, "")
    if form.problems:
        raise FieldsError(section or fields.__name__, tuple(form.problems))
    return typing.cast("T", made)


class _Form:
    """The entries of a section and what is wrong with them."""

    def __init__(
        self, entries: dict[str, Any], origin: Callable[[str], object] | None = None
    ) -> None:
        self._entries = entries
        self._origin = origin
        self.problems: list[str] = []

    def filled(self, fields: Any, prefix: str) -> Any:
        """Return the instance, or None after having noted problems."""
        hints = typing.get_type_hints(fields)
        wanted = {field.name: field for field in dataclasses.fields(fields) if field.init}
        found = len(self.problems)
        self._note_strangers(wanted, prefix)
        values = {
            name: self._value(prefix + name, hints[name])
            for name, field in wanted.items()
            if _is_required(field) or self._is_given(prefix + name)
        }
        return None if len(self.problems) > found else self._made(fields, values, prefix)

    def _note_strangers(self, wanted: Mapping[str, object], prefix: str) -> None:
        for key in self._entries:
            rest = key.removeprefix(prefix)
            if key.startswith(prefix) and rest.partition(".")[0] not in wanted:
                known = ", ".join(prefix + name for name in wanted) or "none"
                self.problems.append(f"unknown option {key!r}{self._from(key)} (known: {known})")

    def _from(self, key: str) -> str:
        return "" if self._origin is None else f" from {self._origin(key)}"

    def _is_given(self, key: str) -> bool:
        return any(each == key or each.startswith(f"{key}.") for each in self._entries)

    def _value(self, key: str, hint: Any) -> Any:
        if key in self._entries:
            return self._fitted(key, hint)
        if dataclasses.is_dataclass(hint):
            return self.filled(hint, f"{key}.")
        given = self._is_given(key)
        self.problems.append(
            f"option {key!r} takes a value, there are no options below it"
            if given
            else f"option {key!r} is missing; it takes {described(hint)}"
        )
        return None

    def _fitted(self, key: str, hint: Any) -> Any:
        try:
            return fitted(self._entries[key], hint)
        except Mismatch as error:
            self.problems.append(f"option {key!r}{self._from(key)}: {error}")
            return None

    def _made(self, fields: Any, values: dict[str, Any], prefix: str) -> Any:
        try:
            return fields(**values)
        except ValueError as error:
            self.problems.append(f"options {prefix + '*'!r}: {error}" if prefix else str(error))
            return None


def _is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing
