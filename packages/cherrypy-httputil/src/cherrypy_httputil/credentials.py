"""Credentials and challenges: the name of a scheme, and its parameters (RFC 9110, section 11).

Nothing is guessed: two parties that read one field in two ways are how a guard is got around.
"""

from __future__ import annotations

import re

from cherrypy_httputil.limits import SHOWN_CHARACTERS

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # noqa: S105 - a part of a grammar
_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
_PLAIN = rf'[^"\\{_CONTROL}]*+'
_QUOTED = rf'"({_PLAIN}(?:\\[^{_CONTROL}]{_PLAIN})*+)"'
_PARAM = re.compile(rf"[ \t,]*+({_TOKEN})[ \t]*+=[ \t]*+(?:({_TOKEN})|{_QUOTED})[ \t]*+(?:,|\Z)")
_has_control = re.compile(f"[{_CONTROL}]").search
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SPECIAL = re.compile(r'["\\]')


def parse_credentials(value: str) -> tuple[str, str]:
    """Return the scheme in lower case, and what follows it; two empty texts for an empty value.

    Args:
        value: A field value such as `Basic YTpi`, of `Authorization` or `WWW-Authenticate`.

    Examples:
        >>> parse_credentials("Basic YTpi")
        ('basic', 'YTpi')
    """
    scheme, _, rest = value.strip(" \t").partition(" ")
    return scheme.lower(), rest.strip(" \t")


def parse_auth_params(text: str) -> dict[str, str]:
    """Return the parameters by name, names in lower case, values without quotes.

    Args:
        text: What follows the scheme, such as `realm="earth", stale=true`. Empty elements of the
            list are passed over.

    Raises:
        ValueError: It is no list of parameters, or has one twice (RFC 9110, section 11.2).

    Examples:
        >>> parse_auth_params('Realm="the earth", stale=true')
        {'realm': 'the earth', 'stale': 'true'}
    """
    params: dict[str, str] = {}
    text = text.rstrip(" \t,")
    match, position, end = _PARAM.match, 0, len(text)
    while position < end:
        found = match(text, position)
        if found is None:
            piece = text[position:].lstrip(" \t,")[:SHOWN_CHARACTERS]
            raise ValueError(
                f'{piece!r} is no parameter: it has to look like name=token or name="text"'
            )
        name, token, quoted = found.groups()
        name = name.lower()
        if name in params:
            raise ValueError(f"the parameter {name!r} is there twice")
        params[name] = token or (_ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted)
        position = found.end()
    return params


def quote_string(text: str) -> str:
    r"""Return a text as a quoted string (RFC 9110, section 5.6.4).

    Raises:
        ValueError: It has a control character other than a tab.

    Examples:
        >>> print(quote_string('the "earth"'))
        "the \"earth\""
    """
    if not text.isprintable() and _has_control(text):
        raise ValueError(f"{text!r} has a control character, which no quoted string may have")
    return '"' + _SPECIAL.sub(r"\\\g<0>", text) + '"'
