"""Publishing: an object is a page if its attribute `exposed` is true.

`expose` returns what it was given, and never a wrapper.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from cherrypy_dispatch.names import punctuation_to_underscores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

T = TypeVar("T", bound="Callable[..., Any]")


class Exposer(Protocol):
    """A decorator that publishes a function, a method or a class, and returns it.

    Examples:
        >>> exposer: Exposer = expose(alias="report.pdf")
        >>> exposer(lambda: b"%PDF").exposed
        True
    """

    def __call__(self, func: T, /) -> T:
        """Publish `func`."""
        ...


@overload
def expose(func: T, alias: str | Iterable[str] | None = None) -> T: ...
@overload
def expose(
    func: str | list[str] | tuple[str, ...] | None = None, alias: str | Iterable[str] | None = None
) -> Exposer: ...
def expose(func: Any = None, alias: Any = None) -> Any:
    """Publish a function, a method, a class or any other callable, by its name and its aliases.

    It works as `@expose`, `@expose()`, `@expose("alias")`, `@expose(["one", "two"])`,
    `@expose(alias=...)` and as a call, `expose(function, alias=...)`. Aliases become names in the
    class body (or the module) in which `expose` is called. They are given as they stand in urls:
    `"report.pdf"` becomes the attribute `report_pdf` too.

    Args:
        func: What to publish, or one or several aliases.
        alias: One or several further names.

    Raises:
        TypeError: if `func` is neither callable nor an alias.

    Examples:
        >>> class Site:
        ...     @expose(["start", "report.pdf"])
        ...     def index(self):
        ...         return "Hello"
        >>> Site.index.exposed, Site.start is Site.index, Site.report_pdf is Site.index
        (True, True, True)
    """
    names: MutableMapping[str, Any] = sys._getframe(1).f_locals  # noqa: SLF001 - the class body
    if func is None or isinstance(func, (str, list, tuple)):
        aliases = [*_listed(func), *_listed(alias)]
        return lambda target: _publish(target, aliases, names)
    if not (callable(func) or isinstance(func, classmethod)):
        raise TypeError(f"expose takes a callable or its aliases, not {func!r}")
    return _publish(func, _listed(alias), names)


def _listed(alias: str | Iterable[str] | None) -> list[str]:
    if alias is None:
        return []
    return [alias] if isinstance(alias, str) else list(alias)


def _publish(target: Any, aliases: list[str], names: MutableMapping[str, Any]) -> Any:
    # A method, a static method or a class method reads its attributes from its function.
    function = getattr(target, "__func__", target)
    function.exposed = True
    for alias in aliases:
        names[alias.translate(punctuation_to_underscores)] = target
        names[alias] = target  # for dispatchers with another translation
    return target
