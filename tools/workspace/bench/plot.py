"""Results as a picture: horizontal bars in a small SVG, readable on a light and a dark page.

The picture brings its own background: whatever stands around it, the contrast is the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from workspace.bench.figures import Result, Row, Unit, unit_for

WIDTH = 720
OURS = ("ours", "match")
_LEFT, _BAR = 170, 400
_ROW, _GAP, _HEAD, _EDGE = 22, 18, 24, 16
_STYLE = """
  .card { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .bar { fill: #8c959f; }
  .ours { fill: #cf222e; }
  .base { fill: #57606a; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #161b22; stroke: #30363d; }
    text { fill: #e6edf3; }
    .bar { fill: #6e7681; }
    .ours { fill: #f85149; }
    .base { fill: #b1bac4; }
    .spread { stroke: #e6edf3; }
  }
"""


def plot(results: Sequence[Result], title: str) -> str:
    """Return the SVG of some scenarios, each with a scale of its own.

    Args:
        title: What the picture is called for those who do not see it.
    """
    panels = [result for result in results if result.measured]
    height = 2 * _EDGE + sum(_height(result) for result in panels) - _GAP
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img">'
    )
    card = f'<rect class="card" x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>'
    head = [frame, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", card]
    return "\n".join([*head, *_panels(panels, unit_for(panels)), "</svg>\n"])


def _height(result: Result) -> int:
    return _HEAD + _ROW * len(result.measured) + _GAP


def _panels(results: Iterable[Result], unit: Unit) -> Iterator[str]:
    top = _EDGE
    for result in results:
        yield f'<text class="title" x="{_EDGE}" y="{top + 14}">{escape(result.title)}</text>'
        longest = max(row.time.high for row in result.measured)
        for number, row in enumerate(result.measured):
            place = _Place(_BAR / longest, top + _HEAD + number * _ROW, unit)
            yield from _bar(row, result.baseline, place)
        top += _height(result)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a bar begins and how long a nanosecond is."""

    scale: float
    top: int
    unit: Unit


def _bar(row: Row, baseline: Row | None, place: _Place) -> Iterator[str]:
    kind = "ours" if row.subject in OURS else "base" if row is baseline else "bar"
    found = row.time
    middle = place.top + _ROW / 2 - 2
    low, high = _LEFT + found.low * place.scale, _LEFT + found.high * place.scale
    text = place.unit.write(found.median)
    if baseline is not None and row is not baseline:
        text += f" · {row.ratio(baseline).median:.2f}"
    yield f'<text x="{_LEFT - 8}" y="{middle + 4}" text-anchor="end">{escape(row.title)}</text>'
    yield (
        f'<rect class="{kind}" x="{_LEFT}" y="{place.top}" rx="2"'
        f' width="{max(1.0, found.median * place.scale):.1f}" height="{_ROW - 6}"/>'
    )
    yield f'<path class="spread" d="M{low:.1f} {middle}H{high:.1f}"/>'
    yield f'<text x="{high + 8:.1f}" y="{middle + 4}">{escape(text)}</text>'
