"""What a walk has found so far: the nodes on the way, and the config that applies along it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cherrypy_dispatch.match import Layer


class Step(NamedTuple):
    """One node on the way, and what was left to do when the walk came to it."""

    node: Any

    segments: list[str]
    """The segments in force; a `_cp_dispatch` may have changed them."""

    start: int
    """Where in `segments` the rest begins: `segments[start:]` are the arguments of this node."""

    layers: int
    """How many layers of config apply up to here."""


class Trail(NamedTuple):
    """The nodes on a path from the root down, and the config that applies along it."""

    path: str

    steps: list[Step]
    """Never empty: the first one is the root."""

    layers: list[Layer]

    kwargs: dict[str, Any]
    """What was found for the handler on the way."""

    at_index: bool
    """Whether the last step is the `index` of the node that the whole path leads to."""
