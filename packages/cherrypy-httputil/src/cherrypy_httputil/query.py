"""The fields of a query string, which is also the format of an urlencoded body.

One pass over the text: a field is split, decoded and stored, and none is looked at again.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from cherrypy_httputil.limits import COORDINATE_DIGITS, FIELDS

image_map_pattern: re.Pattern[str] = re.compile(
    rf"[0-9]{{1,{COORDINATE_DIGITS}}},[0-9]{{1,{COORDINATE_DIGITS}}}"
)
"""What a browser sends for a click on a server-side image map."""


class TooManyFieldsError(ValueError):
    """A query string has more fields than it may.

    Examples:
        >>> try:
        ...     parse_query_string("a=1&b=2&c=3", max_fields=2)
        ... except TooManyFieldsError as error:
        ...     print(error)
        3 fields are more than the 2 allowed
    """


def parse_query_string(
    query_string: str,
    keep_blank_values: bool = True,
    encoding: str = "utf-8",
    *,
    max_fields: int = FIELDS,
) -> dict[str, Any]:
    """Return the fields of a query string.

    Args:
        query_string: `name=value` pairs between `&` or `;`, percent-encoded. `3,4` is a click on an
            image map and becomes `{"x": 3, "y": 4}`.
        keep_blank_values: Keep fields without a value, as empty texts.
        encoding: What the percent-encoded bytes are encoded in.
        max_fields: How many fields there may be.

    Returns:
        A text for a name that is there once, and a list of texts for one that is there more often.

    Raises:
        UnicodeDecodeError: If the bytes are not in `encoding`.
        TooManyFieldsError: If there are more fields.

    Examples:
        >>> parse_query_string("tag=a&tag=b&page=2")
        {'tag': ['a', 'b'], 'page': '2'}
    """
    if image_map_pattern.fullmatch(query_string):
        x, y = query_string.split(",")
        return {"x": int(x), "y": int(y)}
    if len(query_string) >= max_fields:  # otherwise there is no room for so many
        _check_number(query_string, max_fields)
    return parse_fields(query_string, encoding, keep_blank_values=keep_blank_values)


def parse_fields(
    text: str, encoding: str = "utf-8", *, keep_blank_values: bool = True
) -> dict[str, Any]:
    """Return the fields of an urlencoded text, however many there are.

    Args:
        text: `name=value` pairs between `&` or `;`, percent-encoded.
        encoding: What the percent-encoded bytes are encoded in.
        keep_blank_values: Keep fields without a value, as empty texts.

    Returns:
        A text for a name that is there once, and a list of texts for one that is there more often.

    Raises:
        UnicodeDecodeError: If the bytes are not in `encoding`.

    Examples:
        >>> parse_fields("tag=a&tag=b+c&name=J%C3%BCrgen")
        {'tag': ['a', 'b c'], 'name': 'Jürgen'}
    """
    fields: dict[str, Any] = {}
    for field in text.replace("+", " ").replace(";", "&").split("&"):
        name, _, value = field.partition("=")
        if not (value or (keep_blank_values and field)):
            continue
        if "%" in field:
            name, value = _decoded(name, encoding), _decoded(value, encoding)
        if name in fields:
            _add(fields, name, value)
        else:
            fields[name] = value
    return fields


def _check_number(query_string: str, max_fields: int) -> None:
    number = sum(map(bool, query_string.replace(";", "&").split("&")))
    if number > max_fields:
        raise TooManyFieldsError(f"{number} fields are more than the {max_fields} allowed")


def _decoded(text: str, encoding: str) -> str:
    if "%" not in text:
        return text
    if text.isascii():
        return unquote_to_bytes(text).decode(encoding)
    return unquote(text, encoding, "strict")


def _add(fields: dict[str, Any], name: str, value: str) -> None:
    known = fields[name]
    if isinstance(known, list):
        known.append(value)
    else:
        fields[name] = [known, value]
