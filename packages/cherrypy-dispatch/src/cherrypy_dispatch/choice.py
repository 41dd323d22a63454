"""From a trail of nodes to the one that answers.

The deepest node wins. At each node `default` comes before the node itself.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING

from cherrypy_dispatch.match import Match
from cherrypy_dispatch.places import place
from cherrypy_dispatch.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cherrypy_dispatch.match import Fields, Layer


def choose(
    path: str,
    segments: list[str],
    nodes: list[Any],
    layers: list[Layer],
    kwargs: dict[str, Any],
    at_index: bool,
    rests: Sequence[list[str]],
) -> Match:
    """Return the deepest published node of a trail, or the answer that there is none.

    A node is published if its `exposed` is true. Its exposed `default`, if any, answers for it.
    Config of nodes below the one that answers, and of sections there, applies all the same.

    Its arguments are the fields of a `Trail`: `choose(*walk(...))`.

    Examples:
        >>> from types import SimpleNamespace
        >>> from cherrypy_dispatch import Naming, expose, punctuation_to_underscores, walk
        >>> root = SimpleNamespace(birds=expose(lambda kind: f"a {kind}"))
        >>> naming = Naming(punctuation_to_underscores, True, "_cp_dispatch")
        >>> found = choose(*walk(root, "/birds/wren", {}, naming))
        >>> found.handler(*found.args)
        'a wren'
    """
    return Match(*chosen(path, segments, nodes, layers, kwargs, at_index, rests))


def chosen(
    path: str,
    segments: list[str],
    nodes: list[Any],
    layers: list[Layer],
    kwargs: dict[str, Any],
    at_index: bool,
    rests: Sequence[list[str]],
) -> Fields:
    """Return what `choose` does, as the plain tuple that each request makes."""
    step = last = len(nodes) - 1
    while step >= 0:
        node = nodes[step]
        if type(node) is MethodType:  # a page: it has no default of its own
            holder, handler = node.__func__, None
        else:
            holder, handler = node, getattr(node, "default", None)
        if handler is not None and getattr(
            page := handler.__func__ if type(handler) is MethodType else handler, "exposed", False
        ):
            is_index = path[-1:] == "/"
            if (config := getattr(page, "_cp_config", None)) is not None:
                trail = Trail(path, segments, nodes, layers, kwargs, at_index, rests)
                layers = _with_default(trail, step, config)
        elif getattr(holder, "exposed", False):
            handler = node
            is_index = at_index and step == last
        else:
            step -= 1
            continue
        args: tuple[str, ...] = ()
        if rests:
            trail = Trail(path, segments, nodes, layers, kwargs, at_index, rests)
            args = tuple(trail.rest(step))
        elif step < len(segments):
            args = tuple(segments[step:])
        if args and "%2F" in path:
            args = tuple([segment.replace("%2F", "/") for segment in args])
        return handler, args, kwargs, is_index, layers, node, ()
    return None, (), kwargs, False, layers, None, ()


def _with_default(trail: Trail, step: int, config: Mapping[str, Any]) -> list[Layer]:
    """Return the layers with the config of a `default` after those of its node."""
    layers = trail.layers
    here = place(trail.segments, len(trail.segments) - len(trail.rest(step)))
    if trail.at_index and step == len(trail.nodes) - 1:
        return [*layers, (f"{here.rstrip('/')}/index", config)]
    above = [layer for layer in layers if len(layer[0]) <= len(here)]
    return [*above, (here, config), *layers[len(above) :]]
