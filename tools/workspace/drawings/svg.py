"""The parts of a drawing, as SVG for light and dark pages.

A drawing brings its own background: whatever stands around it, the contrast is the same.
"""

from collections.abc import Iterable
from html import escape

LINE = 18
"""The height of a line of small text."""

_STYLE = """
  .card { fill: #ffffff; stroke: #d0d7de; }
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .bold { font-weight: 600; }
  .small { font-size: 11px; fill: #57606a; }
  .box { fill: #f6f8fa; stroke: #8c959f; }
  .strong { fill: #fdeef0; stroke: #a61c2b; }
  .arrow { fill: none; stroke: #57606a; stroke-width: 1.3; }
  .head { fill: #57606a; }
  .rule { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    .card { fill: #161b22; stroke: #30363d; }
    text { fill: #e6edf3; }
    .small { fill: #b1bac4; }
    .box { fill: #21262d; stroke: #6e7681; }
    .strong { fill: #3d1a1f; stroke: #ff8a95; }
    .arrow { stroke: #b1bac4; }
    .head { fill: #b1bac4; }
    .rule { stroke: #30363d; }
  }
"""
_HEAD = (
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
    ' orient="auto"><path class="head" d="M0 0L8 4L0 8Z"/></marker></defs>'
)


def picture(title: str, width: int, height: int, parts: Iterable[str]) -> str:
    """Return a drawing.

    Args:
        title: What it is called for those who do not see it.
    """
    frame = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img">'
    )
    card = f'<rect class="card" x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>'
    head = [frame, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", _HEAD, card]
    return "\n".join([*head, *parts, "</svg>\n"])


def text(left: float, top: float, words: str, kind: str = "", anchor: str = "middle") -> str:
    """Return one line of text; ``top`` is its base line."""
    style = f' class="{kind}"' if kind else ""
    return f'<text{style} x="{left:g}" y="{top:g}" text-anchor="{anchor}">{escape(words)}</text>'


def box(left: float, top: float, width: float, height: float, kind: str = "box") -> str:
    """Return a rectangle with round corners."""
    size = f'width="{width:g}" height="{height:g}"'
    return f'<rect class="{kind}" x="{left:g}" y="{top:g}" {size} rx="6"/>'


def path(way: str, *, head: bool = True) -> str:
    """Return a line, with an arrow's head at its end."""
    end = ' marker-end="url(#head)"' if head else ""
    return f'<path class="arrow" d="{way}"{end}/>'


def rule(left: float, right: float, top: float) -> str:
    """Return a thin horizontal line."""
    return f'<line class="rule" x1="{left:g}" x2="{right:g}" y1="{top:g}" y2="{top:g}"/>'
