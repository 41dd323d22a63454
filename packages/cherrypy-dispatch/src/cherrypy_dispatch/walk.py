"""From a root object and a path to the trail of nodes, by plain attribute look-up.

The walk looks at the live objects each time and keeps nothing between two calls; it imports no
request. It runs for each request, so what is not plain look-up stands elsewhere, in `exploration`.
"""

from __future__ import annotations

from itertools import chain, islice, repeat
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeVar

from cherrypy_dispatch.exploration import MAX_SEGMENTS, explore
from cherrypy_dispatch.names import attribute_name, decoded
from cherrypy_dispatch.places import place, remaining_sections, sections_along, split
from cherrypy_dispatch.request import publish
from cherrypy_dispatch.trail import Trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.names import Naming
    from cherrypy_dispatch.places import Sections

T = TypeVar("T")


def walk(root: Any, path: str, sections: Sections, naming: Naming) -> Trail:
    """Follow the segments of `path` from `root` as far as there are attributes.

    Empty segments do not count. Config comes from the `_cp_config` of each node, then from the
    section for that path; the sections of the rest of the path apply even where no node is.
    Names with two leading underscores belong to Python: the walk never follows them, and it follows
    no more than `MAX_SEGMENTS`, so that a tree with a cycle costs linear time.

    Args:
        root: The object published at "/".
        path: Below the mount point, decoded but for `%2F`.
        sections: Config by path; "/" for the root, no trailing slash elsewhere.
        naming: How segments become names, and which method names the way where they do not.

    Raises:
        RuntimeError: if a node's dispatch method adds segments without end.

    Examples:
        >>> from types import SimpleNamespace
        >>> from cherrypy_dispatch import Naming, punctuation_to_underscores
        >>> naming = Naming(punctuation_to_underscores, True, "_cp_dispatch")
        >>> root = SimpleNamespace(birds=SimpleNamespace(_cp_config={"tools.gzip.on": True}))
        >>> trail = walk(root, "/birds/wren", {}, naming)
        >>> trail.nodes[-1] is root.birds, trail.rest(1), trail.layers
        (True, ['wren'], [('/birds', {'tools.gzip.on': True})])
    """
    return walk_to(Trail, root, path, sections, naming)


def walk_to(  # noqa: C901, PLR0912, PLR0915 - the hot loop: a call costs more than a branch
    end: Callable[..., T], root: Any, path: str, sections: Sections, naming: Naming
) -> T:
    """Walk, and return what `end` makes of the fields of the trail.

    It is `end(*walk(...))` without the time that it takes to pack and unpack the trail.
    """
    layers: list[Layer] = []
    kwargs: dict[str, str] = {}
    nodes = [root]
    here = ""
    deeper = len(sections)
    if (config := getattr(root, "_cp_config", None)) is not None:
        layers.append(("/", config))
    if deeper and (section := sections.get("/")) is not None:
        layers.append(("/", section))
        deeper -= 1
    holder = root
    segments: list[str] = []
    if path != "/":
        _, spares_identifiers, dispatch_method_name = naming
        segments = split(path) if "//" in path or not path else path.strip("/").split("/")
        names: Iterator[str] = iter(
            segments
            if spares_identifiers
            and "__" not in path
            and path.replace("/", "_").isidentifier()  # no character that would be translated
            else map(attribute_name, segments, repeat(naming))
        )
        if len(segments) > MAX_SEGMENTS:  # "" is the name of no attribute
            names = chain(islice(names, MAX_SEGMENTS), repeat("", len(segments) - MAX_SEGMENTS))
        for name in names:
            node = getattr(holder, name, None)
            if node is None:
                dispatch = getattr(holder, dispatch_method_name, None)
                passed = reached = len(nodes) - 1
                if dispatch is None:
                    if deeper:
                        layers += remaining_sections(segments, passed, sections)
                    return end(path, segments, nodes, layers, kwargs, False, ())
                taken = getattr(dispatch, "taken", None)
                if taken is None:
                    if kwargs:
                        publish(kwargs)  # the method may expect them there
                    trail = Trail(path, segments, nodes, layers, kwargs, at_index=False, rests=())
                    return end(*explore(trail, dispatch, sections, naming))
                # It is popargs, which stands here since `explore` takes five times as long.
                below: str | None = name
                for argument in taken:
                    kwargs[argument] = segments[reached]
                    reached += 1
                    nodes.append(None)  # so that the n-th is still the one below n segments
                    if (below := next(names, None)) is None:
                        break
                if "%2F" in path:
                    kwargs = decoded(kwargs)
                if deeper:
                    layers += sections_along(segments, passed, reached, sections)
                    here = place(segments, reached)
                if below is None:
                    nodes[-1] = nodes[passed]
                    break
                node = getattr(holder, below, None)
                if node is None:
                    if deeper:
                        layers += remaining_sections(segments, reached, sections)
                    return end(path, segments, nodes, layers, kwargs, False, ())
            # A method looks its attributes up on its function, ten times as slowly as we do.
            holder = node.__func__ if type(node) is MethodType else node
            config = getattr(holder, "_cp_config", None)
            if deeper:
                here = f"{here}/{segments[len(nodes) - 1]}"
                if config is not None:
                    layers.append((here, config))
                if (section := sections.get(here)) is not None:
                    layers.append((here, section))
            elif config is not None:
                layers.append((place(segments, len(nodes)), config))
            nodes.append(node)
    node = getattr(holder, "index", None)
    if node is not None:
        nodes.append(node)
        holder = node.__func__ if type(node) is MethodType else node
        if (config := getattr(holder, "_cp_config", None)) is not None:
            layers.append((place([*segments, "index"]), config))
    if deeper and (section := sections.get(f"{here}/index")) is not None:
        layers.append((f"{here}/index", section))
    return end(path, segments, nodes, layers, kwargs, node is not None, ())
