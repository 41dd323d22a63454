"""A namespace whose figures are kept elsewhere, and put in when somebody reads them.

To add to a total under a lock, for every request, costs more than all else that a recorder does. So
each thread adds to what is its own, and whoever reads pays for the sum. To its readers the
namespace is a dict like any other.
"""

from __future__ import annotations

from functools import wraps
from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["LiveFigures"]

_READING = (
    *("__eq__", "__getitem__", "__iter__", "__ne__", "__or__", "__repr__", "__ror__"),
    *("copy", "get", "items", "values"),
)
_WRITING = (
    *("__delitem__", "__ior__", "__setitem__"),
    *("clear", "pop", "popitem", "setdefault", "update"),
)
"""Before somebody puts a value of their own in the place of a total, what came before is added."""


class LiveFigures(dict[str, Any]):
    """A dict that is brought up to date before anything is read from it or written to it.

    The methods of `dict` itself, such as ``dict.get(figures, "Enabled")``, find it as it is.

    Args:
        values: What it has from the beginning.

    Attributes:
        sources: Each brings what it keeps up to date, with the methods of `dict`, and `lock` held.
        lock: Held while it is brought up to date, and while something is written to it.
        is_enabled: Whether the entry `Enabled` is true.

    Examples:
        >>> figures = LiveFigures({"Enabled": True})
        >>> figures.sources.append(lambda: dict.update(figures, Sent=3))
        >>> figures["Sent"], dict(figures), figures.copy()
        (3, {'Enabled': True, 'Sent': 3}, {'Enabled': True, 'Sent': 3})
        >>> figures["Enabled"] = False
        >>> figures.is_enabled
        False
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__(values)
        self.sources: list[Callable[[], object]] = []
        self.lock: RLock = RLock()  # a signal handler may read what its thread is writing
        self._is_updating = False
        self.is_enabled: bool = bool(values.get("Enabled"))

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, deep or pickled, is a plain dict: nobody would bring it up to date."""
        return dict, (self.copy(),)

    def _bring_up_to_date(self) -> None:
        with self.lock:
            if self._is_updating:  # a signal handler has come between: a source would add twice
                return
            self._is_updating = True
            try:
                for bring_up_to_date in self.sources:
                    bring_up_to_date()
            finally:
                self._is_updating = False


def _reading(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: LiveFigures, *args: Any, **kwargs: Any) -> Any:
        self._bring_up_to_date()
        return method(self, *args, **kwargs)

    return call


def _writing(method: Callable[..., Any]) -> Callable[..., Any]:
    read = _reading(method)

    @wraps(method)
    def call(self: LiveFigures, *args: Any, **kwargs: Any) -> Any:
        with self.lock:
            try:
                return read(self, *args, **kwargs)
            finally:
                self.is_enabled = bool(dict.get(self, "Enabled"))

    return call


for _name in _READING:
    setattr(LiveFigures, _name, _reading(getattr(dict, _name)))
for _name in _WRITING:
    setattr(LiveFigures, _name, _writing(getattr(dict, _name)))
