"""The parameters of ``Content-Disposition``: what a part is called, in all the ways it is written.

Field text comes in as ISO-8859-1. Browsers mean UTF-8 (HTML, "multipart/form-data encoding
algorithm"), so each value is taken as UTF-8 where it is that. A name is only text: whoever makes a
path of it has to check it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes

from cherrypy_httputil import find_charset

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["disposition_params", "find_param"]

# Possessive, so that a match never goes back: a hostile field takes time by its length only.
_PARAM: Final = re.compile(r';\s*+([^\s=;"]++)\s*+=\s*+("(?:[^"\\]|\\.)*+"|[^;]*+)', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
#: The only escapes of browsers, which leave a backslash as it is.
_BROWSER_ESCAPES: Final = {"%22": '"', "%0D": "\r", "%0A": "\n"}
_BROWSER_ESCAPE: Final = re.compile("|".join(_BROWSER_ESCAPES))


def disposition_params(value: str) -> dict[str, str]:
    """Return the parameters of a field value, as they are written but for their quotes.

    Args:
        value: Such as ``form-data; name="file"; filename="a.txt"``.

    Returns:
        The parameters by their name in lower case. The first of two with one name counts.
    """
    params: dict[str, str] = {}
    for name, text in _PARAM.findall(value):
        params.setdefault(name.lower(), text.strip())
    return params


def find_param(params: Mapping[str, str], name: str) -> str | None:
    """Return one parameter as text, or None if it is not there.

    Args:
        params: See `disposition_params`.
        name: ``name*`` with charset and percent-encoding (RFC 5987) goes before ``name*0``,
            ``name*1*`` and so on (RFC 2231, 3), and these go before plain ``name``.
    """
    if (extended := params.get(f"{name}*")) and (found := _extended(extended)) is not None:
        return found
    if f"{name}*0" in params or f"{name}*0*" in params:
        return _continued(params, name)
    plain = params.get(name)
    return None if plain is None else _plain(plain)


def _plain(text: str) -> str:
    inner = _without_quotes(text)
    if inner is text or '\\"' not in inner:
        inner = _BROWSER_ESCAPE.sub(lambda found: _BROWSER_ESCAPES[found[0]], inner)
    else:
        inner = _ESCAPED.sub(r"\1", inner)
    return _utf8(inner)


def _without_quotes(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _utf8(text: str) -> str:
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _extended(text: str) -> str | None:
    if text.count("'") < 2:  # noqa: PLR2004 - charset'language'value
        return None
    charset, _, value = _without_quotes(text).split("'", 2)
    return _decoded(unquote_to_bytes(value), charset)


def _decoded(data: bytes, charset: str) -> str | None:
    codec = find_charset(charset) if charset else "utf-8"
    try:
        return data.decode(codec) if codec else None
    except UnicodeDecodeError:
        return None


def _continued(params: Mapping[str, str], name: str) -> str:
    charset, data = "", b""
    number = 0
    while True:
        encoded = params.get(f"{name}*{number}*")
        piece = params.get(f"{name}*{number}") if encoded is None else _without_quotes(encoded)
        if piece is None:
            break
        if encoded is None:
            data += _ESCAPED.sub(r"\1", _without_quotes(piece)).encode("latin-1", "replace")
        else:
            if number == 0 and piece.count("'") >= 2:  # noqa: PLR2004 - charset'language'value
                charset, _, piece = piece.split("'", 2)
            data += unquote_to_bytes(piece)
        number += 1
    text = _decoded(data, charset)
    return data.decode("latin-1") if text is None else text
