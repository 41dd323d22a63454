"""What a tree of objects publishes: every url pattern, with its page and parameters.

It looks and calls nothing: no page, no `_cp_dispatch` and no property.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cherrypy_dispatch.members import DISPATCH, RESERVED, identity, is_exposed, members, ways
from cherrypy_dispatch.methods import allowed_methods

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal["index", "page", "default", "resource", "dispatch"]
"""How a pattern comes about.

By an `index`, by an exposed callable, by a `default`, by an exposed resource with methods such as
`GET`, or by a `_cp_dispatch`: below that, nobody knows what there is.
"""


@dataclass(frozen=True, slots=True)
class Published:
    """One url pattern, and what answers there.

    Examples:
        >>> from types import SimpleNamespace
        >>> from cherrypy_dispatch import expose
        >>> one, = walk_site(SimpleNamespace(birds=expose(lambda kind="wren": f"a {kind}")))
        >>> one.pattern, one.kind
        ('/birds/{kind?}', 'page')
    """

    pattern: str
    """The path: `{name}` stands for a segment, `{name?}` for one that may be missing, `{*name}` for
    any number of them."""

    handler: Any
    """The page; the resource; for kind "dispatch" what decides."""

    parameters: tuple[Parameter, ...]
    """Those of the page; empty for the other kinds, and where nobody knows the signature."""

    kind: Kind

    methods: tuple[str, ...] = ()
    """Those of a resource."""


def walk_site(root: Any) -> Iterator[Published]:
    """Yield every url pattern that is published from `root` down, attributes in alphabetical order.

    An object that is found at several paths is yielded at each; a cycle ends where it closes. What
    a property, a `__getattr__` or a `_cp_dispatch` would return is not known.

    Examples:
        >>> from cherrypy_dispatch import expose
        >>> class Site:
        ...     @expose
        ...     def index(self): ...
        ...     @expose
        ...     def birds(self, kind, *more): ...
        >>> [published.pattern for published in walk_site(Site())]
        ['/', '/birds/{kind?}/{*more}']
    """
    return _below(root, "", frozenset(), ways(root))


def _below(node: Any, prefix: str, above: frozenset[int], on_way: set[int]) -> Iterator[Published]:
    """Yield what is published at a path and below it."""
    key = identity(node)
    if key in above or key not in on_way:
        return
    found = dict(members(node))
    dispatch = found.get(DISPATCH)
    taken = _taken(dispatch)
    optional = "".join(f"/{{{name}?}}" for name in taken)
    yield from _itself(node, prefix, optional)
    if is_exposed(index := found.get("index")):
        yield Published(f"{prefix}{optional}/", index, _parameters(index), "index")
    if is_exposed(default := found.get("default")):
        yield Published(f"{prefix}{_positional(default)}", default, _parameters(default), "default")

    def children(start: str) -> Iterator[Published]:
        for name, child in found.items():
            if name not in RESERVED:
                yield from _below(child, f"{start}/{name}", above | {key}, on_way)

    yield from children(prefix)
    if taken:
        yield from children(prefix + "".join(f"/{{{name}}}" for name in taken))
    elif dispatch is not None:
        yield from _asked(dispatch, prefix, above | {key}, on_way)


def _itself(node: Any, prefix: str, optional: str) -> Iterator[Published]:
    if not is_exposed(node):
        return
    methods = allowed_methods(node)
    if callable(node) and not (methods and isinstance(node, type)):
        pattern = f"{prefix}{optional or _positional(node)}" or "/"
        yield Published(pattern, node, _parameters(node), "page", methods)
    else:
        yield Published(f"{prefix}{optional}" or "/", node, (), "resource", methods)


def _asked(
    dispatch: Any, prefix: str, above: frozenset[int], on_way: set[int]
) -> Iterator[Published]:
    """Yield what is known of a `_cp_dispatch` that does not lead back to its own node."""
    handler = getattr(dispatch, "handler", None)
    prefix += "".join(f"/{{{name}}}" for name in getattr(dispatch, "names", ()))
    if handler is None or callable(handler):
        yield Published(f"{prefix}/{{*}}", handler or dispatch, (), "dispatch")
    else:
        yield from _below(handler, prefix, above, on_way)


def _taken(dispatch: Any) -> tuple[str, ...]:
    """Return the names that `popargs` gives to segments before it leads back to its node."""
    names: tuple[str, ...] = getattr(dispatch, "taken", ())
    return names


def _parameters(page: Any) -> tuple[Parameter, ...]:
    try:
        return tuple(inspect.signature(page).parameters.values())
    except (TypeError, ValueError):
        return ()


def _positional(page: Any) -> str:
    return "".join(_placeholder(parameter) for parameter in _parameters(page))


def _placeholder(parameter: Parameter) -> str:
    if parameter.kind is Parameter.VAR_POSITIONAL:
        return f"/{{*{parameter.name}}}"
    if parameter.kind in (Parameter.VAR_KEYWORD, Parameter.KEYWORD_ONLY):
        return ""
    return f"/{{{parameter.name}?}}"
