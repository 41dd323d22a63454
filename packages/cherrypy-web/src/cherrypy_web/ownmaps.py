"""Hooks and error pages of a class of requests, of which each request has copies of its own.

A copy is made when it is first asked for. Most requests never ask: their plan says it all.
"""

from __future__ import annotations

from abc import ABCMeta
from copy import copy
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from cherrypy_web.epoch import EPOCH
from cherrypy_web.hooks import HOOK_POINTS, HookMap
from cherrypy_web.layout import lay_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_web.plan import Plan
    from cherrypy_web.requestdata import RequestData

__all__ = ["OwnMap", "RequestType", "own_error_pages", "own_hooks"]

M = TypeVar("M")


class OwnMap(Generic[M]):
    """A map that a class has for all of its requests, and of which each request has a copy.

    The copy is made when it is first asked for, with what the config says.

    Args:
        shared: What the class has.
        own: The attribute of the request that holds the copy; before, it is ``None``.
        copy: Makes the copy from the class's map and the plan of the request.
    """

    def __init__(self, shared: M, own: str, copy: Callable[[M, Plan], M]) -> None:
        self.shared = shared
        self._own = own
        self._copy = copy

    @overload
    def __get__(self, request: None, owner: type) -> M: ...

    @overload
    def __get__(self, request: RequestData, owner: type) -> M: ...

    def __get__(self, request: RequestData | None, owner: type) -> M:
        if request is None:
            return self.shared
        own: M | None = getattr(request, self._own)
        if own is None:
            plan = request._plan  # noqa: SLF001 - this is an attribute of it
            own = self._copy(self.shared, plan) if plan else copy(self.shared)
            self.__set__(request, own)
        return own

    def __set__(self, request: RequestData, own: M) -> None:
        setattr(request, self._own, own)


def own_hooks(shared: HookMap) -> OwnMap[HookMap]:
    """Make an attribute of the hooks of a class; no point of a request is missing in it."""
    for point in HOOK_POINTS:
        shared.setdefault(point, [])
    return OwnMap(shared, "own_hooks", lambda _, plan: plan.copy_hooks())


def own_error_pages(shared: dict[int | str, Any]) -> OwnMap[dict[int | str, Any]]:
    """Make an attribute of the error pages of a class; those of the config come before them."""
    return OwnMap(shared, "own_error_page", lambda shared, plan: {**shared, **plan.error_pages})


_OWN_MAPS: Final[dict[str, Callable[[Any], object]]] = {
    "hooks": own_hooks,
    "error_page": own_error_pages,
}


class RequestType(ABCMeta):
    """The type of request classes: a map of hooks or error pages set on one becomes an `OwnMap`."""

    def __init__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> None:
        super().__init__(name, bases, namespace, **options)
        for each in _OWN_MAPS.keys() & namespace.keys():
            setattr(cls, each, namespace[each])
        lay_out(cls)

    def __setattr__(cls, name: str, value: object) -> None:
        if name in _OWN_MAPS:  # others a program may set for each request
            value = _OWN_MAPS[name](value) if isinstance(value, dict) else value
            EPOCH.advance()
        super().__setattr__(name, value)

    def __delattr__(cls, name: str) -> None:
        super().__delattr__(name)
        if name in _OWN_MAPS:
            EPOCH.advance()
