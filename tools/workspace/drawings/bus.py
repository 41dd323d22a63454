"""The states of a bus and the ways between them, from the tables that the bus obeys."""

import math
from collections.abc import Iterator, Mapping

from cherrypy_bus.states import AT_REST, MOVING, STEPS, Operation, State, Verdict
from workspace.drawings import svg
from workspace.packages import Workspace

_WIDTH, _HEIGHT = 820, 466
_HALF_WIDTH, _HALF_HEIGHT = 58, 20
_PLACES = {
    State.STARTING: (110, 70),
    State.STARTED: (110, 210),
    State.STOPPING: (410, 210),
    State.STOPPED: (410, 70),
    State.EXITING: (710, 210),
}
"""Where the middle of each state is; the ways between them follow from the tables."""

_WORDS = {
    Verdict.RUN: "is done",
    Verdict.LATER: "is done next",
    Verdict.IGNORE: "nothing to do",
    Verdict.REFUSE: "raises StateError",
}
_TABLE, _FIRST, _COLUMN = 296, 210, 155

Move = tuple[State, State, str]
"""From where, where to, and the channel that is published on the way, if any."""


def drawing(_workspace: Workspace) -> str:
    """Return the drawing."""
    moves = sorted(set(_moves()), key=str)
    ways = {(start, end) for start, end, _ in moves}
    arrows = [part for move in moves for part in _arrow(*move, both=(move[1], move[0]) in ways)]
    boxes = [part for state in State for part in _state(state)]
    return svg.picture("The states of a bus", _WIDTH, _HEIGHT, [*arrows, *boxes, *_table()])


def _moves() -> Iterator[Move]:
    for state, row in AT_REST.items():
        for operation, verdict in row.items():
            if verdict is Verdict.RUN:
                yield from _taken(state, operation)


def _taken(state: State, operation: Operation) -> Iterator[Move]:
    for step in STEPS[operation]:
        during = step.during or state
        yield state, during, step.channel
        after = step.after or during
        if after is not during:
            yield during, after, ""
        state = after


def _state(state: State) -> Iterator[str]:
    left, top = _PLACES[state]
    kind = "strong" if state in AT_REST else "box"
    size = 2 * _HALF_WIDTH, 2 * _HALF_HEIGHT
    yield svg.box(left - _HALF_WIDTH, top - _HALF_HEIGHT, *size, kind)
    yield svg.text(left, top + 4.5, state.name, "bold")


def _arrow(start: State, end: State, channel: str, *, both: bool) -> Iterator[str]:
    """Yield a way between two states; of two opposite ones, each keeps to its right."""
    if start is end:
        yield from _loop(start, channel)
        return
    (left, top), (right, bottom) = _PLACES[start], _PLACES[end]
    length = math.hypot(right - left, bottom - top)
    along = (right - left) / length, (bottom - top) / length
    aside = 9 if both else 0
    first = _edge((left, top), along, aside, length, 1)
    last = _edge((right, bottom), along, aside, length, -1)
    yield svg.path(f"M{first[0]:.1f} {first[1]:.1f}L{last[0]:.1f} {last[1]:.1f}")
    if channel:
        yield _label(first, last, along, channel)


def _edge(
    middle: tuple[float, float],
    along: tuple[float, float],
    aside: float,
    length: float,
    sign: int,
) -> tuple[float, float]:
    """Return where a line that leaves a box in a direction, a bit aside, comes out of it."""
    wide = _HALF_WIDTH / abs(along[0]) if along[0] else length
    high = _HALF_HEIGHT / abs(along[1]) if along[1] else length
    reach = (min(wide, high) + 4) * sign
    return (
        middle[0] + along[0] * reach - along[1] * aside,
        middle[1] + along[1] * reach + along[0] * aside,
    )


def _label(
    first: tuple[float, float],
    last: tuple[float, float],
    along: tuple[float, float],
    channel: str,
) -> str:
    left, top = first[0] * 0.6 + last[0] * 0.4, first[1] * 0.6 + last[1] * 0.4
    if abs(along[0]) < abs(along[1]):  # an upright line has its word at its right
        side = -along[1]
        return svg.text(left + side * 8, top + 4, channel, "small", "end" if side < 0 else "start")
    return svg.text(left, top - 6 if along[0] > 0 else top + 16, channel, "small")


def _loop(state: State, channel: str) -> Iterator[str]:
    left, top = _PLACES[state]
    edge = top - _HALF_HEIGHT if state is State.STOPPED else top + _HALF_HEIGHT
    far = edge + (-26 if state is State.STOPPED else 26)
    yield svg.path(f"M{left - 20} {edge}C{left - 20} {far} {left + 20} {far} {left + 20} {edge}")
    if channel:
        yield svg.text(left + 24, (edge + far) / 2 + 4, channel, "small", "start")


def _table() -> Iterator[str]:
    """Yield what comes of a call, by the state of the bus and whether it is on its way."""
    for column, operation in enumerate(Operation):
        yield svg.text(_FIRST + _COLUMN * column, _TABLE, f"{operation.value}()", "bold", "start")
    for row, (told, verdicts) in enumerate(_rows().items()):
        top = _TABLE + 26 + svg.LINE * row
        yield svg.rule(24, _WIDTH - 24, top - 13)
        yield svg.text(24, top, told, "small", "start")
        for column, operation in enumerate(Operation):
            words = _WORDS[verdicts[operation]]
            yield svg.text(_FIRST + _COLUMN * column, top, words, "small", "start")


def _rows() -> Mapping[str, Mapping[Operation, Verdict]]:
    """Return the rows of both tables; states with the same verdicts share one."""
    named = {f"{state.name}": row for state, row in AT_REST.items()}
    named |= {f"{state.name}, on its way": row for state, row in MOVING.items()}
    return named
