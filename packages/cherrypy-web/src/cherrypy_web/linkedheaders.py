"""Header fields that are shared with a WSGI environ: what one side sets, the other has."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from cherrypy_httputil import HeaderMap

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LinkedHeaders", "environ_key"]

#: The keys of an environ that are no ``HTTP_`` ones; the last two are not fields of the client's.
_SPECIAL = {
    "Content-Type": "CONTENT_TYPE",
    "Content-Length": "CONTENT_LENGTH",
    "Remote-Addr": "REMOTE_ADDR",
    "Remote-Host": "REMOTE_HOST",
}


def environ_key(name: str) -> str:
    """Return the key that a field has in a WSGI environ, by its name in title case."""
    return _SPECIAL.get(name) or "HTTP_" + name.upper().replace("-", "_")


class LinkedHeaders(HeaderMap):
    """The header fields of a request: they are in its WSGI environ, and nowhere else.

    What is in the dict itself is a copy, made anew by each method that looks at it.

    Args:
        environ: The environ. WebOb takes nothing but a plain dict, so it cannot tell of changes.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        super().__init__()
        self._environ = environ

    def _look(self) -> None:
        dict.clear(self)
        dict.update(self, HeaderMap.from_environ(self._environ))

    def copy(self) -> HeaderMap:  # type: ignore[override]  # it is linked to nothing
        """Return the fields as a map on its own."""
        self._look()
        twin = HeaderMap()
        dict.update(twin, dict.items(self))
        return twin

    __copy__ = copy

    def put_back(self) -> None:
        """Write the copy over what the environ has."""
        for key in [*filter(_is_field, self._environ)]:
            del self._environ[key]
        for name, value in dict.items(self):
            self._environ[environ_key(name)] = str(value)


def _is_field(key: str) -> bool:
    return key.startswith(("HTTP_", "CONTENT_"))


def _linked(name: str, *, changes: bool) -> Callable[..., Any]:
    method = getattr(HeaderMap, name)

    @wraps(method)
    def call(self: LinkedHeaders, *args: Any, **kwargs: Any) -> Any:
        self._look()
        answer = method(self, *args, **kwargs)
        if changes:
            self.put_back()
        return answer

    return call


_READING = (
    *("__contains__", "__eq__", "__getitem__", "__iter__", "__len__", "__or__", "__repr__"),
    *("elements", "get", "items", "keys", "output", "output_native", "values"),
)
_CHANGING = (
    *("__delitem__", "__ior__", "__setitem__"),
    *("clear", "pop", "popitem", "setdefault", "update"),
)
for _name in _READING:
    setattr(LinkedHeaders, _name, _linked(_name, changes=False))
for _name in _CHANGING:
    setattr(LinkedHeaders, _name, _linked(_name, changes=True))
