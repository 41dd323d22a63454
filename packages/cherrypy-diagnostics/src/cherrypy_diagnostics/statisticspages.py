"""The page of statistics, and what it is made of: a script, a style, and what the script asks for.

The page says all without the script, which draws the plots and keeps the figures up to date.
Nothing in it is inline, so that the strictest policy for contents will do: `HEADERS` has it.

What clients sent is in the figures. They become HTML in `report` and `tables`, and nowhere else;
the script puts texts in as texts.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, Final

from cherrypy_diagnostics.formatting import iso_format, pause_resume
from cherrypy_diagnostics.history import SPANS
from cherrypy_diagnostics.page import PAGE_HEADERS, assets, scrolled
from cherrypy_diagnostics.plots import Line, Plot, plots, shown
from cherrypy_diagnostics.recorder import APPLICATIONS
from cherrypy_diagnostics.report import Report

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_diagnostics.history import History, View

HEADERS: Final[Mapping[str, str]] = {
    **PAGE_HEADERS,
    "Content-Security-Policy": (
        f"{PAGE_HEADERS['Content-Security-Policy']}; script-src 'self'; connect-src 'self'"
    ),
}
"""Header fields for all of it."""

SPAN_NAMES: Final = {"5m": "5 min", "1h": "1 hour", "24h": "24 hours"}

FIRST_SPAN: Final = "5m"


class StatisticsPages:
    """The page of statistics and its parts; whoever publishes them sees to who may see them.

    Args:
        history: What the plots show.
        report: The figures; by default those of the process, with buttons to pause.
        title: The title of the page, as text.

    Examples:
        >>> from cherrypy_diagnostics import RequestRecorder
        >>> recorder = RequestRecorder({})
        >>> pages = StatisticsPages(recorder.history, title="The shop")
        >>> "<h1>The shop</h1>" in pages.index("1h")
        True
    """

    def __init__(
        self, history: History, report: Report | None = None, title: str = "Statistics"
    ) -> None:
        self.history: History = history
        self.report: Report = Report(controls=pause_resume) if report is None else report
        self.title: str = title

    def index(self, span: str = FIRST_SPAN) -> str:
        """Return the page.

        Args:
            span: The time that the plots show, a name of `SPANS`.

        Raises:
            KeyError: There is no such span.
        """
        view = self.history.view(span)
        drawn = list(plots(view))
        title = escape(self.title)
        return (
            f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f'<meta name="color-scheme" content="light dark">\n'
            f'<meta name="robots" content="noindex">\n<title>{title}</title>\n'
            f'<link rel="stylesheet" href="style.css">\n<script src="script.js" defer></script>\n'
            f"</head>\n<body>\n<header>\n<h1>{title}</h1>\n{_spans(span)}"
            f'</header>\n<p id="state" role="status">{self._note}</p>\n<main>\n'
            f'<section id="plots" aria-label="Plots" data-span="{span}">\n'
            f"{''.join(map(_plot, drawn)) or _NOTHING}</section>\n{_as_table(view, drawn)}"
            f'<div id="figures">\n{self.tables()}</div>\n</main>\n</body>\n</html>\n'
        )

    @property
    def _note(self) -> str:
        """What a reader of the plots has to know."""
        requests = self.report.statistics.get(APPLICATIONS)
        is_paused = isinstance(requests, dict) and not requests.get("Enabled", True)
        return _PAUSED if is_paused else ""

    def tables(self) -> str:
        """Return the figures as HTML, for the script."""
        return self.report.tables()

    def data(self) -> bytes:
        """Return the figures as JSON, for programs."""
        return self.report.json()

    def plots(self, span: str = FIRST_SPAN) -> bytes:
        """Return the values of the plots as JSON.

        Raises:
            KeyError: There is no such span.
        """
        view = self.history.view(span)
        found: list[dict[str, Any]] = [
            {
                "title": plot.title,
                "unit": plot.unit,
                "lines": [{"name": line.name, "values": line.values} for line in plot.lines],
            }
            for plot in plots(view)
        ]
        whole = {"end": view.end, "note": self._note, "plots": found, "step": view.step}
        return json.dumps(whole, separators=(",", ":")).encode("ascii")

    @staticmethod
    def style() -> bytes:
        """Return the style sheet."""
        return assets("base.css", "statistics.css")

    @staticmethod
    def script() -> bytes:
        """Return the script."""
        return assets("statistics.js")


_PAUSED = "Requests are not recorded now: the collection is paused."
_NOTHING = "<p>There is nothing to show yet: no second has passed, or nothing is recorded.</p>\n"


def _spans(chosen: str) -> str:
    def link(name: str) -> str:
        current = ' aria-current="page"' if name == chosen else ""
        return f'<a href="?span={name}"{current}>{SPAN_NAMES[name]}</a>'

    return f'<nav aria-label="Time shown">{" ".join(map(link, SPANS))}</nav>\n'


def _plot(plot: Plot) -> str:
    unit = f' <span class="unit">{escape(plot.unit)}</span>' if plot.unit else ""
    entries = "".join(
        f"<div><dt>{escape(line.name)}</dt><dd>{shown(line.latest)}</dd></div>"
        for line in plot.lines
    )
    return (
        f'<figure class="plot"><figcaption><h2>{escape(plot.title)}{unit}</h2>'
        f"<dl>{entries}</dl></figcaption></figure>\n"
    )


def _as_table(view: View, drawn: list[Plot]) -> str:
    """Return the values of all plots as one table, the latest first."""
    lines = [(plot, line) for plot in drawn for line in plot.lines]
    head = "".join(map(_column, lines))
    slots = list(zip(*(line.values for _, line in lines), strict=True))
    rows = "".join(
        f'<tr><th scope="row">{_time(view.end - back * view.step)}</th>{_row(values)}</tr>\n'
        for back, values in enumerate(reversed(slots))
        if any(value is not None for value in values)
    )
    table = (
        f'<table><thead><tr><th scope="col">Until <span class="unit">UTC</span></th>{head}</tr>'
        f"</thead>\n"
        f"<tbody>{rows}</tbody></table>"
    )
    return (
        f'<details id="table"><summary>The plots as a table</summary>\n'
        f"{scrolled('The plots as a table', table)}</details>\n"
    )


def _column(column: tuple[Plot, Line]) -> str:
    plot, line = column
    unit = f", {plot.unit}" if plot.unit else ""
    return f'<th scope="col" class="number">{escape(f"{plot.title} {line.name}{unit}")}</th>'


def _row(values: tuple[float | None, ...]) -> str:
    return "".join(f'<td class="number">{shown(value)}</td>' for value in values)


def _time(seconds: float) -> str:
    moment = iso_format(seconds)
    return f'<time datetime="{moment.replace(" ", "T")}Z">{moment}</time>'
