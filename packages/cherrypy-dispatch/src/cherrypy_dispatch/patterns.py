"""Which url pattern a page answers: a name for its requests that no client can invent.

The tree is walked once, and again when a page comes up that was not in it, but not twice for the
same function: pages that a `_cp_dispatch` makes for each request must not cost a walk each.
"""

from __future__ import annotations

import inspect
import re
from types import MethodType
from typing import TYPE_CHECKING, Any, NamedTuple

from cherrypy_dispatch.sitemap import walk_site

if TYPE_CHECKING:
    from cherrypy_dispatch.sitemap import Published

_PLACEHOLDER = re.compile(r"\{(\*?)\w*(\??)\}")


class Patterns:
    """The url patterns of a tree, by the page that answers there.

    Args:
        root: The published tree. What is hung on it later is found, too.

    Examples:
        >>> from cherrypy_dispatch import Dispatcher, expose
        >>> class Site:
        ...     @expose
        ...     def birds(self, kind): ...
        >>> root = Site()
        >>> match = Dispatcher().match(root, {}, "/birds/wren")
        >>> Patterns(root).find(match.handler, "/birds/wren")
        '/birds/{kind?}'
    """

    def __init__(self, root: Any) -> None:
        self.root = root
        self._missed: set[str] = set()
        self._walk()

    def find(self, page: Any, path: str) -> str:
        """Return the pattern of the requests that a page answers.

        There are as many different answers as there are patterns and functions in the program,
        whatever paths are asked for.

        Args:
            page: What the dispatcher found: a published callable, or a method of a resource.
            path: The path below the mount point. It decides where there are several patterns.

        Returns:
            The pattern, as `walk_site` has it. Below a `_cp_dispatch` it is `/users/{*}`; for a
            page that no walk finds, it is the dotted name of the function.
        """
        found = self._look_up(page)
        if not found and (name := _dotted_name(page)) not in self._missed:
            self._missed.add(name)
            self._walk()
            found = self._look_up(page)
        if len(found) == 1:
            return found[0].pattern
        fitting = (each.pattern for each in found or self._asked if each.fits(path))
        return next(fitting, found[0].pattern if found else _dotted_name(page))

    def _look_up(self, page: Any) -> list[_Place]:
        found = self._places.get(_key(page))
        if found is None and type(page) is MethodType:
            found = self._resources.get(id(page.__self__))
        return found or []

    def _walk(self) -> None:
        places: dict[tuple[int, int], list[_Place]] = {}
        resources: dict[int, list[_Place]] = {}
        asked = []
        for published in walk_site(self.root):
            place = _Place(published.pattern, _matcher(published.pattern), published)
            if published.kind == "dispatch":
                asked.append(place)
                continue
            places.setdefault(_key(published.handler), []).append(place)
            if published.methods:
                resources.setdefault(id(published.handler), []).append(place)
        asked.sort(key=lambda place: -len(place.pattern))
        # At once: other threads look things up meanwhile.
        self._places, self._resources, self._asked = places, resources, asked


class _Place(NamedTuple):
    """A pattern, and what is published there, which keeps its identity as long as this is kept."""

    pattern: str
    matcher: re.Pattern[str]
    published: Published

    def fits(self, path: str) -> bool:
        return self.matcher.fullmatch(path) is not None


def _key(page: Any) -> tuple[int, int]:
    """Return what tells a page from others; a method is a new object each time it is looked up."""
    if type(page) is MethodType:
        return id(page.__self__), id(page.__func__)
    return id(page), 0


def _matcher(pattern: str) -> re.Pattern[str]:
    """Return a regular expression for the paths that a pattern stands for.

    It never goes back, so its time is proportional to the path.
    """
    return re.compile("".join(map(_segment, pattern.strip("/").split("/"))) + "/?")


def _segment(text: str) -> str:
    placeholder = _PLACEHOLDER.fullmatch(text)
    if placeholder is None:  # "_" stands for what the dispatcher translates to it
        return f"/{re.escape(text).replace('_', '[^/]')}" if text else ""
    any_number, optional = placeholder.groups()
    return f"(?:/[^/]+){'*+' if any_number else '?+' if optional else ''}"


def _dotted_name(page: Any) -> str:
    named = inspect.unwrap(page)
    if not hasattr(named, "__qualname__"):
        named = type(named)
    return f"{named.__module__}.{named.__qualname__}"
