"""A flame graph of a profile: who calls whom, as wide as it takes time.

Python's profiler keeps no stacks. It keeps the time of each function, and how much of it came from
each caller. So what a function called is shared out among its callers, as their calls took time: it
is exact where a function has one caller, and an estimate where it has several. A function that is
its own caller further up is left out, and its time stays with the one who called it.
"""

from __future__ import annotations

import heapq
import zlib
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from cherrypy_diagnostics.profiledata import Function

LIMIT: Final = 500
"""How many frames are shown at most: the widest."""

LEAST: Final = 0.001
"""The part of the whole below which a frame is not shown."""

ROW: Final = 20  # pixels
COLOURS: Final = 6


class Frame(NamedTuple):
    """The calls of a function below one chain of callers.

    Attributes:
        function: The function.
        start: Where it begins, in seconds from the left.
        seconds: How long these calls took, together with what they called.
        depth: How many callers are above it.
    """

    function: Function
    start: float
    seconds: float
    depth: int


class _Node(NamedTuple):
    frame: Frame
    path: frozenset[Function]


def frames(entries: Mapping[Function, Any], root: Function | None = None) -> list[Frame]:
    """Return the frames of a flame graph, the widest first.

    Args:
        entries: The functions of a profile, as `pstats.Stats.stats`.
        root: The function to begin with; by default all those that nobody called.
    """
    callees = _callees(entries)
    roots = [root] if root is not None else _roots(entries)
    order = count()  # frames of the same width come in the order of their making
    waiting: list[tuple[float, int, _Node]] = []

    def add(frame: Frame, path: frozenset[Function]) -> None:
        if frame.seconds > least:
            heapq.heappush(waiting, (-frame.seconds, next(order), _Node(frame, path)))

    least = LEAST * sum(entries[function][3] for function in roots)
    start = 0.0
    for function in roots:
        seconds = entries[function][3]
        add(Frame(function, start, seconds, 0), frozenset([function]))
        start += seconds
    found: list[Frame] = []
    while waiting and len(found) < LIMIT:
        frame, path = heapq.heappop(waiting)[2]
        found.append(frame)
        share = frame.seconds / (entries[frame.function][3] or frame.seconds)
        for below in _below(frame, share, callees.get(frame.function, {}), path):
            add(below, path | {below.function})
    return found


def _roots(entries: Mapping[Function, Any]) -> list[Function]:
    """Return what nobody else called, or else the one that took the most time."""
    roots = [each for each in entries if not entries[each][4].keys() - {each}]
    if not roots and entries:
        roots = [max(entries, key=lambda each: entries[each][3])]
    return sorted(roots, key=lambda each: -entries[each][3])


def _callees(entries: Mapping[Function, Any]) -> dict[Function, dict[Function, float]]:
    """Return, for each function, the seconds of those that it called."""
    callees: dict[Function, dict[Function, float]] = {}
    for function, entry in entries.items():
        for caller, calls in entry[4].items():
            callees.setdefault(caller, {})[function] = calls[3]
    return callees


def _below(
    frame: Frame, share: float, callees: Mapping[Function, float], path: frozenset[Function]
) -> Iterable[Frame]:
    """Yield the frames below one, side by side, the widest first; together no wider than it is."""
    widths = {each: share * seconds for each, seconds in callees.items() if each not in path}
    together = sum(widths.values())
    scale = frame.seconds / together if together > frame.seconds else 1.0
    start = frame.start
    for function in sorted(widths, key=lambda each: -widths[each]):
        seconds = scale * widths[function]
        yield Frame(function, start, seconds, frame.depth + 1)
        start += seconds


def svg(
    shown: list[Frame], name: Callable[[Function], str], link: Callable[[Function], str]
) -> str:
    """Return frames as SVG, each with a link: no script and no style of its own.

    Args:
        shown: The frames.
        name: Returns the whole name of a function, as text.
        link: Returns the url that a frame leads to, as text.
    """
    whole = sum(frame.seconds for frame in shown if frame.depth == 0)
    if not whole:
        return "<p>It took no time that could be measured.</p>\n"
    height = ROW * (1 + max(frame.depth for frame in shown))
    # In reading order, so that who goes by the keyboard goes from callers to callees.
    ordered = sorted(shown, key=lambda frame: (frame.depth, frame.start))
    drawn = "".join(_drawn(frame, whole, name(frame.function), link) for frame in ordered)
    return (
        f'<svg class="flame" width="100%" height="{height}" role="group" '
        f'aria-label="Flame graph">\n{drawn}</svg>\n'
    )


def _drawn(frame: Frame, whole: float, name: str, link: Callable[[Function], str]) -> str:
    left, width = (f"{100 * seconds / whole:.3f}%" for seconds in (frame.start, frame.seconds))
    title = f"{name}\n{frame.seconds:.6f} s, {100 * frame.seconds / whole:.1f} %"
    colour = zlib.crc32(frame.function[0].encode(errors="backslashreplace")) % COLOURS
    return (
        f'<svg x="{left}" y="{frame.depth * ROW}" width="{width}" height="{ROW - 1}">'
        f'<a href="{escape(link(frame.function))}"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" class="flame-{colour}"/>'
        f'<text x="4" y="14">{escape(frame.function[2])}</text></a></svg>\n'
    )
