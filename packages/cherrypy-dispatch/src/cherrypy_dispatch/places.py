"""Paths as lists of segments.

Empty segments do not count, so "/a//b/" has two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_dispatch.match import Layer

Sections: TypeAlias = "Mapping[str, Mapping[str, Any]]"
"""Config by path: "/" for the root, no trailing slash elsewhere."""


def split(path: str) -> list[str]:
    """Return the segments of a path that are not empty."""
    if path[:1] == "/" != path and "//" not in path:
        return path[1:-1].split("/") if path[-1] == "/" else path[1:].split("/")
    return [segment for segment in path.split("/") if segment]


def place(segments: list[str], count: int | None = None) -> str:
    """Return the path of the segments, or of the first ones; with none of them that is "/"."""
    return "/" + "/".join(segments[:count])


def sections_along(
    segments: list[str], passed: int, arrived: int, sections: Sections
) -> list[Layer]:
    """Return the sections for the paths of more than `passed` and at most `arrived` segments."""
    # No path longer than the longest section has one: a long path costs no more than that.
    longest = max(map(len, sections), default=0)
    here = "/".join(["", *segments[:passed]])
    found = []
    for segment in segments[passed:arrived]:
        here = f"{here}/{segment}"
        if len(here) > longest:
            break
        if (section := sections.get(here)) is not None:
            found.append((here, section))
    return found


def remaining_sections(segments: list[str], passed: int, sections: Sections) -> list[Layer]:
    """Return the sections for the paths of more than `passed` segments, the `index` included."""
    path = [*segments, "index"]
    return sections_along(path, passed, len(path), sections)
