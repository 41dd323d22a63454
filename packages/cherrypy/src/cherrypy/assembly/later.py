"""Tools that are made when they are first asked for, with all that they need.

Most sites use a few of the default tools, and the others would be half of what an import costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, overload

from cherrypy_web.tools import Tool, settle

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy_web import Toolbox

__all__ = ["later"]

T = TypeVar("T", bound=Tool[...])

_ABSENT: Final = object()
_DELETED: Final = object()


class later(Generic[T]):  # noqa: N801 - it reads as a word of the table that it stands in
    """An attribute of a toolbox: a tool that is made once, and may be replaced or deleted.

    Args:
        make: Makes the tool; called with the toolbox.
    """

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, box: None, owner: type) -> later[T]: ...

    @overload
    def __get__(self, box: Toolbox, owner: type) -> T: ...

    def __get__(self, box: Toolbox | None, owner: type) -> later[T] | T:
        if box is None:
            return self
        found: Any = vars(box).get(self._name, _ABSENT)
        if found is _ABSENT:
            made = self._make(box)
            settle(made, self._name, box.namespace)
            found = vars(box).setdefault(self._name, made)  # another thread may have been faster
        if found is _DELETED:
            raise AttributeError(f"the tool {self._name!r} was deleted")
        return found  # type: ignore[no-any-return]  # it is a T

    def __set__(self, box: Toolbox, tool: Tool[...]) -> None:
        vars(box)[self._name] = tool

    def __delete__(self, box: Toolbox) -> None:
        if vars(box).get(self._name) is _DELETED:
            raise AttributeError(f"the tool {self._name!r} was deleted")
        vars(box)[self._name] = _DELETED
