"""Results as a Markdown table: a row for each scenario, a column for each subject."""

from collections.abc import Iterable, Sequence

from workspace.bench.figures import OURS, Result, Row, digits, subjects


def table(results: Sequence[Result]) -> str:
    """Return the table of some scenarios that have the same baseline.

    Times stand where they are the baseline's or ours; all others are compared with the baseline.
    """
    columns = subjects(results)
    lines = [
        _line(["", *columns.values()]),
        _line(["---", *("---:" for _ in columns)]),
        *(_line([one.title, *(_cell(one, name) for name in columns)]) for one in results),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(result: Result, subject: str) -> str:
    row = result.row(subject)
    if row is None:
        return ""
    if not row.values:
        return "failed"
    baseline = result.baseline
    time = result.unit.write(row.time.median)
    if baseline is None or row is baseline:
        return time
    if subject in OURS:
        return f"{time}, {speed(row, baseline, bold=True)}"
    return speed(row, baseline)


def speed(row: Row, baseline: Row, *, bold: bool = False) -> str:
    """Return how many times as fast as the baseline a subject is, with the quartiles."""
    found = row.speed(baseline)
    median = f"**{digits(found.median)}**" if bold else digits(found.median)
    return f"{median} ({digits(found.low)} to {digits(found.high)})"
