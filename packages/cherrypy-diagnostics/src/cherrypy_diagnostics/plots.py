"""Which plots the page of statistics shows, and the values in their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cherrypy_diagnostics.history import View

DIGITS = 4
"""How many digits of a value are worth sending."""

RECENT = 15
"""How many slots back a value is still shown as the latest."""


class Line(NamedTuple):
    """One line of a plot, the oldest value first."""

    name: str
    values: list[float | None]

    @property
    def latest(self) -> float | None:
        """The last value that is known, if it is recent."""
        recent = reversed(self.values[-RECENT:])
        return next((value for value in recent if value is not None), None)


class Plot(NamedTuple):
    """Lines that share a title and a unit."""

    title: str
    unit: str
    lines: list[Line]


class _Kind(NamedTuple):
    title: str
    unit: str
    scale: float
    is_rate: bool
    lines: Sequence[tuple[str, str]]
    """Names of lines, and of their series."""


_KINDS = (
    _Kind("Requests", "/s", 1, True, [("all", "Requests"), ("failed", "Errors")]),
    _Kind("Latency", "ms", 1000, False, [("p50", "p50"), ("p95", "p95"), ("p99", "p99")]),
    _Kind("Threads", "", 1, False, [("alive", "Threads"), ("busy", "Threads Busy")]),
    _Kind("Connections", "", 1, False, [("open", "Connections"), ("queued", "Queue")]),
    _Kind("Memory", "MiB", 2**-20, False, [("resident", "Memory")]),
    _Kind(
        "Traffic", "KiB/s", 2**-10, True, [("sent", "Bytes Written"), ("received", "Bytes Read")]
    ),
    _Kind("Sessions", "", 1, False, [("active", "Sessions")]),
)
_PLOTTED = {series for kind in _KINDS for _, series in kind.lines} | {"Longest"}


def plots(view: View) -> Iterator[Plot]:
    """Yield the plots of what is known; a gauge that none of them shows gets one of its own."""
    others = [name for name in view.series if name not in _PLOTTED]
    for kind in (*_KINDS, *(_Kind(name, "", 1, False, [("now", name)]) for name in others)):
        scale = kind.scale / view.step if kind.is_rate else kind.scale
        lines = [
            Line(name, [_scaled(value, scale) for value in view.series[series]])
            for name, series in kind.lines
            if _is_known(view.series.get(series))
        ]
        if lines:
            yield Plot(kind.title, kind.unit, lines)


def _is_known(values: list[float | None] | None) -> bool:
    return values is not None and any(value is not None for value in values)


def _scaled(value: float | None, scale: float) -> float | None:
    return None if value is None else float(f"{value * scale:.{DIGITS}g}")


def shown(value: float | None) -> str:
    """Return a value as people read it: three digits, thousands set apart; a dash for None."""
    if value is None:
        return "\N{EN DASH}"
    digits = 0 if value == int(value) or value >= 100 else 1 if value >= 10 else 2  # noqa: PLR2004
    return f"{value:,.{digits}f}"
