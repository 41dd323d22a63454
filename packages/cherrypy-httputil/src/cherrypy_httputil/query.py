"""The fields of a query string, which is also the format of an urlencoded body.

One pass over the text: a field is split, decoded and stored, and none is looked at again.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from cherrypy_httputil.limits import COORDINATE_DIGITS, FIELDS

image_map_pattern = re.compile(rf"[0-9]{{1,{COORDINATE_DIGITS}}},[0-9]{{1,{COORDINATE_DIGITS}}}")
"""What a browser sends for a click on a server-side image map."""


class TooManyFieldsError(ValueError):
    """A query string has more fields than it may."""


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
    """
    if image_map_pattern.fullmatch(query_string):
        x, y = query_string.split(",")
        return {"x": int(x), "y": int(y)}
    fields = [field for field in query_string.replace(";", "&").split("&") if field]
    if len(fields) > max_fields:
        raise TooManyFieldsError(f"{len(fields)} fields are more than the {max_fields} allowed")
    params: dict[str, Any] = {}
    for field in fields:
        name, _, value = field.partition("=")
        if value or keep_blank_values:
            _add(params, _decoded(name, encoding), _decoded(value, encoding))
    return params


def _decoded(text: str, encoding: str) -> str:
    text = text.replace("+", " ")
    return unquote(text, encoding, "strict") if "%" in text else text


def _add(params: dict[str, Any], name: str, value: str) -> None:
    if name not in params:
        params[name] = value
    elif isinstance(params[name], list):
        params[name].append(value)
    else:
        params[name] = [params[name], value]
