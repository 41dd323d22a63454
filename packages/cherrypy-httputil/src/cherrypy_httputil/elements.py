"""The comma-separated elements of a field value, and their parameters.

Everything here takes time in proportion to the length of the text: split with `ElementSplitter`,
which reads a text once, and sort by keys, never by comparing elements in Python.
"""

from __future__ import annotations

import re
from functools import total_ordering
from typing import TYPE_CHECKING, Any, TypeAlias

from cherrypy_httputil.errors import HTTPError

if TYPE_CHECKING:
    from typing import Self

q_separator: re.Pattern[str] = re.compile(r"; *q *=", re.IGNORECASE)
"""What stands between a media range and its quality value."""

_QVALUE = re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+", re.ASCII)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r'["\\]')
_NEEDS_QUOTES = re.compile(r'[",;\\]')

Params: TypeAlias = "dict[str, str | HeaderElement]"
"""Parameters by name. The value is a text, but for `q`, which may have parameters of its own."""


class ElementSplitter:
    """Split a text at a character, but not inside quoted strings.

    Examples:
        >>> ElementSplitter(",").split('"a, b", c')
        ['"a, b"', ' c']
    """

    def __init__(self, separator: str) -> None:
        self._separator = separator
        quoted = r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'  # one that nobody closes goes on to the end
        self._piece = re.compile(
            rf'((?:{quoted}|[^"{separator}])*+)({separator}|\Z)', re.DOTALL
        )  # possessive, so that it never goes back

    def split(self, text: str) -> list[str]:
        """Return the pieces of `text`, with quotes and spaces left in."""
        if '"' not in text:
            return text.split(self._separator)
        pieces: list[str] = []
        found = self._piece.match(text)
        while found:
            pieces.append(found[1])
            found = self._piece.match(text, found.end()) if found[2] else None
        return pieces


RE_HEADER_SPLIT = ElementSplitter(",")
"""Splits a field value into its elements."""

_PARAMS = ElementSplitter(";")


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return _ESCAPED.sub(r"\1", text[1:-1])
    return text


def _quoted(value: object) -> str:
    """Return a parameter's value as it is written, in quotes if it would end too early without."""
    text = str(value)
    if isinstance(value, str) and _NEEDS_QUOTES.search(text):
        return '"' + _SPECIAL.sub(r"\\\g<0>", text) + '"'
    return text


@total_ordering
class HeaderElement:
    """One element of a field value, such as `form-data; name="x"`.

    Args:
        value: What stands before the parameters.
        params: The parameters by name.

    Examples:
        >>> element = HeaderElement.from_str('form-data; name="a file"')
        >>> element.value, element.params
        ('form-data', {'name': 'a file'})
        >>> str(HeaderElement("text/plain", {"charset": "utf-8"}))
        'text/plain;charset=utf-8'
    """

    value: str
    params: Params

    def __init__(self, value: str, params: Params | None = None) -> None:
        self.value = value
        self.params = {} if params is None else params

    def __str__(self) -> str:
        if not self.params:
            return self.value
        params = [f";{name}={_quoted(value)}" for name, value in self.params.items()]
        return self.value + "".join(params)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r}, {self.params!r})"

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and str(self) == str(other)

    def __lt__(self, other: Any) -> bool:
        return str(self) < str(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    @staticmethod
    def parse(elementstr: str) -> tuple[str, Params]:
        """Return the value and the parameters of a text such as `token;key=val`."""
        if ";" not in elementstr:
            return elementstr.strip(), {}
        value, *rest = _PARAMS.split(elementstr)
        params: Params = {}
        for piece in rest:
            name, _, text = piece.partition("=")
            if name.strip():
                params[name.strip()] = _unquoted(text.strip())
        return value.strip(), params

    @classmethod
    def from_str(cls, elementstr: str) -> Self:
        """Return the element that a text such as `token;key=val` describes."""
        return cls(*cls.parse(elementstr))


class AcceptElement(HeaderElement):
    """One element of an `Accept*` or `TE` field. The more it is preferred, the less it is.

    So `sorted()` puts the preferred ones first, and `min()` finds the best.

    Examples:
        >>> html = AcceptElement.from_str("text/html;q=0.5")
        >>> json = AcceptElement.from_str("application/json")
        >>> html.qvalue, min(html, json).value
        (0.5, 'application/json')
    """

    @classmethod
    def from_str(cls, elementstr: str) -> Self:
        """Return the element that a text such as `text/html;q=0.5` describes.

        Parameters behind the quality value belong to it, and not to the media range.
        """
        value, found = cls.parse(elementstr)
        if not q_separator.search(elementstr):
            return cls(value, found)
        params: Params = {}
        quality: HeaderElement | None = None
        for name, text in found.items():
            if quality is not None:
                quality.params[name] = text
            elif name.lower() == "q":
                params["q"] = quality = HeaderElement(str(text))
            else:
                params[name] = text
        return cls(value, params)

    @property
    def qvalue(self) -> float:
        """The quality value, from 0.0 to 1.0.

        Raises:
            HTTPError: 400, if it is not a number (RFC 9110, section 12.4.2).
        """
        quality = self.params.get("q")
        if quality is None:
            return 1.0
        text = quality.value if isinstance(quality, HeaderElement) else quality
        if not _QVALUE.fullmatch(text):
            raise HTTPError(400, f"Malformed HTTP header: `{self}`")
        return min(float(text), 1.0)

    def __lt__(self, other: Any) -> bool:
        return (
            _preference(self) > _preference(other) if type(other) is type(self) else NotImplemented
        )


def _preference(element: HeaderElement) -> tuple[float, str]:
    quality = element.qvalue if isinstance(element, AcceptElement) else 1.0
    return quality, str(element)


def header_elements(fieldname: str, fieldvalue: str | None) -> list[HeaderElement]:
    """Return the elements of a field value, the preferred ones first.

    Elements of equal quality, and those of fields without quality, stand in falling order of their
    texts. That puts `text/html;level=1` before `text/html`, before `text/*`, before `*/*`.

    Args:
        fieldname: If it begins with `Accept`, or is `TE`, the elements are `AcceptElement`s.
        fieldvalue: Comma-separated elements.

    Raises:
        HTTPError: 400, if a quality value is not a number.

    Examples:
        >>> [element.value for element in header_elements("Accept", "text/html;q=0.5, image/png")]
        ['image/png', 'text/html']
    """
    if not fieldvalue:
        return []
    accepts = fieldname[:6].lower() == "accept" or fieldname.lower() == "te"
    kind = AcceptElement if accepts else HeaderElement
    elements = [kind.from_str(text) for text in RE_HEADER_SPLIT.split(fieldvalue) if text.strip()]
    return sorted(elements, key=_preference, reverse=True)
