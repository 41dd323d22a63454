"""What the rounds say: medians, their spread, and ratios to the baseline.

A ratio is made of two values of the same round: what slows the machine for a while slows both.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

AGAIN = "again"
_FOR_QUARTILES = 2
_ENOUGH_DIGITS = 100


class Unit(Enum):
    """A unit of time, the nanoseconds in it, and from how many nanoseconds on it is used."""

    NANOSECONDS = ("ns", 1, 0)
    MICROSECONDS = ("µs", 1_000, 10_000)
    MILLISECONDS = ("ms", 1_000_000, 10_000_000)

    def __init__(self, symbol: str, length: int, from_here: int) -> None:
        self.symbol = symbol
        self.length = length
        self.from_here = from_here

    def write(self, nanoseconds: float) -> str:
        """Return a time in this unit."""
        value = nanoseconds / self.length
        decimals = 0 if self.length == 1 or value >= _ENOUGH_DIGITS else 1
        return f"{value:,.{decimals}f} {self.symbol}"


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and the quartiles around it."""

    median: float
    low: float
    high: float


@dataclass(slots=True)
class Row:
    """The measurements of one subject, in nanoseconds, one for each round.

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

    def ratio(self, baseline: "Row") -> Spread:
        """Return how many times as long it takes as the baseline."""
        pairs = zip(self.values, baseline.values, strict=False)
        return spread([own / other for own, other in pairs])


@dataclass(slots=True)
class Result:
    """The rows of one scenario, the baseline first."""

    scenario: str
    title: str
    group: str
    rows: list[Row]

    @property
    def measured(self) -> list[Row]:
        """Return the rows that have values."""
        return [row for row in self.rows if row.values]

    @property
    def baseline(self) -> Row | None:
        """Return the row of the baseline, None if it has no values."""
        row = self.rows[0]
        return row if row.values else None


def spread(values: Sequence[float]) -> Spread:
    """Return the median and the quartiles of some values."""
    if len(values) < _FOR_QUARTILES:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def unit_for(results: Sequence[Result]) -> Unit:
    """Return the unit in which the times of these scenarios can be compared at a glance."""
    medians = [row.time.median for result in results for row in result.measured]
    longest = max(medians, default=0)
    return next(unit for unit in reversed(Unit) if longest >= unit.from_here)
