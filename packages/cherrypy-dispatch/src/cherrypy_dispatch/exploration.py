"""The rest of a walk, from the first segment that is no attribute: nodes are asked for the way.

Config sections always count along the path that was requested, whatever a node did to the segments:
the segments that are left stand for the end of that path. The config of a deeper place comes later.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.names import attribute_name
from cherrypy_dispatch.places import place, remaining_sections, sections_along
from cherrypy_dispatch.trail import Trail
from cherrypy_dispatch.vpath import ask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.names import Naming
    from cherrypy_dispatch.places import Sections

_new = tuple.__new__  # makes a named tuple in half the time of calling its class

MAX_SEGMENTS = 1000
"""How many segments of a path are followed; on a longer one no node is asked for the way.

Each step keeps the path so far, and each answer a list of the segments that are left, until the
walk is over: without a limit a long path would cost quadratic time.
"""

MAX_QUESTIONS = MAX_SEGMENTS
"""How often nodes are asked in one walk: as often as there are segments, if each takes one."""


def explore(trail: Trail, dispatch: Any, sections: Sections, naming: Naming) -> Trail:
    """Go on from the last node of `trail`, whose `dispatch` method is to say where.

    A node that is followed by itself lays its config once, at its first place.

    Raises:
        RuntimeError: if nodes put in as many segments as they take, and so never come to an end.
    """
    path, segments, nodes, layers, kwargs, _, _ = trail
    rests: list[list[str]] = []
    deeper = len(sections) > ("/" in sections)
    passed = len(nodes) - 1
    rest = segments[passed:]
    questions = 0
    while dispatch is not None and len(segments) <= MAX_SEGMENTS:
        questions += 1
        if questions > MAX_QUESTIONS:
            raise _growth(path, nodes[-1], naming)
        node, rest = ask(dispatch, nodes[-1], rest, kwargs, naming)
        dispatch = None
        while node is not None:
            holder = _holder(node)
            config = getattr(holder, "_cp_config", None) if node is not nodes[-1] else None
            arrived = max(passed, len(segments) - len(rest))
            if deeper or config is not None:
                _lay(layers, config, segments, passed, arrived, sections)
            passed = arrived
            nodes.append(node)
            rests.append(rest)
            if not rest:
                at_index = _add_index(holder, trail, rests, sections if deeper else {})
                return _new(Trail, (path, segments, nodes, layers, kwargs, at_index, rests))
            node = getattr(holder, attribute_name(rest[0], naming), None)
            if node is None:
                dispatch = getattr(holder, naming.dispatch_method_name, None)
            else:
                rest = rest[1:]
    layers += remaining_sections(segments, passed, sections)
    return _new(Trail, (path, segments, nodes, layers, kwargs, False, rests))


def _lay(
    layers: list[Layer],
    config: Mapping[str, Any] | None,
    segments: list[str],
    passed: int,
    arrived: int,
    sections: Sections,
) -> None:
    """Add the sections on the way to a place, then the config of the node, then its section."""
    here = place(segments, arrived)
    found = sections_along(segments, passed, arrived, sections)
    layers += [layer for layer in found if layer[0] != here]
    if config is not None:
        layers.append((here, config))
    layers += [layer for layer in found if layer[0] == here]


def _add_index(holder: Any, trail: Trail, rests: list[list[str]], sections: Sections) -> bool:
    """Add the `index` of a node at which no segment is left; tell whether there is one."""
    index = getattr(holder, "index", None)
    config = getattr(_holder(index), "_cp_config", None)
    if sections or config is not None:
        path = [*trail.segments, "index"]
        _lay(trail.layers, config, path, len(path) - 1, len(path), sections)
    if index is None:
        return False
    trail.nodes.append(index)
    rests.append([])
    return True


def _growth(path: str, node: Any, naming: Naming) -> RuntimeError:
    return RuntimeError(
        f"{naming.dispatch_method_name} of {node!r} is asked again and again along {path!r}, "
        "and puts in as many segments as it takes: let it take more than it puts in"
    )


def _holder(node: Any) -> Any:
    return node.__func__ if type(node) is MethodType else node
