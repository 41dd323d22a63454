"""Encoded-words: text in header fields that is not Latin (RFC 2047).

Only what people read is ever decoded. A field that decides where a request goes, how long it is,
who sent it or what it may do is taken as it came, or two parties could read it in two ways.
"""

from __future__ import annotations

import base64
import quopri
import re
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from cherrypy_httputil.charsets import find_charset
from cherrypy_httputil.fields import check_field, title

_WORD = re.compile(r"=\?([^?\s]{1,40})\?([BbQq])\?([^?]*)\?=")

_UNDECODED = frozenset(
    {
        "Age",
        "Cache-Control",
        "Connection",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Location",
        "Content-Range",
        "Content-Type",
        "Date",
        "Depth",
        "Destination",
        "Early-Data",
        "Expect",
        "Http2-Settings",
        "If",
        "Keep-Alive",
        "Link",
        "Location",
        "Max-Forwards",
        "Overwrite",
        "Pragma",
        "Prefer",
        "Priority",
        "Range",
        "Referer",
        "Te",
        "Timeout",
        "Trailer",
        "Transfer-Encoding",
        "Upgrade",
        "Vary",
        "Via",
        "X-Requested-With",
        "X-Sendfile",
    }
)
_UNDECODED_PREFIXES = (
    "Accept",
    "Access-Control-",
    "If-",
    "Proxy-",
    "Remote-",
    "Sec-",
    "X-Forwarded-",
)

# Fields that applications and proxies invent go by the words of their names.
_DECIDING_WORDS = frozenset(
    {
        "Addr",
        "Address",
        "Apikey",
        "Auth",
        "Authorization",
        "Cert",
        "Cookie",
        "Cookie2",
        "Csrf",
        "Csrftoken",
        "Digest",
        "Email",
        "Etag",
        "Forwarded",
        "Group",
        "Groups",
        "Host",
        "Id",
        "Ip",
        "Key",
        "Login",
        "Method",
        "Origin",
        "Path",
        "Port",
        "Proto",
        "Protocol",
        "Role",
        "Roles",
        "Scheme",
        "Scope",
        "Secret",
        "Session",
        "Signature",
        "Tenant",
        "Token",
        "Uri",
        "Url",
        "User",
        "Userid",
        "Username",
        "Xsrf",
    }
)


class _Piece(NamedTuple):
    charset: str | None  # None for text that stands for itself
    data: bytes
    raw: str


def decode_TEXT(value: str) -> str:  # noqa: N802 - the documented name
    """Return a text with its encoded-words decoded: `=?utf-8?q?f=C3=BCr?=` becomes `für`.

    An encoded-word is left as it is if its charset is unknown, its bytes are not in that charset,
    or it would put a CR, LF or NUL into the text.

    Examples:
        >>> decode_TEXT("=?utf-8?b?ZsO8cg==?= alle")
        'für alle'
    """
    runs = groupby(_pieces(value), key=attrgetter("charset"))
    return "".join(_text(charset, list(run)) for charset, run in runs)


def decode_TEXT_maybe(value: str) -> str:  # noqa: N802 - the documented name
    """Return what `decode_TEXT` does, sooner if there is nothing to decode.

    Examples:
        >>> decode_TEXT_maybe("plain"), decode_TEXT_maybe("=?utf-8?q?f=C3=BCr?=")
        ('plain', 'für')
    """
    return decode_TEXT(value) if "=?" in value else value


def decode_field(name: str, value: str) -> str:
    """Return the value of a request header, decoded if the field is text for people to read.

    No field of HTTP that decides something is, such as Host, credentials, cookies, conditions,
    lengths and origins; nor is one with a word in its name that speaks of identity or place, such
    as `User`, `Token`, `Key`, `Host` or `Url`.

    Examples:
        >>> decode_field("Subject", "=?utf-8?q?f=C3=BCr?=")
        'für'
        >>> decode_field("Host", "=?utf-8?q?f=C3=BCr?=")  # it decides something
        '=?utf-8?q?f=C3=BCr?='
    """
    if "=?" not in value:
        return value
    name = title(name)
    if name in _UNDECODED or name.startswith(_UNDECODED_PREFIXES):
        return value
    return decode_TEXT(value) if _DECIDING_WORDS.isdisjoint(name.split("-")) else value


def _pieces(value: str) -> list[_Piece]:
    """Return text and encoded-words in turn, without the space between two encoded-words."""
    parts = _WORD.split(value)
    pieces = [_Piece(None, b"", parts[0])]
    for position in range(1, len(parts), 4):
        charset, coding, payload, after = parts[position : position + 4]
        pieces.append(_word(charset, coding, payload))
        between_words = position + 4 < len(parts)
        if not (between_words and after.isspace()):
            pieces.append(_Piece(None, b"", after))
    return [piece for piece in pieces if piece.raw]


def _word(charset: str, coding: str, payload: str) -> _Piece:
    raw = f"=?{charset}?{coding}?{payload}?="
    codec = find_charset(charset.partition("*")[0])  # a language may follow (RFC 2231, section 5)
    if codec is None:
        return _Piece(None, b"", raw)
    try:
        ascii_payload = payload.encode("ascii")
        if coding in "Qq":
            return _Piece(codec, quopri.decodestring(ascii_payload, header=True), raw)
        return _Piece(codec, base64.b64decode(ascii_payload, validate=True), raw)
    except ValueError:
        return _Piece(None, b"", raw)


def _text(charset: str | None, pieces: list[_Piece]) -> str:
    """Return the text of pieces in one charset; a character may be spread over several of them."""
    raw = "".join([piece.raw for piece in pieces])
    if charset is None:
        return raw
    try:
        text = b"".join([piece.data for piece in pieces]).decode(charset)
        check_field(text)
    except ValueError:
        return raw
    return text
