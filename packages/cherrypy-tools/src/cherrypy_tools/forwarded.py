"""Read the Forwarded field (RFC 7239).

The text comes from the network: it is read in one pass, and an element that breaks the syntax voids
what was read before it, because nobody can say where the next one begins.
"""

from __future__ import annotations

import re

PAIR = re.compile(
    r"[ \t]*(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)="
    r'(?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<token>[!#$%&\'*+.^_`|~0-9A-Za-z:\[\]-]+))'
    r"[ \t]*(?P<end>[;,]|$)"
)
EMPTY = re.compile(r"[ \t]*(?P<end>[;,]|$)")


def parse_forwarded(value: str) -> list[dict[str, str]]:
    """Return the elements of a Forwarded field value, the client's side first.

    Names of parameters are in lower case. An element that breaks the syntax, and everything
    before it, is left out: what stands on the right was added by the nearer proxy.

    Examples:
        >>> parse_forwarded('for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"')
        [{'for': '192.0.2.1', 'proto': 'https'}, {'for': '[2001:db8::1]:4711'}]
    """
    elements: list[dict[str, str]] = [{}]
    position = 0
    while position < len(value):
        match = PAIR.match(value, position) or EMPTY.match(value, position)
        if match is None:
            elements = [{}]
            comma = value.find(",", position)
            position = len(value) if comma < 0 else comma + 1
            continue
        found = match.groupdict()
        if found.get("name"):
            elements[-1][found["name"].lower()] = _text(found["token"], found["quoted"])
        if match["end"] == ",":
            elements.append({})
        position = match.end()
    return [element for element in elements if element]


def _text(token: str | None, quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted) if token is None else token
