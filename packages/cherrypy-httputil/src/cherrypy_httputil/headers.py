"""Header fields as a dict: names compare without case, and no value can break the message.

Keys are in title case, always, so a key that is found as it was given needs no more work. Every way into a
`HeaderMap` is checked; the way out checks again what may have come in through `dict` itself.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, overload

from cherrypy_httputil.elements import header_elements
from cherrypy_httputil.fields import check_field, field_name, title
from cherrypy_httputil.limits import CACHED_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

    from cherrypy_httputil.elements import HeaderElement

V = TypeVar("V")
_MISSING: Any = object()

header_translate_table: bytes | None = None
"""Given to `bytes.translate` for every name and value that is not plain printable ASCII."""

header_translate_deletechars = bytes(range(32)) + b"\x7f"
"""Control characters, which are left out of what is sent."""


class CaseInsensitiveDict(dict[str, V]):
    """A dict whose keys are texts without regard to case.

    Each key is kept as `str(key).title()`.
    """

    transform_key = staticmethod(title)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            self.update(*args, **kwargs)

    def __missing__(self, key: object) -> V:
        name = title(key)
        if name not in self.keys():
            raise KeyError(key)
        return super().__getitem__(name)

    def __setitem__(self, key: object, value: V) -> None:
        super().__setitem__(title(key), value)

    def __delitem__(self, key: object) -> None:
        super().__delitem__(title(key))

    def __contains__(self, key: object) -> bool:
        return super().__contains__(title(key))

    def get(self, key: object, default: Any = None) -> Any:
        """Return the value for `key`, or `default`."""
        return super().get(title(key), default)

    def pop(self, key: object, default: Any = _MISSING) -> Any:
        """Remove `key` and return its value, or `default` if one is given.

        Raises:
            KeyError: If there is neither.
        """
        if default is _MISSING:
            return super().pop(title(key))
        return super().pop(title(key), default)

    def setdefault(self, key: object, x: Any = None) -> Any:
        """Return the value for `key`; without one, set it to `x` first."""
        if key not in self:
            self[key] = x
        return self[title(key)]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set every item of a mapping or of pairs, and every keyword."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    @classmethod
    def fromkeys(  # type: ignore[override]  # dict's own makes a plain dict
        cls, seq: Iterable[object], value: Any = None
    ) -> Self:
        """Return a dict of the keys in `seq`, all with the same value."""
        return cls((key, value) for key in seq)

    def copy(self) -> Self:
        """Return another dict with the same items."""
        return type(self)(self)


@lru_cache(maxsize=CACHED_NAMES)
def _wire_name(name: str) -> bytes:
    return name.encode("ascii")


def _is_plain(text: object) -> bool:
    return type(text) is str and text.isascii() and text.isprintable()


class HeaderMap(CaseInsensitiveDict[str]):
    """The header fields of a message.

    A value is a text; bytes are sent as they are, and a list is sent as one field for each of its items.
    Anything else is sent as `str()` makes it.
    """

    protocol: tuple[int, int] = (1, 1)
    """The HTTP version of the message."""

    encodings: ClassVar[list[str]] = ["ISO-8859-1"]
    """Tried in turn when a text is sent."""

    use_rfc_2047: ClassVar[bool] = True
    """Send a text that no encoding can hold as an encoded-word (RFC 2047)."""

    @classmethod
    def from_trusted(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return a map of fields that a server has parsed, without looking for what cannot be in them.

        Fields of one name become one, with a comma between their values (RFC 9110, section 5.3).
        """
        headers = cls()
        put = super(HeaderMap, headers).__setitem__
        for key, value in pairs:
            put(key, value)
        return headers

    def __setitem__(self, key: object, value: Any) -> None:
        check_field(value)
        dict.__setitem__(self, field_name(key), value)

    def elements(self, key: str) -> list[HeaderElement]:
        """Return the elements of a field, the preferred ones first, or an empty list."""
        return header_elements(key, self.get(key))

    @overload
    def values(self) -> Any: ...
    @overload
    def values(self, key: str) -> list[str]: ...
    def values(self, key: str | None = None) -> Any:
        """Return the values of a field's elements; without a key, those of all fields, as a dict does."""
        if key is None:
            return super().values()
        return [element.value for element in self.elements(key)]

    def output(self) -> list[tuple[bytes, bytes]]:
        """Return the fields as they are sent.

        Raises:
            ValueError: If one cannot be sent.
        """
        return list(self.encode_header_items(self.items()))

    @classmethod
    def encode_header_items(
        cls, header_items: Iterable[tuple[Any, Any]]
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield names and values as they are sent.

        Raises:
            ValueError: If one cannot be sent.
        """
        for name, value in header_items:
            sent_name = cls.encode_header_item(name)
            for item in value if isinstance(value, (list, tuple)) else (value,):
                yield sent_name, cls.encode_header_item(item)

    @classmethod
    def encode_header_item(cls, item: Any) -> bytes:
        """Return a name or a value as it is sent, without control characters.

        Raises:
            ValueError: If it has a CR, LF or NUL, or cannot be encoded.
        """
        if _is_plain(item):
            sent: bytes = item.encode("ascii")
            return sent
        check_field(item)
        sent = item if isinstance(item, bytes) else cls.encode(str(item))
        return sent.translate(header_translate_table, header_translate_deletechars)

    @classmethod
    def encode(cls, v: str) -> bytes:
        """Return a text in the first of `encodings` that can hold it, or else as an encoded-word.

        Raises:
            ValueError: If it would have to be an encoded-word and `use_rfc_2047` is off, or `protocol` not 1.1.
        """
        for encoding in cls.encodings:
            try:
                return v.encode(encoding)
            except UnicodeEncodeError:
                continue
        if cls.protocol == (1, 1) and cls.use_rfc_2047:
            return b"=?utf-8?b?" + base64.b64encode(v.encode("utf-8")) + b"?="
        raise ValueError(f"{v!r} cannot be sent in a header: it does not fit in {cls.encodings}")
