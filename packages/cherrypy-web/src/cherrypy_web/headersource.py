"""The header fields of a request as the server left them, before anybody asked for a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["EnvironHeaders"]

#: CGI's names for the two fields that have no ``HTTP_`` before them (RFC 3875, 4.1).
_SPECIAL: Final = {"CONTENT_TYPE": "Content-Type", "CONTENT_LENGTH": "Content-Length"}


class EnvironHeaders:
    """The header fields in a WSGI environ, as pairs of name and value.

    Args:
        environ: The WSGI environ (PEP 3333).
    """

    __slots__ = ("_environ",)

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self._environ = environ

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for key, value in self._environ.items():
            if key.startswith("HTTP_"):
                yield key[5:].replace("_", "-").title(), value
            elif key in _SPECIAL and value:
                yield _SPECIAL[key], value

    def get(self, name: str) -> str:
        """Return one field's value, or ``""``, without looking at the others."""
        key = name.upper().replace("-", "_")
        value: str = self._environ.get(key if key in _SPECIAL else f"HTTP_{key}", "")
        return value
