"""The comma-separated elements of a field value, and their parameters.

Everything here takes time in proportion to the length of the text: split with `ElementSplitter`, which reads
a text once, and sort by keys, never by comparing elements in Python.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from cherrypy_httputil.errors import HTTPError

if TYPE_CHECKING:
    from typing import Self

q_separator = re.compile(r"; *q *=")
"""What separates a media range from its quality value."""

_QVALUE = re.compile(r"\s*(?:[0-9]{1,10}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})\s*", re.ASCII)


class ElementSplitter:
    """Split a text at a character, but not inside quoted strings."""

    def __init__(self, separator: str) -> None:
        self._separator = separator
        quoted = r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)'  # one that nobody closes goes on to the end
        self._piece = re.compile(rf'((?:{quoted}|[^"{separator}])*+)({separator}|\Z)', re.DOTALL)

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

Params: TypeAlias = "dict[str, str | HeaderElement]"


def _unquoted(text: str) -> str:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
    return text


class HeaderElement:
    """One element of a field value, such as `form-data; name="x"`.

    Args:
        value: What stands before the parameters.
        params: The parameters by name.
    """

    value: str
    params: Params

    def __init__(self, value: str, params: Params | None = None) -> None:
        self.value = value
        self.params = {} if params is None else params

    def __str__(self) -> str:
        return "".join([self.value, *(f";{name}={value}" for name, value in self.params.items())])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.value!r}, {self.params!r})"

    def __lt__(self, other: HeaderElement) -> bool:
        return self.value < other.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HeaderElement) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    @staticmethod
    def parse(elementstr: str) -> tuple[str, Params]:
        """Return the value and the parameters of a text such as `token;key=val`."""
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

    So `sorted()` and `min()` find the preferred ones first.
    """

    fields: ClassVar[tuple[str, ...]] = ("Accept", "Te")

    @classmethod
    def from_str(cls, elementstr: str) -> Self:
        """Return the element that a text such as `text/html;q=0.5` describes."""
        media_range, *quality = q_separator.split(elementstr, maxsplit=1)
        value, params = cls.parse(media_range)
        if quality:
            # Parameters after the quality value belong to it and not to the media range.
            params["q"] = HeaderElement.from_str(quality[0])
        return cls(value, params)

    @property
    def qvalue(self) -> float:
        """The quality value, from 0.0 to 1.0.

        Raises:
            HTTPError: 400 if it is not a number (RFC 9110, section 12.4.2).
        """
        text = str(self.params.get("q", "1")).partition(";")[0]
        if not _QVALUE.fullmatch(text):
            raise HTTPError(400, f"Malformed HTTP header: `{self}`")
        return min(float(text), 1.0)

    def __lt__(self, other: HeaderElement) -> bool:
        return _preference(self) > _preference(other)


def _preference(element: HeaderElement) -> tuple[float, str]:
    quality = element.qvalue if isinstance(element, AcceptElement) else 1.0
    return quality, str(element)


def header_elements(fieldname: str, fieldvalue: str | None) -> list[HeaderElement]:
    """Return the elements of a field value, the preferred ones first.

    Args:
        fieldname: With a name that begins with `Accept`, and with `TE`, they are `AcceptElement`s.
        fieldvalue: Comma-separated elements.

    Elements of equal quality, and those of other fields, stand in falling order of their texts. That puts
    `text/html;level=1` before `text/html`, and that before `text/*` and `*/*`.

    Raises:
        HTTPError: 400 if a quality value is not a number.
    """
    if not fieldvalue:
        return []
    accepts = fieldname.title().startswith("Accept") or fieldname.upper() == "TE"
    kind = AcceptElement if accepts else HeaderElement
    elements = [kind.from_str(text) for text in RE_HEADER_SPLIT.split(fieldvalue) if text.strip()]
    return sorted(elements, key=_preference, reverse=True)
