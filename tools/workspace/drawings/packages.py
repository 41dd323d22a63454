"""The packages, layer above layer, and who imports whom, from their metadata."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from workspace.drawings import svg
from workspace.packages import Package, Workspace

_WIDTH, _MARGIN, _TOP = 820, 24, 24
_ROW, _HEIGHT = 96, 34
_SWEEPS = 8

Spot = tuple[str, int]
"""A package in its layer, or the place in another layer at which a line passes through it."""


@dataclass(frozen=True, slots=True)
class _Graph:
    rows: Mapping[int, Sequence[Spot]]
    lines: Sequence[Sequence[Spot]]


def drawing(workspace: Workspace) -> str:
    """Return the drawing."""
    graph = _graph(workspace)
    places = _places(graph.rows)
    height = _TOP + _ROW * (max(graph.rows) + 1) - (_ROW - _HEIGHT) + _TOP
    lines = [svg.path(_way([places[spot] for spot in line]), head=False) for line in graph.lines]
    boxes = [part for package in workspace for part in _box(package, places)]
    return svg.picture("The packages and who imports whom", _WIDTH, height, [*lines, *boxes])


def _graph(workspace: Workspace) -> _Graph:
    lines = [
        [(upper.name, upper.layer), *_passed(upper, lower), (lower.name, lower.layer)]
        for upper in workspace
        for lower in _direct(workspace, upper)
    ]
    rows: dict[int, list[Spot]] = {package.layer: [] for package in workspace}
    for spot in sorted({spot for line in lines for spot in line}):
        rows[spot[1]].append(spot)
    return _Graph(_untangled(rows, lines), lines)


def _direct(workspace: Workspace, package: Package) -> Iterator[Package]:
    """Yield the siblings that a package needs and that none of the others brings along."""
    siblings = workspace.siblings(package.requirements)
    brought = {one.name for sibling in siblings for one in workspace.closure(sibling)}
    return (sibling for sibling in siblings if sibling.name not in brought)


def _passed(upper: Package, lower: Package) -> list[Spot]:
    name = f"{upper.name} {lower.name}"
    return [(name, layer) for layer in range(upper.layer - 1, lower.layer, -1)]


def _untangled(
    rows: Mapping[int, Sequence[Spot]], lines: Sequence[Sequence[Spot]]
) -> dict[int, list[Spot]]:
    """Return the rows with each spot near the middle of its neighbours, so that few lines cross."""
    near: dict[Spot, list[Spot]] = {}
    for one, other in (pair for line in lines for pair in pairwise(line)):
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    found = {layer: list(row) for layer, row in rows.items()}
    for _ in range(_SWEEPS):
        for layer in (*sorted(found), *sorted(found, reverse=True)):
            places = _places(found)
            found[layer].sort(
                key=lambda spot: (_mean([places[one][0] for one in near[spot]]), spot)
            )
    return found


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 3)


def _places(rows: Mapping[int, Sequence[Spot]]) -> dict[Spot, tuple[float, float]]:
    """Return the middle of each spot: those of a row share the width by how wide they are."""
    top, places = max(rows), {}
    for layer, row in rows.items():
        rest = _WIDTH - 2 * _MARGIN - sum(map(_width, row))
        gap, left = rest / (len(row) + 1), float(_MARGIN)
        for spot in row:
            left += gap
            middle = left + _width(spot) / 2, _TOP + _ROW * (top - layer) + _HEIGHT / 2
            places[spot] = middle
            left += _width(spot)
    return places


def _width(spot: Spot) -> float:
    return 0 if " " in spot[0] else 30 + 7.2 * len(spot[0].removeprefix("cherrypy-"))


def _way(points: Sequence[tuple[float, float]]) -> str:
    way = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (left, top), (right, bottom) in pairwise(points):
        half = (top + bottom) / 2
        way += f"C{left:.1f} {half:.1f} {right:.1f} {half:.1f} {right:.1f} {bottom:.1f}"
    return way


def _box(package: Package, places: Mapping[Spot, tuple[float, float]]) -> Iterator[str]:
    spot = (package.name, package.layer)
    left, top = places[spot]
    width = _width(spot)
    kind = "box" if package.name.startswith("cherrypy-") else "strong"
    yield svg.box(left - width / 2, top - _HEIGHT / 2, width, _HEIGHT, kind)
    yield svg.text(left, top + 4.5, package.name.removeprefix("cherrypy-"), "bold")
