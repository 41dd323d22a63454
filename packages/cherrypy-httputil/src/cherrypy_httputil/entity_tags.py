"""Read lists of entity-tags (RFC 9110, 13.1)."""

from __future__ import annotations

import re

TOKEN = re.compile(r'(?:W/)?"[^"]*"|[^",\s]++|[",]')


def parse_etags(value: str) -> list[str]:
    """Return the entity-tags listed in a field value; `*` is one, and rubbish is left out.

    The time it takes grows with the length of the value.

    Examples:
        >>> parse_etags('"a", W/"b"')
        ['"a"', 'W/"b"']
    """
    tags: list[str] = []
    element: list[str] = []
    for piece in [*TOKEN.findall(value), ","]:
        if piece != ",":
            element.append(piece)
            continue
        if len(element) == 1 and element != ['"']:
            tags += element
        element = []
    return tags
