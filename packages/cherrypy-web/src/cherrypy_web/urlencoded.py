"""Forms as browsers send them by default: ``name=value`` pairs, percent-encoded.

A field is unquoted as bytes and decoded after that: in some charsets a character is made of an
escaped and a plain byte.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote_to_bytes

from cherrypy_httputil import HTTPError, parse_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_web.entity import Entity

__all__ = ["add_param", "add_params", "parse_form", "process_urlencoded", "unquote_plus"]

#: Charsets with no ASCII byte in the middle of a character: text can be split and unquoted in them.
_UNAMBIGUOUS: Final = frozenset({"utf-8", "ascii", "iso8859-1"})


def process_urlencoded(entity: Entity) -> None:
    """Read a form and add its fields to the entity's parameters.

    A name that is there more than once has a list of texts.

    Raises:
        HTTPError: 400, it cannot be decoded; 413, it has too many fields or too much text.

    Examples:
        >>> from io import BytesIO
        >>> from cherrypy_web import Entity
        >>> entity = Entity(BytesIO(b"name=J%C3%BCrgen&tag=a&tag=b"), {})
        >>> process_urlencoded(entity)
        >>> entity.params
        {'name': 'Jürgen', 'tag': ['a', 'b']}
    """
    content = entity.fp.read(entity.max_text_bytes + 1) or b""
    if len(content) > entity.max_text_bytes:
        raise HTTPError(413, f"A form may have at most {entity.max_text_bytes} bytes of text.")
    if len(content) >= entity.max_fields:
        _check_number(content, entity.max_fields)
    fields = entity.decode_with(partial(parse_form, content))
    if entity.params:
        add_params(entity.params, fields)
    else:
        entity.params.update(fields)


def _check_number(content: bytes, max_fields: int) -> None:
    if content.count(b"&") + content.count(b";") >= max_fields:
        raise HTTPError(413, f"A form may have at most {max_fields} fields.")


def parse_form(content: bytes, charset: str) -> dict[str, Any]:
    """Return the fields of a form.

    Args:
        content: ``name=value`` pairs between ``&`` or ``;``.
        charset: What the unquoted bytes are encoded in.

    Returns:
        A text for a name that is there once, and a list of texts for one that is there more often.

    Raises:
        UnicodeDecodeError: They are not.
    """
    if charset in _UNAMBIGUOUS and content.isascii():
        return parse_fields(content.decode("ascii"), charset)
    fields: dict[str, Any] = {}
    for field in content.replace(b";", b"&").split(b"&"):
        if field:
            name, _, value = field.partition(b"=")
            text = unquote_plus(value).decode(charset)
            add_param(fields, unquote_plus(name).decode(charset), text)
    return fields


def unquote_plus(bs: bytes) -> bytes:
    """Return bytes with ``+`` as a space, and percent-encoded ones as themselves.

    Examples:
        >>> unquote_plus(b"two+words%21")
        b'two words!'
    """
    if b"+" in bs:
        bs = bs.replace(b"+", b" ")
    return unquote_to_bytes(bs) if b"%" in bs else bs


def add_params(params: dict[str, Any], more: Mapping[str, Any]) -> None:
    """Add parameters to others; see `add_param`."""
    if not params and list not in map(type, more.values()):
        params.update(more)
        return
    for name, value in more.items():
        if name in params or type(value) is list:
            add_param(params, name, value)
        else:
            params[name] = value


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
