"""Report the statistics: as JSON for programs, as HTML for people.

Much of what a report shows came from clients (a request line is any text they like), so every
name and value is escaped where it enters the page. Only an object with an `__html__` method, made
by a formatting function, is taken as HTML.
"""

from __future__ import annotations

import json
import math
import time
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from urllib.parse import quote

from cherrypy_diagnostics.recorder import APPLICATIONS
from cherrypy_diagnostics.repository import extrapolate_statistics, repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy_diagnostics.repository import Scope

Formatting: TypeAlias = dict[str, Any]
"""How to show values, by name, nested like the statistics.

None leaves a value out, a text such as `%.3f` is filled with it, and a function is called with it.
"""


class Table(NamedTuple):
    """A collection, as its columns and one row of texts for each record."""

    title: str
    columns: list[str]
    rows: list[list[str]]


class Section(NamedTuple):
    """A namespace, as its values by name and the tables of its collections; texts are HTML."""

    title: str
    values: list[tuple[str, str]]
    tables: list[Table]


def iso_format(v: float) -> str:
    """Return the time `v`, in seconds of the epoch, as `2024-12-31 23:59:59` in UTC."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(v))


def locale_date(v: float) -> str:
    """Return the time `v`, in seconds of the epoch, in the form of the process's locale, in UTC."""
    return time.strftime("%c", time.gmtime(v))


def default_formatting() -> Formatting:
    """Return the formatting for requests, to be changed at will."""
    requests: Formatting = {
        "Start Time": None,
        "End Time": None,
        "Processing Time": "%.3f",
        "Bytes Read": "%s",
        "Bytes Written": "%s",
    }
    slow = {"Start Time": iso_format, "End Time": None, "Processing Time": "%.3f"}
    seconds = dict.fromkeys(("Min", "Max", "Sum", "Avg"), "%.3f")
    names = ("Read/Request", "Read/Second", "Written/Request", "Written/Second")
    figures: Formatting = {f"Bytes {name}": "%.3f" for name in names}
    figures |= dict.fromkeys(("Requests/Second", "Total Time", "Uptime"), "%.3f")
    figures |= {"Current Time": iso_format, "Start Time": iso_format}
    figures |= {"Requests": requests, "Slow Queries": slow, "URI Set Tracking": seconds}
    return {APPLICATIONS: figures}


class Report:
    """Reports of one repository.

    Args:
        statistics: The repository; the process's own by default.
        formatting: How to show values; that of requests by default.
    """

    def __init__(
        self, statistics: Scope | None = None, formatting: Formatting | None = None
    ) -> None:
        self._statistics = statistics
        self.formatting: Formatting = default_formatting() if formatting is None else formatting

    @property
    def statistics(self) -> Scope:
        """The repository."""
        return repository() if self._statistics is None else self._statistics

    def pause(self, namespace: str) -> None:
        """Stop the collection in `namespace`.

        Raises:
            KeyError: There is no such namespace.
        """
        self.statistics[namespace]["Enabled"] = False

    def resume(self, namespace: str) -> None:
        """Go on with the collection in `namespace`.

        Raises:
            KeyError: There is no such namespace.
        """
        self.statistics[namespace]["Enabled"] = True

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
            yield _section(str(title), scope, self.formatting.get(title) or {})

    def html(self, title: str = "Statistics") -> str:
        """Return a page with a heading and a table for each namespace, and one for each collection.

        Each cell that holds a figure has an id of its own.
        """
        body = "".join(_section_html(section) for section in self.sections())
        name = escape(title)
        return (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{name}'
            f"</title>\n</head>\n<body>\n<h1>{name}</h1>\n{body}</body>\n</html>\n"
        )


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
            tables.append(_table(str(name), value, form or {}))
        else:
            values.append((str(name), _shown(value, form)))
    return Section(title, values, tables)


def _table(title: str, collection: Any, formatting: Formatting) -> Table:
    """Return the table of a collection; the first column of a dict's holds its keys."""
    keyed = isinstance(collection, dict)
    records = list(collection.items()) if keyed else list(enumerate(collection))
    dicts = [(str(key), record) for key, record in records if isinstance(record, dict)]
    names = sorted({str(name) for _, record in dicts for name in record})
    columns = [name for name in names if formatting.get(name, "") is not None]
    rows = []
    for key, record in sorted(dicts) if keyed else dicts:
        cells = [_shown(record.get(name), formatting.get(name, "")) for name in columns]
        rows.append([escape(key), *cells] if keyed else cells)
    return Table(title, ["", *columns] if keyed else columns, rows)


def _shown(value: Any, form: Any) -> str:
    """Return `value` as HTML; what its formatting cannot show is shown unformatted."""
    if value is None:
        return ""
    try:
        if callable(form):
            value = form(value)
        elif form:
            value = form % value
    except Exception:  # noqa: BLE001 - a formatting function may raise anything
        return escape(str(value))
    html = getattr(value, "__html__", None)
    return str(html()) if html is not None else escape(str(value))


def _section_html(section: Section) -> str:
    rows = "".join(
        f'<tr><th>{escape(name)}</th><td id="{_id(section.title, name)}">{value}</td></tr>\n'
        for name, value in section.values
    )
    tables = "".join(_table_html(section.title, table) for table in section.tables)
    return f"<h2>{escape(section.title)}</h2>\n<table>\n{rows}</table>\n{tables}"


def _table_html(section: str, table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td id="{_id(section, table.title, str(number), column)}">{cell}</td>'
            for column, cell in zip(table.columns, row, strict=True)
        )
        + "</tr>\n"
        for number, row in enumerate(table.rows)
    )
    return f"<h3>{escape(table.title)}</h3>\n<table>\n<tr>{head}</tr>\n{rows}</table>\n"


def _id(*names: str) -> str:
    return escape("/".join(quote(name, safe="") for name in names))
