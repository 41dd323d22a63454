"""An attribute that is worked out when it is first asked for, and plain from then on.

It is `functools.cached_property` without the lock that Python 3.11 still takes for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["lazy"]

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - it reads as a decorator
    """Make an attribute of a method: called once for each object, unless it was set before."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> lazy[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object, owner: type) -> lazy[T] | T:
        if instance is None:
            return self
        value = self._make(instance)
        # Not through __dict__: asking for it makes CPython build a dict for the object.
        setattr(instance, self._name, value)
        return value

    if TYPE_CHECKING:
        # There is none at run time, so that the value in the object's __dict__ is found first.
        def __set__(self, instance: object, value: T) -> None: ...
