"""Show profiles as pages: the files, the functions in one, and who calls whom.

The pages refer to each other as `report?filename=…&sort=…&function=…`.
"""

from __future__ import annotations

import os
import pstats
import sys
from html import escape
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from cherrypy_diagnostics.flame import frames, svg
from cherrypy_diagnostics.formatting import iso_format
from cherrypy_diagnostics.page import encodable, page, scrolled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cherrypy_diagnostics.profiledata import Function
    from cherrypy_diagnostics.profiling import Profiler

LIMIT: Final = 1000


class Line(NamedTuple):
    """What a profile says of a function, or of the calls from one function to another.

    Attributes:
        function: The name of the function, with the path of its file and its line.
        calls: How often it was called.
        own: The seconds that it took, without those of the functions that it called.
        total: The seconds that it took together with those.
    """

    function: str
    calls: int
    own: float
    total: float

    @property
    def per_call(self) -> float:
        """The seconds of one call, with those of the functions that it called."""
        return self.total / self.calls if self.calls else 0.0


class Column(NamedTuple):
    """A column of a table of functions, and what its order is."""

    title: str
    key: Callable[[Line], Any]


COLUMNS: Final = {
    "name": Column("Function", lambda line: line.function),
    "cumulative": Column("Seconds", lambda line: -line.total),
    "time": Column("Own seconds", lambda line: -line.own),
    "calls": Column("Calls", lambda line: -line.calls),
    "percall": Column("Seconds per call", lambda line: -line.per_call),
}


class ProfilePages:
    """Pages on the profiles of one profiler.

    Args:
        profiler: Where they come from.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from cherrypy_diagnostics import Profiler
        >>> with TemporaryDirectory() as directory:
        ...     profiler = Profiler(directory)
        ...     _ = profiler.run(sorted, [3, 1, 2])
        ...     pages = ProfilePages(profiler)
        ...     print("cp_0001.prof" in pages.menu(), "sorted" in pages.report("cp_0001.prof"))
        True True
    """

    def __init__(self, profiler: Profiler) -> None:
        self.profiler = profiler

    def menu(self) -> str:
        """Return a page with the files, and when they were written."""
        rows = "".join(map(self._file, self.profiler.statfiles()))
        where = escape(str(self.profiler.path))
        if not rows:
            return page("Profiles", f"<p>There are none in {where}.</p>\n")
        return page("Profiles", f"<p>In {where}:</p>\n<ul>\n{rows}</ul>\n")

    def _file(self, name: str) -> str:
        try:
            written = f"{iso_format((self.profiler.path / name).stat().st_mtime)} UTC"
        except OSError:  # it is gone by now
            written = ""
        link = f'<a href="{_report(filename=name)}">{escape(name)}</a>'
        return f'<li>{link} <span class="unit">{written}</span></li>\n'

    def report(self, filename: str, sort: str = "cumulative", function: str | None = None) -> str:
        """Return a page with the functions in a file, or with who calls one and whom it calls.

        Both have a flame graph.

        Args:
            filename: The name of the file.
            sort: A key of `COLUMNS`.
            function: The name of the function with the whole path of its file, `path:line(name)`.

        Raises:
            FileNotFoundError: There is no such file.
            LookupError: There is no such column or function.
            ValueError: The file is no profile, or not yet written.
        """
        if sort not in COLUMNS:
            raise LookupError(f"nothing is sorted by {sort!r}, but by {', '.join(COLUMNS)}")
        entries: dict[Function, Any] = self.profiler.load(filename).stats  # type: ignore[attr-defined] # typeshed lacks it
        show = _Table(filename, sort, function)
        if function is None:
            graph = show.flame(entries) + _ABOUT
            table = show.table("Functions", (_line(key, entries[key]) for key in entries))
            links = f'<p>{_BACK} · <a href="#functions">Functions</a></p>\n'
            return page(filename, f'{links}{graph}<h2 id="functions">Functions</h2>\n{table}')
        keys = {_name(key): key for key in entries}
        if function not in keys:
            raise LookupError(f"there is no function {function!r} in {filename}")
        key = keys[function]
        callers, callees = _around(key, entries)
        up = (
            f'<p>{_BACK} · <a href="{_report(filename=filename, sort=sort)}">{escape(filename)}</a>'
            f' · <a href="#callers">Called by</a></p>\n'
        )
        body = (
            f"{up}{show.table('The function', [_line(key, entries[key])])}"
            f"{show.flame(entries, key)}"
            f'<h2 id="callers">Called by</h2>\n'
            f"{show.table('Called by', callers)}"
            f"<h2>Calls</h2>\n{show.table('Calls', callees)}"
        )
        return page(function, body)


_ABOUT: Final = (
    "<p>Below each function is what it called, as wide as that took time. A profile does not tell "
    "for whom a function did its work: where it has several callers, its own calls are shared out "
    "among them by the time of theirs.</p>\n"
)
_BACK: Final = '<a href="menu">Profiles</a>'


def _short(name: str) -> str:
    """Return the name of a function without the directory that its module was found in."""
    found = [each for each in sys.path if each and name.startswith(f"{each}{os.sep}")]
    return name[len(max(found, key=len)) + 1 :] if found else name


def _report(**query: str) -> str:
    return escape(f"report?{urlencode(query)}")


def _name(key: Function) -> str:
    return encodable(pstats.func_std_string(key))  # type: ignore[attr-defined] # typeshed lacks it


def _line(key: Function, entry: Any) -> Line:
    _, calls, own, total = entry[:4]
    return Line(_name(key), calls, own, total)


def _around(key: Function, entries: dict[Function, Any]) -> tuple[list[Line], list[Line]]:
    """Return who calls a function, and whom it calls: each with the figures of those calls."""
    callers = [_line(caller, calls) for caller, calls in entries[key][4].items()]
    callees = [_line(each, entries[each][4][key]) for each in entries if key in entries[each][4]]
    return callers, callees


class _Table:
    """Makes tables of functions, with links to sort them and to look at each."""

    def __init__(self, filename: str, sort: str, function: str | None) -> None:
        self._query = {"filename": filename, "sort": sort}
        self._function = {} if function is None else {"function": function}
        self._sort = sort

    def flame(self, entries: Mapping[Function, Any], root: Function | None = None) -> str:
        """Return a flame graph, in which each frame leads to the page of its function."""
        return svg(frames(entries, root), _name, lambda key: self._link(_name(key)))

    def _link(self, function: str) -> str:
        return f"report?{urlencode({**self._query, 'function': function})}"

    def table(self, name: str, lines: Iterable[Line]) -> str:
        """Return the lines as a table, in the order that was asked for."""
        ordered = sorted(lines, key=COLUMNS[self._sort].key)
        if not ordered:
            return "<p>None.</p>\n"
        head = "".join(self._head(name, column.title) for name, column in COLUMNS.items())
        rows = "".join(map(self._row, ordered[:LIMIT]))
        more = len(ordered) - LIMIT
        rest = f"<p>{more} more are not shown.</p>\n" if more > 0 else ""
        table = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"
        return scrolled(name, table) + rest

    def _head(self, name: str, title: str) -> str:
        order = "ascending" if name == "name" else "descending"
        state = f' aria-sort="{order}"' if name == self._sort else ""
        kind = "name" if name == "name" else "number"
        link = _report(**{**self._query, **self._function, "sort": name})
        return f'<th scope="col" class="{kind}"{state}><a href="{link}">{title}</a></th>'

    def _row(self, line: Line) -> str:
        figures = (
            f"{line.total:,.6f}",
            f"{line.own:,.6f}",
            f"{line.calls:,}",
            f"{line.per_call:,.6f}",
        )
        cells = "".join(f'<td class="number">{each}</td>' for each in figures)
        name, link = escape(line.function), escape(self._link(line.function))
        shown = f'<a href="{link}" title="{name}">{escape(_short(line.function))}</a>'
        return f'<tr><td class="name">{shown}</td>{cells}</tr>\n'
