"""The dict that a session is, loaded by the first look into it.

Every reading method loads, every writing one also notes the change. That decides what is saved.
"""

from collections.abc import ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, Final


class _Missing:
    def __repr__(self) -> str:
        return "missing"


missing: Final[Any] = _Missing()
"""Stands for a default that was not given."""


class ReadOnlySessionError(TypeError):
    """The application changed a session that is read-only, or its id after its cookie was sent.

    Examples:
        >>> from cherrypy_sessions import RamSession
        >>> session = RamSession(readonly=True)
        >>> try:
        ...     session["user"] = "bird"
        ... except ReadOnlySessionError as error:
        ...     print(error)
        This session is read-only: locking is 'readonly', or its cookie has been sent.
    """


class SessionMapping:
    """The dict interface of a session. A subclass says how to `load()`."""

    loaded: bool = False
    """Whether the data are there; the first access loads them."""

    changed: bool = False
    """Whether something was written by the dict interface."""

    readonly: bool = False
    """Whether writing is an error: such a session needs no lock, and is never saved."""

    _data: dict[str, Any]

    def load(self) -> None:
        """Fill `_data` and set `loaded`."""
        raise NotImplementedError

    def _data_to_read(self) -> dict[str, Any]:
        if not self.loaded:
            self.load()
        return self._data

    def _refuse_if_readonly(self) -> None:
        if self.readonly:
            raise ReadOnlySessionError(
                "This session is read-only: locking is 'readonly', or its cookie has been sent."
            )

    def _data_to_write(self) -> dict[str, Any]:
        self._refuse_if_readonly()
        if not self.loaded:
            self.load()
        self.changed = True
        return self._data

    def __getitem__(self, key: str) -> Any:
        return self._data_to_read()[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._data_to_write()[key] = value

    def __delitem__(self, key: str) -> None:
        del self._data_to_write()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._data_to_read()

    def __iter__(self) -> Iterator[str]:
        return iter(self._data_to_read())

    def __bool__(self) -> bool:
        # Stores define a length, the number of their sessions, which says nothing about this one.
        return True

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value for a key, or the default."""
        if not self.loaded:
            self.load()
        return self._data.get(key, default)

    def pop(self, key: str, default: Any = missing) -> Any:
        """Remove a key and return its value, or the default if one is given.

        Raises:
            KeyError: There is neither.
        """
        if default is missing:
            return self._data_to_write().pop(key)
        return self._data_to_write().pop(key, default)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value for a key; without one, set it to the default first."""
        return self._data_to_write().setdefault(key, default)

    def update(self, d: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> None:
        """Take over all the items of another mapping."""
        self._data_to_write().update(d)

    def clear(self) -> None:
        """Remove all items."""
        self._data_to_write().clear()

    def keys(self) -> KeysView[str]:
        """Return the keys."""
        return self._data_to_read().keys()

    def items(self) -> ItemsView[str, Any]:
        """Return keys and values."""
        return self._data_to_read().items()

    def values(self) -> ValuesView[Any]:
        """Return the values."""
        return self._data_to_read().values()
