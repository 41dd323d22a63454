"""Who is told of which entry.

The first name of a key chooses the handler; the handler gets the rest of the key and the value.
`NamespaceSet.__call__` passes on what a handler raises as it is: a caller may use it for control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeAlias, cast

if TYPE_CHECKING:
    from types import TracebackType

EntryHandler: TypeAlias = Callable[[str, Any], object]
"""Takes an entry: the key without its namespace, and the value."""


class ContextHandler(Protocol):
    """A handler that is told when the entries begin and when they end.

    It is entered and left in each call of a `NamespaceSet`, even if it has no entry in it.

    Examples:
        >>> from contextlib import contextmanager
        >>> @contextmanager
        ... def entries():
        ...     found = {}
        ...     yield found.__setitem__
        ...     print(found)
        >>> NamespaceSet(db=entries())({"db.host": "localhost", "db.port": 5432})
        {'host': 'localhost', 'port': 5432}
    """

    def __enter__(self) -> EntryHandler:
        """Begin, and return the callable that takes the entries."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> bool | None:
        """End; `error` is what a handler of this namespace raised, a true answer swallows it."""


Handler: TypeAlias = EntryHandler | ContextHandler
"""What may stand in a `NamespaceSet`. An object that is both is used as a context manager."""


class Progress:
    """How far a call of a `NamespaceSet` has come.

    Attributes:
        current: The key that is being handed over; between keys the name of the namespace.
        ran: The keys whose handlers have returned, in order.

    Examples:
        >>> progress = Progress()
        >>> NamespaceSet(db=print)({"db.port": 5432, "log.screen": True}, progress)
        port 5432
        >>> progress.ran
        ['db.port']
    """

    __slots__ = ("current", "ran")

    def __init__(self, current: str = "", ran: Iterable[str] = ()) -> None:
        self.current: str = current
        self.ran: list[str] = list(ran)


class NamespaceSet(dict[str, Handler]):
    """The handlers of namespaces by their names; calling it hands entries to them.

    Handlers run in the order in which they were registered, the entries of one in the order of the
    config. Keys without a dot, and those whose namespace has no handler, are passed over.

    Examples:
        >>> seen = []
        >>> namespaces = NamespaceSet(db=lambda key, value: seen.append((key, value)))
        >>> namespaces({"db.pool.size": 4, "log.screen": True})
        >>> seen
        [('pool.size', 4)]
    """

    def __call__(self, config: Mapping[str, Any], progress: Progress | None = None) -> None:
        """Hand each entry to the handler of its namespace.

        Args:
            config: Values by dotted keys.
            progress: Is kept up to date, for the one who has to tell how far it came.

        Raises:
            Exception: What a handler raises, unchanged.
        """
        progress = Progress() if progress is None else progress
        entries = self._by_namespace(config)
        for name, handler in list(self.items()):
            progress.current = name
            if hasattr(type(handler), "__enter__"):
                with cast("ContextHandler", handler) as entered:
                    _hand_over(entered, entries.get(name, ()), progress)
            elif name in entries:
                _hand_over(cast("EntryHandler", handler), entries[name], progress)

    def _by_namespace(self, config: Mapping[str, Any]) -> dict[str, list[tuple[str, str, Any]]]:
        found: dict[str, list[tuple[str, str, Any]]] = {}
        for key, value in config.items():
            name, dot, rest = key.partition(".")
            if dot and name in self:
                found.setdefault(name, []).append((key, rest, value))
        return found

    def __repr__(self) -> str:
        return f"{type(self).__name__}({super().__repr__()})"

    def copy(self) -> Self:
        """Return another set with the same handlers."""
        return type(self)(self)

    def __copy__(self) -> Self:
        return self.copy()


def _hand_over(
    handler: EntryHandler, entries: Iterable[tuple[str, str, Any]], progress: Progress
) -> None:
    namespace = progress.current
    for key, rest, value in entries:
        progress.current = key
        handler(rest, value)
        progress.ran.append(key)
    progress.current = namespace
