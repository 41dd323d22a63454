"""Look for objects that are kept longer than they should be.

Only objects that the garbage collector tracks are seen; numbers and texts are not among them.
"""

from __future__ import annotations

import gc
import sys
from collections import Counter
from html import escape
from time import sleep
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar
from urllib.parse import quote

from cherrypy_diagnostics.page import encodable, page, scrolled
from cherrypy_diagnostics.referrers import ReferrerTree, describe, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

Expectation: TypeAlias = tuple[type, int, int, str]
"""A class, the least and the greatest number of its instances that are in order, and why."""


MOMENT = 0.05
"""Seconds in which a request that is over lets go of its objects."""


class Unexpected(NamedTuple):
    """A class that has too few or too many instances.

    Attributes:
        expectation: What was expected of it.
        instances: Its instances.

    Examples:
        >>> class Session: ...
        >>> (finding,) = unexpected([(Session, 1, 1, "There is always one.")])
        >>> finding.expectation[3], finding.instances
        ('There is always one.', [])
    """

    expectation: Expectation
    instances: list[object]


class Growth(NamedTuple):
    """The instances of a class.

    Attributes:
        name: The name of the class, with that of its module.
        new: How many there are that were not there when `Heap.mark` was called.
        total: How many there are in all.

    Examples:
        >>> class Session: ...
        >>> heap = Heap()
        >>> heap.mark()
        >>> kept = [Session(), Session()]
        >>> next((one.new, one.total) for one in heap.growth() if one.name.endswith("Session"))
        (2, 2)
    """

    name: str
    new: int
    total: int


def no_context(obj: object) -> str:  # noqa: ARG001 - what may stand in its place takes it
    """Return an empty text."""
    return ""


def get_instances(cls: type[T]) -> list[T]:
    """Return the tracked instances of a class and its subclasses; a proxy of one is none.

    Examples:
        >>> class Session: ...
        >>> kept = Session()
        >>> get_instances(Session) == [kept]
        True
    """
    return [each for each in gc.get_objects() if issubclass(type(each), cls)]


def _kept(found: list[object]) -> list[object]:
    """Return those objects that somebody refers to after a moment; others are on their way out."""
    sleep(MOMENT)
    # Two of the references are that of the list and the one that is counted.
    return [found[at] for at in range(len(found)) if sys.getrefcount(found[at]) > 2]  # noqa: PLR2004


def unexpected(
    expectations: Iterable[Expectation], tolerance: int | Callable[[], int] = 0
) -> Iterator[Unexpected]:
    """Yield the classes whose number of instances is not as expected.

    Where there are too many, those that are gone a moment later do not count: in a process at work,
    some are always about to go.

    Args:
        expectations: The classes to look at.
        tolerance: How many more instances than the greatest number are in order, or a function
            that tells how many are at that moment.

    Examples:
        >>> class Session: ...
        >>> kept = [Session(), Session()]
        >>> found = unexpected([(Session, 0, 1, "There is one at most.")])
        >>> [len(finding.instances) for finding in found]
        [2]
    """
    for expectation in expectations:
        cls, least, most, _ = expectation
        found: list[object] = get_instances(cls)
        allowed = most + (tolerance() if callable(tolerance) else tolerance)
        if len(found) > allowed:
            found = _kept(found)
        if not least <= len(found) <= allowed:
            yield Unexpected(expectation, found)


class Heap:
    """The objects of this process, compared with those that were there before.

    An object is told by its address, so one that took the place of a dead one since the mark passes
    for known: what is called new is, but there may be a few more.

    Examples:
        >>> class Session: ...
        >>> heap = Heap()
        >>> heap.mark()
        >>> kept = Session()
        >>> name = f"{Session.__module__}.{Session.__qualname__}"
        >>> heap.new_objects(name) == [kept]
        True
    """

    def __init__(self) -> None:
        self._known: frozenset[int] | None = None

    @property
    def is_marked(self) -> bool:
        """Whether there is something to compare with."""
        return self._known is not None

    def mark(self) -> None:
        """Take all objects that are there now, after a collection, as known."""
        gc.collect()
        self._known = frozenset(map(id, gc.get_objects()))

    def _is_new(self, obj: object) -> bool:
        return self._known is None or (id(obj) not in self._known and obj is not self._known)

    def growth(self) -> list[Growth]:
        """Return the classes with new instances that outlive a collection, the most first.

        All objects count as new before the first mark.
        """
        gc.collect()
        objects = gc.get_objects()
        total = Counter(map(type, objects))
        new = Counter(type(each) for each in objects if self._is_new(each))
        return [Growth(type_name(cls), count, total[cls]) for cls, count in new.most_common()]

    def new_objects(self, name: str) -> list[object]:
        """Return the new objects of the class with a name, as `growth` tells it."""
        gc.collect()
        objects = gc.get_objects()
        return [each for each in objects if type_name(type(each)) == name and self._is_new(each)]


_LINKS = '<p><a href="./">New objects</a> · <a href="stats">Garbage</a></p>\n'
_HEAD = (
    '<th scope="col">Class</th><th scope="col" class="number">New</th>'
    '<th scope="col" class="number">All</th>'
)


def _growth_row(growth: Growth) -> str:
    link = f"objects?name={quote(encodable(growth.name), safe='')}"
    return (
        f'<tr><td class="name"><a href="{link}">{escape(growth.name)}</a></td>'
        f'<td class="number">{growth.new:,}</td><td class="number">{growth.total:,}</td></tr>\n'
    )


class GarbageReport:
    """Pages on the objects of this process.

    They show what is in memory: let nobody see them who may not see that.

    Args:
        context: A text on an object, such as the path of a request, or an empty one.
        limit: How many lines a table has at most, and how many objects of a class are shown.
        trees: Of how many of those it is shown who refers to them, for which the whole memory is
            looked through a hundred times and more.

    Examples:
        >>> class Session: ...
        >>> kept = [Session(), Session()]
        >>> report = GarbageReport()
        >>> "got 2. One is enough." in report.stats([(Session, 0, 1, "One is enough.")])
        True
    """

    def __init__(
        self,
        context: Callable[[object], str] = no_context,
        limit: int = 100,
        trees: int = 10,
    ) -> None:
        self.context = context
        self.limit = limit
        self.trees = trees
        self.heap: Heap = Heap()

    def stats(
        self, expectations: Iterable[Expectation], tolerance: int | Callable[[], int] = 0
    ) -> str:
        """Return a page with what cannot be collected, and what has an unexpected number.

        Args:
            expectations: The classes to look at.
            tolerance: How many more instances than the greatest number are in order; see
                `unexpected`.
        """
        collected = gc.collect()
        body = f"<p>{collected} unreachable objects collected, {len(gc.garbage)} uncollectable.</p>"
        # One after the other: the list of one finding would pass for a referrer in the next one.
        findings = map(self._finding, unexpected(expectations, tolerance))
        body += "".join(findings) or "<p>No leaks found.</p>"
        if gc.garbage:
            body += f"<h2>Uncollectable</h2>{self._objects(gc.garbage)}"
        return page("Garbage", _LINKS + body)

    def _finding(self, finding: Unexpected) -> str:
        cls, least, most, why = finding.expectation
        expected = str(least) if least == most else f"{least} to {most}"
        return (
            f"<h2>{escape(type_name(cls))}</h2><p>Expected {expected} references, "
            f"got {len(finding.instances)}. {escape(why)}</p>{self._objects(finding.instances)}"
        )

    def new(self) -> str:
        """Return a page with the classes of which there are new objects.

        The names lead to `objects?name=…`, and a button posts to `mark`.
        """
        rows = "".join(map(_growth_row, self.heap.growth()[: self.limit]))
        since = "since the mark" if self.heap.is_marked else "in all: there is no mark yet"
        table = f"<table>\n<thead><tr>{_HEAD}</tr></thead>\n<tbody>{rows}</tbody></table>"
        body = (
            f"{_LINKS}<p>Objects that outlived a collection, {since}.</p>\n"
            '<form class="action" action="mark" method="POST"><button>Mark</button></form>\n'
            f"{scrolled('Classes', table)}"
        )
        return page("New objects", body)

    def objects(self, name: str) -> str:
        """Return a page with the new objects of a class, and who refers to them.

        Args:
            name: The name of the class, as the page of new objects has it.
        """
        found = self.heap.new_objects(name)
        return page(name, f"{_LINKS}<p>{len(found):,} new objects.</p>\n{self._objects(found)}")

    def _objects(self, found: list[object]) -> str:
        tree = ReferrerTree(ignore=[found], maxdepth=3)
        lines = []
        for number in range(min(len(found), self.limit)):
            lines += ["", self._line(found[number])]
            if number < self.trees:
                lines += tree.format(tree.ascend(found[number]))
        if len(found) > self.limit:
            lines += ["", f"[{len(found) - self.limit} more objects]"]
        if not lines:
            return ""
        return scrolled("Objects", f"<pre>{escape(chr(10).join(lines[1:]))}</pre>")

    def _line(self, obj: object) -> str:
        return f"{describe(obj)} {self.context(obj)}".rstrip()
