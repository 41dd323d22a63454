"""What the rounds say: medians, their spread, and how they compare with the baseline.

A ratio is made of two turns that followed each other: what slows the machine for a while slows
both.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

AGAIN = "again"
OURS = frozenset({"ours", "extra", "match"})
_FOR_QUARTILES = 2
_DECIMALS = ((10, 2), (100, 1))


class Unit(Enum):
    """A unit of time, the nanoseconds in it, and from how many nanoseconds on it is used."""

    NANOSECONDS = ("ns", 1, 0)
    MICROSECONDS = ("µs", 1_000, 10_000)
    MILLISECONDS = ("ms", 1_000_000, 10_000_000)

    def __init__(self, symbol: str, length: int, from_here: int) -> None:
        self.symbol = symbol
        self.length = length
        self.from_here = from_here

    @classmethod
    def suiting(cls, nanoseconds: float) -> "Unit":
        """Return the unit in which a time is easily read."""
        return next(unit for unit in reversed(cls) if nanoseconds >= unit.from_here)

    def write(self, nanoseconds: float) -> str:
        """Return a time in this unit."""
        value = nanoseconds / self.length
        return (
            f"{value:,.0f} {self.symbol}" if self.length == 1 else f"{digits(value)} {self.symbol}"
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float


@dataclass(slots=True)
class Row:
    """The measurements of one subject, in nanoseconds, one for each turn.

    Attributes:
        subject: Its name; ``AGAIN`` for the second turn of the baseline.
        error: Why there is none, in one line.
    """

    subject: str
    title: str
    values: list[float] = field(default_factory=list)
    error: str = ""

    @property
    def time(self) -> Spread:
        """Return the nanoseconds of one call."""
        return spread(self.values)

    def speed(self, baseline: "Row") -> Spread:
        """Return how many times as fast as the baseline it is."""
        pairs = zip(self.values, baseline.values, strict=False)
        return spread([other / own for own, other in pairs])


@dataclass(slots=True)
class Result:
    """The rows of one scenario, the baseline first."""

    scenario: str
    title: str
    group: str
    rows: list[Row]

    @property
    def baseline(self) -> Row | None:
        """Return the row of the baseline, None if it has no values."""
        row = self.rows[0]
        return row if row.values else None

    def row(self, subject: str) -> Row | None:
        """Return the row of a subject, None if it takes no part."""
        return next((row for row in self.rows if row.subject == subject), None)

    @property
    def unit(self) -> Unit:
        """Return the unit in which the times can be compared at a glance."""
        return Unit.suiting(max((row.time.median for row in self.rows if row.values), default=0))


def spread(values: Sequence[float]) -> Spread:
    """Return the median and the quartiles of some values."""
    if len(values) < _FOR_QUARTILES:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def subjects(results: Iterable[Result]) -> dict[str, str]:
    """Return the titles of all subjects by name, the second turn of the baseline last.

    The scenario with the most of them tells the order.
    """
    ordered = sorted(results, key=lambda result: len(result.rows), reverse=True)
    found = {row.subject: row.title for result in ordered for row in result.rows}
    again = found.pop(AGAIN, None)
    return found if again is None else {**found, AGAIN: again}


def digits(value: float) -> str:
    """Return a number with about three digits."""
    decimals = next((decimals for limit, decimals in _DECIMALS if value < limit), 0)
    return f"{value:,.{decimals}f}"
