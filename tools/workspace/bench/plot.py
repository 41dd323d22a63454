"""Results as a picture: a row of marks for each scenario, in an SVG for light and dark pages.

The marks say how many times as fast as the baseline each subject is, on a logarithmic scale: twice
as fast is as far to the right as half as fast is to the left. The picture brings its own
background: whatever stands around it, the contrast is the same.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from workspace.bench.figures import AGAIN, Result, Row, digits, subjects
from workspace.bench.table import speed

WIDTH = 760
_LEFT, _RIGHT = 290, 700
_TOP, _ROW, _FOOT = 64, 28, 48
_EDGE, _LETTER, _LINE = 24, 7, 18
_TICKS = tuple(digit * 10**power for power in range(-2, 4) for digit in (1, 2, 5))
_SHAPES = {
    "ours": "M-6 0a6 6 0 1 0 12 0a6 6 0 1 0-12 0",
    AGAIN: "M0-5V5",
}
_OTHER_SHAPES = (
    "M-4.5-4.5H4.5V4.5H-4.5Z",
    "M0-6L6 0L0 6L-6 0Z",
    "M0-6L5.5 4H-5.5Z",
    "M0 6L5.5-4H-5.5Z",
    "M-5.5-2H-2V-5.5H2V-2H5.5V2H2V5.5H-2V2H-5.5Z",
)
_STYLE = """
  .card { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .ours-text { font-weight: 600; fill: #cf222e; }
  .small { font-size: 11px; fill: #57606a; }
  .grid { stroke: #d0d7de; }
  .one { stroke: #57606a; stroke-width: 1.5; }
  path { stroke-width: 1.5; fill: currentColor; stroke: currentColor; }
  .ours { color: #cf222e; }
  .again { color: #57606a; }
  .other0 { color: #0969da; }
  .other1 { color: #9a6700; }
  .other2 { color: #1a7f37; }
  .other3 { color: #8250df; }
  .other4 { color: #0f766e; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #161b22; stroke: #30363d; }
    text { fill: #e6edf3; }
    .ours-text { fill: #ff7b72; }
    .small { fill: #b1bac4; }
    .grid { stroke: #30363d; }
    .one { stroke: #b1bac4; }
    .ours { color: #f85149; }
    .again { color: #b1bac4; }
    .other0 { color: #58a6ff; }
    .other1 { color: #d29922; }
    .other2 { color: #3fb950; }
    .other3 { color: #bc8cff; }
    .other4 { color: #2dd4bf; }
  }
"""


@dataclass(frozen=True, slots=True)
class _Scale:
    """Where a ratio lies between the left and the right edge."""

    low: float
    high: float

    def place(self, ratio: float) -> float:
        part = math.log(ratio / self.low) / math.log(self.high / self.low)
        return _LEFT + part * (_RIGHT - _LEFT)


@dataclass(frozen=True, slots=True)
class _Mark:
    """How a subject is drawn."""

    name: str
    title: str
    style: str
    shape: str


def plot(results: Sequence[Result], title: str) -> str:
    """Return the SVG of some scenarios that have the same baseline.

    Args:
        title: What the picture is called for those who do not see it.
    """
    rows = [result for result in results if result.baseline is not None]
    marks = _marks(subjects(results))
    height = _TOP + _ROW * len(rows) + _FOOT
    scale = _scale(rows)
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img">'
    )
    card = f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>'
    head = [frame, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", card]
    parts = [*head, *_legend(marks), *_grid(scale, height), *_caption(results, height)]
    for number, result in enumerate(rows):
        parts += _row(result, marks, scale, _TOP + _ROW * (number + 0.5))
    return "\n".join([*parts, "</svg>\n"])


def _scale(results: Sequence[Result]) -> _Scale:
    found = [
        row.speed(baseline)
        for result in results
        if (baseline := result.baseline) is not None
        for row in result.rows
        if row.values
    ]
    low = min((one.low for one in found), default=1.0)
    high = max((one.high for one in found), default=1.0)
    return _Scale(min(low, 0.9) / 1.1, max(high, 2.0) * 1.1)


def _marks(titles: Mapping[str, str]) -> list[_Mark]:
    """Return the mark of each subject but the baseline."""
    shapes = iter([(f"other{number}", shape) for number, shape in enumerate(_OTHER_SHAPES)])
    marks = []
    for name, title in list(titles.items())[1:]:
        style, shape = (name, _SHAPES[name]) if name in _SHAPES else next(shapes)
        marks.append(_Mark(name, title, style, shape))
    return marks


def _legend(marks: Sequence[_Mark]) -> Iterator[str]:
    left = top = _EDGE
    for mark in marks:
        width = 12 + _LETTER * len(mark.title)
        if left + width > WIDTH - _EDGE / 2:
            left, top = _EDGE, top + _LINE
        yield _drawn(mark, left, top)
        yield f'<text x="{left + 12}" y="{top + 4}">{escape(mark.title)}</text>'
        left += width + _EDGE


def _grid(scale: _Scale, height: int) -> Iterator[str]:
    for tick in _TICKS:
        if scale.low <= tick <= scale.high:
            place, style = scale.place(tick), "one" if tick == 1 else "grid"
            line = f'x1="{place:.1f}" x2="{place:.1f}" y1="{_TOP - 4}" y2="{height - _FOOT}"'
            yield f'<line class="{style}" {line}/>'
            where = f'x="{place:.1f}" y="{height - _FOOT + 16}" text-anchor="middle"'
            yield f'<text class="small" {where}>{tick:g}</text>'


def _caption(results: Sequence[Result], height: int) -> Iterator[str]:
    baseline = next(iter(subjects(results).values()))
    text = f"times as fast as {baseline} (logarithmic; lines: quartiles)"
    where = f'x="{(_LEFT + _RIGHT) / 2}" y="{height - 14}" text-anchor="middle"'
    yield f'<text class="small" {where}>{escape(text)}</text>'


def _row(result: Result, marks: Sequence[_Mark], scale: _Scale, middle: float) -> Iterator[str]:
    yield (
        f'<text x="{_LEFT - 16}" y="{middle + 4}" text-anchor="end">{_plain(result.title)}</text>'
    )
    baseline = result.baseline
    for mark in reversed(marks):
        row = result.row(mark.name)
        if baseline is not None and row is not None and row.values:
            yield from _measured(mark, row, baseline, scale, middle)


def _measured(mark: _Mark, row: Row, baseline: Row, scale: _Scale, middle: float) -> Iterator[str]:
    found = row.speed(baseline)
    low, high = scale.place(found.low), scale.place(found.high)
    yield f'<path class="{mark.style}" d="M{low:.1f} {middle}H{high:.1f}"/>'
    told = f"{mark.title}: {speed(row, baseline)}"
    yield _drawn(mark, scale.place(found.median), middle, told)
    if mark.name == "ours":
        where = f'x="{WIDTH - 12}" y="{middle + 4}" text-anchor="end"'
        yield f'<text class="ours-text" {where}>{digits(found.median)}</text>'


def _drawn(mark: _Mark, left: float, top: float, told: str = "") -> str:
    title = f"<title>{escape(told)}</title>" if told else ""
    place = f'transform="translate({left:.1f} {top})"'
    return f'<path class="{mark.style}" {place} d="{mark.shape}">{title}</path>'


def _plain(markdown: str) -> str:
    return escape(markdown.replace("`", ""))
