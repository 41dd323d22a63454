"""Forms as browsers send them by default: ``name=value`` pairs, percent-encoded.

A field is unquoted as bytes and decoded after that: in some charsets a character is made of an
escaped and a plain byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, unquote_to_bytes

from cherrypy_httputil import HTTPError

if TYPE_CHECKING:
    from cherrypy_web.entity import Entity

__all__ = ["add_param", "parse_form", "process_urlencoded", "unquote_plus"]

#: Charsets with no ASCII byte in the middle of a character: text can be split and unquoted in them.
_UNAMBIGUOUS: Final = frozenset({"utf-8", "ascii", "iso8859-1"})


def process_urlencoded(entity: Entity) -> None:
    """Read a form and add its fields to the entity's parameters.

    A name that is there more than once has a list of texts.

    Raises:
        HTTPError: 400, it cannot be decoded; 413, it has too many fields or too much text.
    """
    limit = entity.usage.max_text_bytes
    content = entity.read(limit + 1) or b""
    entity.usage.add_text(len(content))
    fields = content.count(b"&") + content.count(b";") + 1
    if fields > entity.max_fields:
        raise HTTPError(413, f"A form may have at most {entity.max_fields} fields.")
    for name, value in entity.decode_with(lambda charset: parse_form(content, charset)):
        add_param(entity.params, name, value)


def parse_form(content: bytes, charset: str) -> list[tuple[str, str]]:
    """Return the fields of a form.

    Args:
        content: ``name=value`` pairs between ``&`` or ``;``.
        charset: What the unquoted bytes are encoded in.

    Raises:
        UnicodeDecodeError: They are not.
    """
    if charset in _UNAMBIGUOUS and content.isascii():
        return _parse_text(content.decode("ascii"), charset)
    fields = []
    for field in content.replace(b";", b"&").split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            fields.append((unquote_plus(name).decode(charset), unquote_plus(value).decode(charset)))
    return fields


def _parse_text(content: str, charset: str) -> list[tuple[str, str]]:
    fields = []
    for field in content.replace("+", " ").replace(";", "&").split("&"):
        if field:
            name, _, value = field.partition("=")
            if "%" in field:
                name = unquote(name, charset, "strict")
                value = unquote(value, charset, "strict")
            fields.append((name, value))
    return fields


def unquote_plus(bs: bytes) -> bytes:
    """Return bytes with ``+`` as a space, and percent-encoded ones as themselves."""
    if b"+" in bs:
        bs = bs.replace(b"+", b" ")
    return unquote_to_bytes(bs) if b"%" in bs else bs


def add_param(params: dict[str, Any], name: str, value: Any) -> None:
    """Add a value, or each of a list of values, beside those that a parameter has."""
    if name not in params:
        params[name] = value.copy() if isinstance(value, list) else value
        return
    known = params[name]
    values = known if isinstance(known, list) else [known]
    params[name] = [*values, *value] if isinstance(value, list) else _appended(values, value)


def _appended(values: list[Any], value: Any) -> list[Any]:
    values.append(value)
    return values
