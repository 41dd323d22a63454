"""Header fields as a dict: names compare without case, and no value can break the message.

Keys are in title case, always, so a key that is found as it was given needs no more work. Every
way into a `HeaderMap` is checked, and the way out once more, for what came in through `dict`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar, overload

from cherrypy_httputil.elements import header_elements
from cherrypy_httputil.environ import environ_fields
from cherrypy_httputil.fields import check_field, names, title, titles, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, ValuesView
    from typing import Self

    from cherrypy_httputil.elements import HeaderElement

V = TypeVar("V")
T = TypeVar("T")
_MISSING: Any = object()

HeaderValue: TypeAlias = "str | bytes | int | list[str] | list[bytes] | tuple[str | bytes, ...]"
"""What a header may be set to. A list or tuple is sent as one field for each of its items."""

header_translate_table: bytes | None = None
"""Given to `bytes.translate` for every value that is not plain printable ASCII."""

header_translate_deletechars: bytes = bytes(range(32)) + b"\x7f"
"""Control characters: none of them is sent."""


class CaseInsensitiveDict(dict[str, V]):
    """A dict whose keys are texts that compare without case.

    Each key is kept as `str(key).title()`.

    Examples:
        >>> fields = CaseInsensitiveDict({"content-type": "text/html"})
        >>> fields["Content-TYPE"], list(fields)
        ('text/html', ['Content-Type'])
    """

    transform_key: staticmethod[[object], str] = staticmethod(title)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args or kwargs:
            self.update(*args, **kwargs)

    def __missing__(self, key: object) -> V:
        value: V = self.get(key, _MISSING)
        if value is _MISSING:
            raise KeyError(key)
        return value

    def __setitem__(self, key: object, value: V) -> None:
        dict.__setitem__(self, title(key), value)

    def __delitem__(self, key: object) -> None:
        dict.__delitem__(self, title(key))

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self, titles[key])  # type: ignore[index]  # as in title()

    @overload
    def get(self, key: object, default: None = None) -> V | None: ...
    @overload
    def get(self, key: object, default: V | T) -> V | T: ...
    def get(self, key: object, default: Any = None) -> Any:
        """Return the value for `key`, or `default`."""
        return dict.get(self, titles[key], default)  # type: ignore[index]  # as in title()

    @overload
    def pop(self, key: object) -> V: ...
    @overload
    def pop(self, key: object, default: V | T) -> V | T: ...
    def pop(self, key: object, default: Any = _MISSING) -> Any:
        """Remove `key` and return its value, or `default` if one is given.

        Raises:
            KeyError: If there is neither.
        """
        if default is _MISSING:
            return dict.pop(self, titles[key])  # type: ignore[index]  # as in title()
        return dict.pop(self, titles[key], default)  # type: ignore[index]  # as in title()

    def setdefault(self, key: object, x: Any = None) -> Any:
        """Return the value for `key`; if there is none, set it to `x` first."""
        if key not in self:
            self[key] = x
        return self[title(key)]

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Set every item of a mapping or of pairs, and every keyword."""
        for key, value in dict(*args, **kwargs).items():
            self[key] = value

    @classmethod
    def fromkeys(  # type: ignore[override]  # dict's is typed as making a plain dict
        cls, seq: Iterable[object], value: Any = None
    ) -> Self:
        """Return a dict of the keys in `seq`, all with the same value."""
        return cls((key, value) for key in seq)

    def copy(self) -> Self:
        """Return another dict with the same items."""
        twin = type(self)()
        dict.update(twin, self)  # the keys are in title case already
        twin.__dict__.update(self.__dict__)
        return twin

    def __or__(self, other: Mapping[Any, Any]) -> Self:  # type: ignore[override]  # as fromkeys
        twin = self.copy()
        twin.update(other)
        return twin

    def __ror__(self, other: Mapping[Any, Any]) -> Self:  # type: ignore[override]  # as fromkeys
        return type(self)(other) | self

    def __ior__(self, other: Any) -> Self:  # type: ignore[override,misc]  # as fromkeys
        self.update(other)
        return self


def _is_plain(item: object) -> bool:
    return type(item) is str and item.isascii() and item.isprintable()


class HeaderMap(CaseInsensitiveDict[str]):
    """The header fields of a message.

    A value is a text; bytes are sent as they are, and a list is sent as one field for each of its
    items. Anything else is sent as `str()` makes it.

    A name is a token (RFC 9110, section 5.6.2), and so plain ASCII. Setting another raises
    `ValueError`, and so does a value with a CR, LF or NUL. What came in past these checks, as
    through `dict.update`, is checked by `output` and its like.

    Examples:
        >>> headers = HeaderMap({"content-type": "text/plain"})
        >>> headers["Link"] = ["</a>; rel=prev", "</c>; rel=next"]
        >>> headers.output_native()[1:]
        [('Link', '</a>; rel=prev'), ('Link', '</c>; rel=next')]
    """

    protocol: tuple[int, int] = (1, 1)
    """The HTTP version of the message. What is sent depends on the one of the class only."""

    encodings: ClassVar[list[str]] = ["ISO-8859-1"]
    """Tried in turn when a text is sent."""

    use_rfc_2047: ClassVar[bool] = True
    """Send a text that no encoding can hold as an encoded-word (RFC 2047)."""

    @classmethod
    def from_trusted(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return a map of the fields that a server has read from a connection.

        Names and values are taken as they are: the server has parsed them. Fields of one
        name become one, with a comma between the values (RFC 9110, section 5.3).
        """
        fields: dict[str, list[str]] = {}
        for key, value in pairs:
            fields.setdefault(titles[key], []).append(value)
        headers = cls()
        for name, values in fields.items():
            separator = "; " if name == "Cookie" else ", "
            dict.__setitem__(headers, name, separator.join(values))
        return headers

    @classmethod
    def from_environ(cls, environ: Mapping[str, Any]) -> Self:
        """Return a map of the request headers in a WSGI environ.

        The values are taken as they are, except that text for people to read is decoded, see
        `decode_field`. `Remote-Addr` and `Remote-Host` are what the server says they are.
        """
        headers = cls()
        dict.update(headers, environ_fields(environ))
        return headers

    def __setitem__(self, key: object, value: HeaderValue) -> None:
        check_field(value)
        dict.__setitem__(self, names[key], value)  # type: ignore[misc,index]  # mostly text

    def elements(self, key: str) -> list[HeaderElement]:
        """Return the elements of a field, the preferred ones first; an empty list without it."""
        return header_elements(key, _text(self.get(key)))

    @overload
    def values(self) -> Any: ...
    @overload
    def values(self, key: str) -> list[str]: ...
    def values(self, key: str | None = None) -> ValuesView[str] | list[str]:
        """Return the values of a field's elements; without a key, what a dict returns."""
        if key is None:
            return super().values()
        return [element.value for element in self.elements(key)]

    def output(self) -> list[tuple[bytes, bytes]]:
        """Return the fields as they are sent.

        Raises:
            ValueError: If one cannot be sent.
        """
        return list(self.encode_header_items(self.items()))

    def output_native(self) -> list[tuple[str, str]]:
        """Return the fields as WSGI wants them: each byte is one character (PEP 3333).

        Raises:
            ValueError: If one cannot be sent.
        """
        fields: list[tuple[str, str]] = []
        items: Iterable[tuple[str, Any]] = self.items()
        for name, value in items:
            text = str(value) if type(value) is int else value
            if _is_plain(text):
                fields.append((tokens[name], text))
            else:
                sent = self.encode_header_items([(name, value)])
                fields.extend((key.decode("latin-1"), item.decode("latin-1")) for key, item in sent)
        return fields

    @classmethod
    def encode_header_items(
        cls, header_items: Iterable[tuple[Any, Any]]
    ) -> Iterator[tuple[bytes, bytes]]:
        """Yield names and values as they are sent.

        Raises:
            ValueError: If one cannot be sent.
        """
        for name, value in header_items:
            sent_name = tokens[name].encode("ascii")
            for item in value if isinstance(value, (list, tuple)) else (value,):
                yield sent_name, cls.encode_header_item(item)

    @classmethod
    def encode_header_item(cls, item: object) -> bytes:
        """Return a value as it is sent, without control characters.

        Raises:
            ValueError: If it has a CR, LF or NUL, or cannot be encoded.
        """
        if type(item) is str and item.isascii() and item.isprintable():
            return item.encode("ascii")
        if type(item) is int:
            return b"%d" % item
        value = item if isinstance(item, bytes) else str(item)
        check_field(value)
        sent = value if isinstance(value, bytes) else cls.encode(value)
        return sent.translate(header_translate_table, header_translate_deletechars)

    @classmethod
    def encode(cls, v: str) -> bytes:
        """Return a text in the first of `encodings` that can hold it, or as an encoded-word.

        Raises:
            ValueError: If it would have to be an encoded-word, and `use_rfc_2047` is off or
                `protocol` is not 1.1.
        """
        for encoding in cls.encodings:
            try:
                return v.encode(encoding)
            except UnicodeEncodeError:
                continue
        if cls.protocol == (1, 1) and cls.use_rfc_2047:
            return b"=?utf-8?b?" + base64.b64encode(v.encode("utf-8")) + b"?="
        raise ValueError(f"{v!r} cannot be sent in a header: none of {cls.encodings} can hold it")


def _text(value: object) -> str | None:
    """Return what a field says as one text, or None if there is no such field."""
    if isinstance(value, bytes):
        return value.decode("iso-8859-1")
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_text, value)))
    return None if value is None else str(value)
