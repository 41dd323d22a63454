"""How the values of a report are shown: as texts, in units, and with a button."""

from __future__ import annotations

import re
import time
from html import escape
from typing import TYPE_CHECKING, Any, TypeAlias

from cherrypy_diagnostics.gauges import SERVERS
from cherrypy_diagnostics.recorder import APPLICATIONS

if TYPE_CHECKING:
    from collections.abc import Callable

Formatting: TypeAlias = dict[str, Any]
"""How to show values, by name, nested like the statistics.

None leaves a value out, a text such as `%.3f` is filled with it, and a function is called with it.
"""


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


class _Text(str):
    """A text to be filled, with a unit."""

    __slots__ = ("unit",)

    unit: str


class _Function:
    """A formatting function, with a unit."""

    def __init__(self, function: Callable[[Any], object], unit: str) -> None:
        self.function = function
        self.unit = unit

    def __call__(self, value: Any) -> object:
        """Return what the function returns."""
        return self.function(value)


def measured(form: str | Callable[[Any], object], unit: str) -> str | Callable[[Any], object]:
    """Return how to show a value, with a unit that its name is followed by.

    Args:
        form: How to show it, as a `Formatting` has it.
        unit: The unit, as text.

    Examples:
        >>> from cherrypy_diagnostics import Report
        >>> report = Report({"Mail": {"Delay": 0.25}}, {"Mail": {"Delay": measured("%.2f", "s")}})
        >>> 'Delay <span class="unit">s</span>' in report.tables()
        True
    """
    if not isinstance(form, str):
        return _Function(form, unit)
    text = _Text(form)
    text.unit = unit
    return text


def unit_of(form: Any) -> str:
    """Return the unit that a formatting says, or an empty text."""
    if form is iso_format or form is locale_date:
        return "UTC"
    return form.unit if isinstance(form, _Text | _Function) else ""


_SECONDS = measured("%.3f", "s")


def default_formatting() -> Formatting:
    """Return the formatting for requests and servers, to be changed at will.

    Examples:
        >>> formatting = default_formatting()
        >>> formatting[APPLICATIONS]["Uptime"] = "%.0f s"
    """
    requests: Formatting = {
        "Start Time": None,
        "End Time": None,
        "Processing Time": _SECONDS,
        "Bytes Read": "%s",
        "Bytes Written": "%s",
    }
    slow = {"Start Time": iso_format, "End Time": None, "Processing Time": _SECONDS}
    seconds = dict.fromkeys(("Min", "Max", "Sum", "Avg"), _SECONDS)
    names = ("Read/Request", "Read/Second", "Written/Request", "Written/Second")
    figures: Formatting = {f"Bytes {name}": "%.3f" for name in names}
    figures |= {"Requests/Second": "%.3f", "Total Time": _SECONDS, "Uptime": _SECONDS}
    figures |= {"Current Time": iso_format, "Start Time": iso_format}
    figures |= {"Requests": requests, "Slow Queries": slow, "URI Set Tracking": seconds}
    server: Formatting = {"Accepts/sec": "%.3f"}
    server |= dict.fromkeys(("Run time", "Work Time"), measured(_counted("%.3f"), "s"))
    server |= dict.fromkeys(_THROUGHPUT, measured(_counted("%.3f"), "B/s"))
    server |= dict.fromkeys(("Requests", "Bytes Read", "Bytes Written"), _counted("%d"))
    throughput = dict.fromkeys(_THROUGHPUT, measured("%.3f", "B/s"))
    server["Worker Threads"] = {"Work Time": _SECONDS, **throughput}
    return {APPLICATIONS: figures, SERVERS: server}


_THROUGHPUT = ("Read Throughput", "Write Throughput")


def _counted(form: str) -> Callable[[float], str]:
    """Return what shows a figure for which servers have -1 while they do not count."""
    return lambda value: "not counted" if value == -1 else grouped(form % value)


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
        >>> from cherrypy_diagnostics import Report
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


_LONG = re.compile(r"(-?)(\d{5,})(\.\d+)?")


def grouped(number: str) -> str:
    """Return a text as it is, or if it is a long number with commas after thousands.

    Examples:
        >>> grouped("1234567.891"), grouped("2030"), grouped("127.0.0.1")
        ('1,234,567.891', '2030', '127.0.0.1')
    """
    found = _LONG.fullmatch(number)
    if found is None:
        return number
    return f"{found[1]}{int(found[2]):,}{found[3] or ''}"


def shown(value: Any, form: Any) -> str:
    """Return `value` as HTML; what its formatting cannot show is shown unformatted."""
    if value is None:
        return ""
    try:
        if callable(form):
            value = form(value)
        elif isinstance(value, int | float):
            value = grouped(form % value if form else str(value))
        elif form:
            value = form % value
    except Exception:  # noqa: BLE001 - a formatting function may raise anything
        return escape(str(value))
    html = getattr(value, "__html__", None)
    return str(html()) if html is not None else escape(str(value))
