"""The fields of a response as pairs of bytes, as `Response.header_list` has them."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from cherrypy_web.response import Response

__all__ = ["SentFields"]


class SentFields(list[tuple[bytes, bytes]]):
    """A list of fields that is sent as it is when it is changed.

    Args:
        response: The response that sends them.
    """

    def __init__(self, response: Response) -> None:
        super().__init__(
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in response.fields
        )
        self._response = response

    def send(self, fields: Iterable[tuple[bytes, bytes]]) -> None:
        """Make the response send these fields."""
        self._response.fields = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in fields
        ]


def _sent(name: str) -> Callable[..., Any]:
    method = getattr(list, name)

    @wraps(method)
    def change(self: SentFields, *args: Any, **kwargs: Any) -> Any:
        answer = method(self, *args, **kwargs)
        self.send(self)
        return answer

    return change


_CHANGING = (
    *("__delitem__", "__iadd__", "__imul__", "__setitem__"),
    *("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"),
)
for _name in _CHANGING:
    setattr(SentFields, _name, _sent(_name))
