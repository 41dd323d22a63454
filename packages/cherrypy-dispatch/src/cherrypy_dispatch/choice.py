"""From a trail of nodes to the one that answers.

The deepest node wins. At each node `default` comes before the node itself.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING

from cherrypy_dispatch.match import Match

if TYPE_CHECKING:
    from typing import Any

    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.trail import Step, Trail

_new = tuple.__new__  # makes a named tuple in half the time of calling its class


def choose(trail: Trail) -> Match:
    """Return the deepest published node of the trail, or the answer that there is none.

    A node is published if its `exposed` is true. Its exposed `default`, if any, answers for it.
    Config of nodes below the one that answers, and of sections there, applies all the same.
    """
    path, steps, layers, kwargs, at_index = trail
    for step in reversed(steps):
        node, segments, index, _ = step
        holder = node.__func__ if type(node) is MethodType else node
        handler = getattr(holder, "default", None)
        if handler is not None and getattr(handler, "exposed", False):
            is_index = path[-1:] == "/"
            layers = _with_default(trail, step, handler)
        elif getattr(holder, "exposed", False):
            handler = node
            is_index = at_index
        else:
            at_index = False
            continue
        args = segments[index:]
        if "%2F" in path:
            args = [segment.replace("%2F", "/") for segment in args]
        return _new(Match, (handler, tuple(args), kwargs, is_index, tuple(layers), node, ()))
    return Match(None, (), kwargs, False, tuple(layers), None)


def place(trail: Trail, left: int) -> str:
    """Return the requested path without the segments that are left, which stand for its end."""
    url = trail.steps[0].segments
    return "/" + "/".join(url[: max(0, len(url) - left)])


def _with_default(trail: Trail, step: Step, default: Any) -> list[Layer]:
    """Return the layers with the config of a `default` after those of its node."""
    config = getattr(default, "_cp_config", None)
    if config is None:
        return trail.layers
    layers, below = trail.layers, step.layers
    path = place(trail, len(step.segments) - step.start)
    return [*layers[:below], (path, config), *layers[below:]]
