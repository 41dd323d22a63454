"""Report the statistics: as JSON for programs, as HTML for people.

Much of what a report shows came from clients (a request line is any text they like), so every
name and value is escaped where it enters the page. Only an object with an `__html__` method, made
by a formatting function, is taken as HTML.
"""

from __future__ import annotations

import json
import math
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cherrypy_diagnostics.formatting import default_formatting, shown, unit_of
from cherrypy_diagnostics.page import encodable, page
from cherrypy_diagnostics.repository import extrapolate_statistics, repository
from cherrypy_diagnostics.tables import section_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cherrypy_diagnostics.formatting import Formatting
    from cherrypy_diagnostics.repository import Scope

VALUE = "Value"
"""What a value is called that has no name of its own."""

_NO_UNITS: Final[Mapping[str, str]] = MappingProxyType({})


class Table(NamedTuple):
    """A collection, as its columns, one row of texts for each record, and units of columns.

    What is no record, such as a number, stands in the column `Value`.

    Examples:
        >>> statistics = {"Mail": {"Enabled": True, "Recent": [{"To": "ann"}, {"To": "bob"}]}}
        >>> (section,) = Report(statistics).sections()
        >>> section.tables[0].title, section.tables[0].rows
        ('Recent', [['ann'], ['bob']])
    """

    title: str
    columns: list[str]
    rows: list[list[str]]
    units: Mapping[str, str] = _NO_UNITS


class Section(NamedTuple):
    """A namespace: its values by name, tables of its collections, and units; texts are HTML.

    Examples:
        >>> (section,) = Report({"Mail": {"Enabled": True, "Sent": 3}}).sections()
        >>> section.title, section.values
        ('Mail', [('Enabled', 'True'), ('Sent', '3')])
    """

    title: str
    values: list[tuple[str, str]]
    tables: list[Table]
    units: Mapping[str, str] = _NO_UNITS


class Report:
    """Reports of one repository.

    Args:
        statistics: The repository; the process's own by default.
        formatting: How to show values; that of requests and servers by default. What is said of
            a namespace is said of others, too, whose names go on after a space.
        controls: What makes of the name of a namespace how its `Enabled` is shown, where the
            formatting does not say; such as `pause_resume`.

    Examples:
        >>> import json
        >>> mail = {"Enabled": True, "Sent": 3, "Twice": lambda s: 2 * s["Sent"]}
        >>> report = Report({"Mail": mail})
        >>> json.loads(report.json())["Mail"]["Twice"]
        6
        >>> report.pause("Mail")
        >>> report.statistics["Mail"]["Enabled"]
        False
    """

    def __init__(
        self,
        statistics: Scope | None = None,
        formatting: Formatting | None = None,
        controls: Callable[[str], Any] | None = None,
    ) -> None:
        self._statistics = statistics
        self._controls = controls
        self.formatting: Formatting = default_formatting() if formatting is None else formatting

    @property
    def statistics(self) -> Scope:
        """The repository."""
        return repository() if self._statistics is None else self._statistics

    def pause(self, namespace: str) -> None:
        """Stop the collection in `namespace`.

        Raises:
            KeyError: There is no such namespace, or it cannot be paused.
        """
        self._switch(namespace, on=False)

    def resume(self, namespace: str) -> None:
        """Go on with the collection in `namespace`.

        Raises:
            KeyError: There is no such namespace, or it cannot be paused.
        """
        self._switch(namespace, on=True)

    def _switch(self, namespace: str, *, on: bool) -> None:
        scope = self.statistics[namespace]
        scope["Enabled"]  # whoever has none would not look at it
        scope["Enabled"] = on

    def json(self) -> bytes:
        """Return the extrapolated statistics, unformatted, as a JSON document.

        Names become texts; numbers that JSON lacks become null; other values their text.
        """
        plain = _plain(extrapolate_statistics(self.statistics))
        return json.dumps(plain, indent=4, sort_keys=True).encode("ascii")

    def sections(self) -> Iterator[Section]:
        """Yield each namespace with its values and tables, in the order of their names."""
        whole = extrapolate_statistics(self.statistics)
        for title, scope in sorted(whole.items(), key=lambda item: str(item[0])):
            values = scope if isinstance(scope, dict) else {VALUE: scope}
            yield _section(str(title), values, self._formatting_of(str(title)))

    def _formatting_of(self, title: str) -> Formatting:
        family, _, _ = title.rpartition(" ")
        found: Formatting = self.formatting.get(title) or self.formatting.get(family) or {}
        if self._controls is None:
            return found
        return {"Enabled": self._controls(title), **found}

    def html(self, title: str = "Statistics") -> str:
        """Return a page with the tables of all namespaces.

        It expects its style sheet, `page_style`, beside it as `style.css`.

        Args:
            title: Its title, as text.
        """
        return page(title, self.tables())

    def tables(self) -> str:
        """Return a heading and a table for each namespace, and one for each collection, as HTML.

        Each cell that holds a figure has an id of its own. What UTF-8 cannot have is escaped.
        """
        html = "".join(map(section_html, self.sections()))
        return encodable(html)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, str | int) else str(value)


def _section(title: str, scope: Scope, formatting: Formatting) -> Section:
    values, tables = [], []
    for name, value in sorted(scope.items(), key=lambda item: str(item[0])):
        form = formatting.get(name, "")
        if form is None:
            continue
        if isinstance(value, dict | list):
            tables.append(
                _table(str(name), value, form if isinstance(form, dict) else {VALUE: form})
            )
        else:
            values.append((str(name), shown(value, form)))
    return Section(title, values, tables, _units(formatting))


def _table(title: str, collection: Any, formatting: Formatting) -> Table:
    """Return the table of a collection; the first column of a dict's holds its keys."""
    keyed = isinstance(collection, dict)
    records = list(collection.items()) if keyed else list(enumerate(collection))
    dicts = [(str(key), each if isinstance(each, dict) else {VALUE: each}) for key, each in records]
    names = sorted({str(name) for _, record in dicts for name in record})
    columns = [name for name in names if formatting.get(name, "") is not None]
    rows = []
    for key, record in sorted(dicts, key=lambda item: item[0]) if keyed else dicts:
        cells = [shown(record.get(name), formatting.get(name, "")) for name in columns]
        rows.append([escape(key), *cells] if keyed else cells)
    return Table(title, ["", *columns] if keyed else columns, rows, _units(formatting))


def _units(formatting: Formatting) -> dict[str, str]:
    return {name: unit for name, form in formatting.items() if (unit := unit_of(form))}
