"""What a walk has found: the nodes on the way, and the config that applies along it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cherrypy_dispatch.match import Layer


class Trail(NamedTuple):
    """The nodes on a path from the root down, and the config that applies along it.

    Examples:
        >>> trail = Trail("/birds/wren", ["birds", "wren"], ["root", "birds"], [], {}, False, ())
        >>> trail.rest(1)  # what was left at "birds"
        ['wren']
    """

    path: str

    segments: list[str]
    """Those of the path."""

    nodes: list[Any]
    """Never empty: the first one is the root. None stands for a segment that became an argument."""

    layers: list[Layer]
    """In the order of the path, and so in merge order."""

    kwargs: dict[str, Any]
    """What was found for the handler on the way."""

    at_index: bool
    """Whether the last node is the `index` of the one that the whole path leads to."""

    rests: Sequence[list[str]]
    """The segments that were left at the last nodes, where these were asked for the way.

    At the nodes before them the n-th segment begins what was left at the n-th node.
    """

    def rest(self, step: int) -> list[str]:
        """Return the segments that were left at a node, given its place in `nodes`."""
        from_end = step - len(self.nodes)
        return self.segments[step:] if -from_end > len(self.rests) else self.rests[from_end]
