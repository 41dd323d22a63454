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

from cherrypy_diagnostics.gauges import SERVERS
from cherrypy_diagnostics.page import page
from cherrypy_diagnostics.recorder import APPLICATIONS
from cherrypy_diagnostics.repository import extrapolate_statistics, repository
from cherrypy_diagnostics.tables import section_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cherrypy_diagnostics.repository import Scope

Formatting: TypeAlias = dict[str, Any]
"""How to show values, by name, nested like the statistics.

None leaves a value out, a text such as `%.3f` is filled with it, and a function is called with it.
"""

VALUE = "Value"
"""What a value is called that has no name of its own."""


class Table(NamedTuple):
    """A collection, as its columns and one row of texts for each record.

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


class Section(NamedTuple):
    """A namespace, as its values by name and the tables of its collections; texts are HTML.

    Examples:
        >>> (section,) = Report({"Mail": {"Enabled": True, "Sent": 3}}).sections()
        >>> section.title, section.values
        ('Mail', [('Enabled', 'True'), ('Sent', '3')])
    """

    title: str
    values: list[tuple[str, str]]
    tables: list[Table]


def iso_format(v: float) -> str:
    """Return the time `v`, in seconds of the epoch, as `2024-12-31 23:59:59` in UTC.

    Examples:
        >>> iso_format(784111777)
        '1994-11-06 08:49:37'
    """
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(v))


def locale_date(v: float) -> str:
    """Return the time `v`, in seconds of the epoch, in the form of the process's locale, in UTC.

    Examples:
        >>> "1994" in locale_date(784111777)
        True
    """
    return time.strftime("%c", time.gmtime(v))


def default_formatting() -> Formatting:
    """Return the formatting for requests and servers, to be changed at will.

    Examples:
        >>> formatting = default_formatting()
        >>> formatting[APPLICATIONS]["Uptime"] = "%.0f s"
    """
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
    server: Formatting = {"Accepts/sec": "%.3f"}
    server |= dict.fromkeys(("Run time", "Work Time", *_THROUGHPUT), _counted("%.3f"))
    server |= dict.fromkeys(("Requests", "Bytes Read", "Bytes Written"), _counted("%d"))
    server["Worker Threads"] = dict.fromkeys(("Work Time", *_THROUGHPUT), "%.3f")
    return {APPLICATIONS: figures, SERVERS: server}


_THROUGHPUT = ("Read Throughput", "Write Throughput")


def _counted(form: str) -> Callable[[float], str]:
    """Return what shows a figure for which servers have -1 while they do not count."""
    return lambda value: "not counted" if value == -1 else form % value


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def pause_resume(ns: str) -> Callable[[bool], Html]:
    """Return what shows whether a namespace is `Enabled`, with a button to change that.

    The button posts to `pause` or `resume`, beside the page.

    Args:
        ns: The name of the namespace.

    Examples:
        >>> report = Report({"Mail": {"Enabled": True, "Sent": 3}}, controls=pause_resume)
        >>> "<button>Pause</button>" in report.tables()
        True
    """

    def show(enabled: bool) -> Html:
        action, state = ("pause", "Enabled") if enabled else ("resume", "Disabled")
        return Html(
            f'{state} <form action="{action}" method="POST">'
            f'<input type="hidden" name="namespace" value="{escape(ns)}">'
            f"<button>{action.capitalize()}</button></form>"
        )

    return show


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
        return html.encode("utf-8", "backslashreplace").decode()


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
            values.append((str(name), _shown(value, form)))
    return Section(title, values, tables)


def _table(title: str, collection: Any, formatting: Formatting) -> Table:
    """Return the table of a collection; the first column of a dict's holds its keys."""
    keyed = isinstance(collection, dict)
    records = list(collection.items()) if keyed else list(enumerate(collection))
    dicts = [(str(key), each if isinstance(each, dict) else {VALUE: each}) for key, each in records]
    names = sorted({str(name) for _, record in dicts for name in record})
    columns = [name for name in names if formatting.get(name, "") is not None]
    rows = []
    for key, record in sorted(dicts, key=lambda item: item[0]) if keyed else dicts:
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
