"""The rest of a walk, from the first segment that is no attribute: nodes are asked for the way.

Config sections always count along the path that was requested, whatever a node did to the segments:
the segments that are left stand for the end of that path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_dispatch.names import attribute_name
from cherrypy_dispatch.trail import Step, Trail
from cherrypy_dispatch.vpath import VPath, ask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cherrypy_dispatch.match import Layer
    from cherrypy_dispatch.names import Naming

MAX_QUESTIONS = 1000
"""How often nodes are asked in one walk; a path that needs more counts as not published."""


def explore(trail: Trail, sections: Mapping[str, Mapping[str, Any]], naming: Naming) -> Trail:
    """Go on from the last step of `trail`, whose next segment is no attribute of its node."""
    return _Explorer(trail, sections, naming).run()


class _Explorer:
    """One walk: where it is on the requested path, and how often it asked."""

    def __init__(
        self, trail: Trail, sections: Mapping[str, Mapping[str, Any]], naming: Naming
    ) -> None:
        last = trail.steps[-1]
        self.trail = trail
        self.sections = sections
        self.naming = naming
        self.url = last.segments
        self.passed = last.start
        self.here = "".join(f"/{part}" for part in self.url[: self.passed])
        self.questions = 0

    def run(self) -> Trail:
        trail = self.trail
        node, segments = trail.steps[-1].node, self.url[self.passed :]
        while segments:
            node, segments = self._next(node, segments)
            if node is None:
                trail.layers.extend(self._sections_to_the_end())
                return trail
            self._arrive(node, segments, self._sections_to(len(self.url) - len(segments)))
        return self._index(node)

    def _next(self, node: Any, segments: list[str]) -> tuple[Any | None, list[str]]:
        naming = self.naming
        found = getattr(node, attribute_name(segments[0], naming.translation), None)
        if found is not None:
            return found, segments[1:]
        dispatch = getattr(node, naming.dispatch_method_name, None)
        if not callable(dispatch) or getattr(dispatch, "exposed", False):
            return None, segments
        if self.questions == MAX_QUESTIONS:
            self._refuse_growth(node, segments)
            return None, segments
        self.questions += 1
        return ask(dispatch, VPath(segments, node, self.trail.kwargs), naming.translation)

    def _refuse_growth(self, node: Any, segments: list[str]) -> None:
        if len(segments) + self.questions > len(self.url):
            raise RuntimeError(
                f"{self.naming.dispatch_method_name} of {node!r} was asked again and again along "
                f"{self.trail.path!r}, and put in as many segments as it took: let it take more"
            )

    def _arrive(self, node: Any, segments: list[str], sections: list[Layer]) -> None:
        layers = self.trail.layers
        if (config := getattr(node, "_cp_config", None)) is not None:
            layers.append((self.here or "/", config))
        layers.extend(sections)
        self.trail.steps.append(Step(node, segments, 0, len(layers)))

    def _sections_to(self, place: int) -> list[Layer]:
        """Pass on to a place on the requested path; return the sections that begin on the way."""
        passed = self.url[self.passed : place]
        self.passed += len(passed)
        return list(self._sections_along(passed))

    def _sections_along(self, segments: Iterable[str]) -> Iterator[Layer]:
        for segment in segments:
            self.here = f"{self.here}/{segment}"
            if (section := self.sections.get(self.here)) is not None:
                yield self.here, section

    def _sections_to_the_end(self) -> Iterator[Layer]:
        # No path that is longer than the longest section can match: a long path costs no more.
        longest = max(map(len, self.sections), default=0)
        along = [*self.url[self.passed :], "index"][:longest]
        return self._sections_along(along)

    def _index(self, node: Any) -> Trail:
        sections = list(self._sections_along(["index"]))
        index = getattr(node, "index", None)
        if index is None:
            self.trail.layers.extend(sections)
            return self.trail
        self._arrive(index, [], sections)
        return self.trail._replace(at_index=True)
