"""From a root object and a path to the trail of nodes, by plain attribute look-up.

The walk looks at the live objects each time and keeps nothing between two calls; it imports no
request. It runs for each request, so what is not plain look-up stands elsewhere, in `exploration`.
"""

from __future__ import annotations

from types import MethodType
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.exploration import explore
from cherrypy_dispatch.names import attribute_name
from cherrypy_dispatch.trail import Step, Trail

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.names import Naming

_new = tuple.__new__  # makes a named tuple in half the time of calling its class
_NOTHING: list[str] = []


def walk(  # noqa: C901 - the hot loop: a call costs more than a branch
    root: Any, path: str, sections: Mapping[str, Mapping[str, Any]], naming: Naming
) -> Trail:
    """Follow the segments of `path` from `root` as far as there are attributes.

    Empty segments do not count. Config comes from the `_cp_config` of each node, then from the
    section for that path; the sections of the rest of the path apply even where no node is.
    Names with two leading underscores belong to Python: the walk never follows them.

    Args:
        root: The object published at "/".
        path: Below the mount point, decoded but for `%2F`.
        sections: Config by path; "/" for the root, no trailing slash elsewhere.
        naming: How segments become names, and which method names the way where they do not.

    Raises:
        RuntimeError: if a node's dispatch method adds segments without end.
    """
    segments = _NOTHING if path == "/" else [part for part in path.split("/") if part]
    count = len(segments)
    plain = naming.spares_identifiers
    steps: list[Step] = []
    layers: list[Layer] = []
    here = ""
    index = 0
    node = root
    while True:
        # A method looks its attributes up on its function, ten times as slowly as we do.
        holder = node.__func__ if type(node) is MethodType else node
        if (config := getattr(holder, "_cp_config", None)) is not None:
            layers.append((here or "/", config))
        if (section := sections.get(here or "/")) is not None:
            layers.append((here or "/", section))
        steps.append(_new(Step, (node, segments, index, len(layers))))
        if index == count:
            break
        segment = segments[index]
        if plain and segment.isidentifier() and segment[:2] != "__":
            name = segment
        else:
            name = attribute_name(segment, naming.translation)
        node = getattr(holder, name, None)
        if node is None:
            return explore(Trail(path, steps, layers, {}, at_index=False), sections, naming)
        here = f"{here}/{segment}"
        index += 1
    node = getattr(holder, "index", None)
    if node is not None:
        holder = node.__func__ if type(node) is MethodType else node
        if (config := getattr(holder, "_cp_config", None)) is not None:
            layers.append((f"{here}/index", config))
    if (section := sections.get(f"{here}/index")) is not None:
        layers.append((f"{here}/index", section))
    if node is not None:
        steps.append(_new(Step, (node, segments, index, len(layers))))
    return _new(Trail, (path, steps, layers, {}, node is not None))
