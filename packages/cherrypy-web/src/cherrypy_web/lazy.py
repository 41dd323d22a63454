"""Attributes that are worked out when they are first asked for, and plain from then on.

They are `functools.cached_property` without the lock that Python 3.11 still takes for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["lazy", "told"]

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


class _Told(lazy[T]):
    def __init__(self, make: Callable[[Any], T], default: Callable[[], Any]) -> None:
        super().__init__(make)
        self._default = default

    def __get__(self, instance: Any, owner: type) -> Any:
        if instance is None:
            return self._default()
        if instance.stage is not None:
            return super().__get__(instance, owner)
        value = self._default()
        setattr(instance, self._name, value)
        instance.early_names = (*instance.early_names, self._name)
        return value


def told(default: Callable[[], Any]) -> Callable[[Callable[[Any], T]], lazy[T]]:
    """Make a `lazy` attribute of what a request is told when it begins to run.

    Args:
        default: Makes what it is before that, and on the class. Its name is then among
            ``early_names``, so that the request can forget it.
    """
    return lambda make: _Told(make, default)
