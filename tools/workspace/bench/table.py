"""Results as a Markdown table: a row for each subject, a column for each scenario."""

from collections.abc import Sequence

from workspace.bench.figures import Result, Row, Spread, Unit, unit_for


def table(results: Sequence[Result]) -> str:
    """Return the table of some scenarios that have the same baseline."""
    unit = unit_for(results)
    titles = list(dict.fromkeys(row.title for result in results for row in result.rows))
    lines = [
        _line(["", *(result.title for result in results)]),
        _line(["---", *("---:" for _ in results)]),
        *(_line([title, *(_cell(result, title, unit) for result in results)]) for title in titles),
    ]
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(result: Result, title: str, unit: Unit) -> str:
    row = next((one for one in result.rows if one.title == title), None)
    if row is None or not row.values:
        return "" if row is None else "failed"
    baseline = result.baseline
    if baseline is None or row is baseline:
        return unit.write(row.time.median)
    return f"{unit.write(row.time.median)}, {_ratio(row, baseline)}"


def _ratio(row: Row, baseline: Row) -> str:
    found = row.ratio(baseline)
    return f"**{found.median:.2f}** {_brackets(found)}"


def _brackets(found: Spread) -> str:
    return f"({found.low:.2f} to {found.high:.2f})"
