"""The answer of a dispatcher, as data.

Nothing here knows a request. A `Match` refers to the live config mappings and never to copies, so
that whoever keeps what follows from them can see when one of them changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

Layer: TypeAlias = tuple[str, Mapping[str, Any]]
"""A path (below the mount point, "/" at the root) and the config mapping that belongs to it."""


Fields: TypeAlias = tuple[
    Any | None, tuple[str, ...], dict[str, Any], bool, Sequence[Layer], Any | None, tuple[str, ...]
]
"""The fields of a `Match` as a plain tuple, which takes a third of the time to make."""


class Match(NamedTuple):
    """What a path leads to.

    Three answers are possible: `handler` is there; `handler` is None and so is `node` (nothing is
    published at the path: 404); `handler` is None and `node` is not (405: the node has no such
    method, `allow` names those that it has).

    Examples:
        >>> from types import SimpleNamespace
        >>> from cherrypy_dispatch import Dispatcher, expose
        >>> root = SimpleNamespace(birds=expose(lambda kind: f"a {kind}"))
        >>> found = Dispatcher().match(root, {}, "/birds/wren")
        >>> found.handler is root.birds, found.args, found.is_index
        (True, ('wren',), False)
        >>> Dispatcher().match(root, {}, "/fish").handler is None  # 404
        True
    """

    handler: Any | None
    """The published callable, or None."""

    args: tuple[str, ...]
    """The segments that the walk left over, with `%2F` decoded: positional arguments."""

    kwargs: dict[str, Any]
    """What `popargs` found, by name."""

    is_index: bool
    """Whether the path stands for a collection: its url should end in a slash."""

    layers: Sequence[Layer]
    """The live config mappings in merge order, each with the path that it belongs to."""

    node: Any | None
    """The object at which the answer was found; the resource of a `MethodDispatcher`."""

    allow: tuple[str, ...] = ()
    """The methods that the resource allows, sorted; empty where methods are not dispatched on."""
