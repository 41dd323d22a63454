"""JSON in and out of bodies: the pure parts of the `json_in` and `json_out` tools.

What comes in is hostile until it is decoded: its length and the depth of its nesting are checked
before the decoder sees it, and every fault becomes a response that says what is wrong with it.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from cherrypy_httputil import HTTPError
from cherrypy_tools.media import media_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

JSON_TYPES = ("application/json", "text/javascript")
"""The documented media types of JSON in a request."""

MAX_DEPTH = 200
"""Arrays and objects inside each other that are decoded by default."""


class _ConstantError(ValueError):
    """A number in the document that JSON does not have."""


def _refuse_constant(name: str) -> NoReturn:
    raise _ConstantError(f"{name} is no JSON value")


_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode
_encode = json.JSONEncoder(allow_nan=False).encode

LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
DEPTH_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


def parse_json(document: bytes) -> Any:
    """Return what a JSON document in UTF-8 stands for (RFC 8259).

    Raises:
        ValueError: It is no JSON; `NaN` and `Infinity` are none. Errors of decoding are of this
            kind, too.

    Examples:
        >>> parse_json(b'{"a": [1, null]}')
        {'a': [1, None]}
    """
    return _decode(document.removeprefix(codecs.BOM_UTF8).decode())


class Reader(Protocol):
    """An open request body."""

    def read(self, size: int = -1, /) -> bytes:
        """Return at most `size` bytes."""
        ...


def json_in(
    request: RequestMessage,
    body: Reader,
    content_type: str | Sequence[str] = JSON_TYPES,
    force: bool = True,
    *,
    max_size: int | None = None,
    max_depth: int = MAX_DEPTH,
    loads: Callable[[bytes], Any] = parse_json,
) -> Any:
    """Return what the JSON document in `body` stands for.

    Args:
        request: The request; Content-Type and Content-Length are read.
        body: Where the document is read from, exactly as long as Content-Length says.
        content_type: The media types that are taken as JSON.
        force: Refuse other types; without it they are not read, and give None.
        max_size: Bytes of the longest document; None leaves that to the server.
        max_depth: Arrays and objects inside each other.
        loads: The decoder, for example `orjson.loads`.

    Raises:
        HTTPError: 415 for another media type, 411 without Content-Length, 413 if the document is
            too long, 400 if it is no JSON or too deep, with the position of the fault.

    Examples:
        >>> from webob import Request
        >>> request = Request.blank("/", POST=b'{"a": 1}', content_type="application/json")
        >>> json_in(request, request.body_file)
        {'a': 1}
        >>> request = Request.blank("/", POST=b'{"a": }', content_type="application/json")
        >>> json_in(request, request.body_file)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPError: (400, '...: Expecting value at line 1 column 7')
    """
    if not is_json(request, content_type, force):
        return None
    length = checked_length(request, max_size)
    return decode_json(body.read(length), max_depth=max_depth, loads=loads)


def is_json(
    request: RequestMessage, content_type: str | Sequence[str] = JSON_TYPES, force: bool = True
) -> bool:
    """Tell whether the body is of one of the types in `content_type`.

    Raises:
        HTTPError: 415 if it is not, and `force` is set.

    Examples:
        >>> from webob import Request
        >>> is_json(Request.blank("/", headers={"Content-Type": "application/json"}))
        True
        >>> is_json(Request.blank("/", headers={"Content-Type": "text/plain"}), force=False)
        False
    """
    wanted = (content_type,) if isinstance(content_type, str) else tuple(content_type)
    return is_json_type(request.headers.get("Content-Type", ""), wanted, force)


def is_json_type(declared: str, wanted: tuple[str, ...], force: bool = True) -> bool:
    """Tell whether a Content-Type is one of the media types in `wanted`.

    Raises:
        HTTPError: 415 if it is not, and `force` is set.

    Examples:
        >>> is_json_type("application/json;charset=utf-8", ("application/json",))
        True
    """
    if declared in wanted or media_type(declared) in map(media_type, wanted):
        return True
    if force:
        raise HTTPError(415, f"Expected an entity of content type {', '.join(wanted)}")
    return False


def checked_length(request: RequestMessage, max_size: int | None = None) -> int:
    """Return Content-Length as a number of bytes.

    Raises:
        HTTPError: 411 if there is none, 400 if it is no number, 413 if it is above `max_size`.

    Examples:
        >>> from webob import Request
        >>> checked_length(Request.blank("/", POST=b"[1, 2]"), max_size=100)
        6
    """
    value = request.headers.get("Content-Length")
    if not value:
        raise HTTPError(411)
    if not LENGTH.fullmatch(value):
        raise HTTPError(400, f"Content-Length {value!r} is not a number of bytes")
    length = int(value)
    check_size(length, max_size)
    return length


def check_size(length: int, max_size: int | None) -> None:
    """Refuse a document of more than `max_size` bytes, if there is such a limit.

    Raises:
        HTTPError: 413.

    Examples:
        >>> check_size(10, max_size=100)
        >>> check_size(1000, max_size=100)
        Traceback (most recent call last):
        cherrypy_httputil.errors.HTTPError: (413, 'The JSON document has 1000 bytes; ...')
    """
    if max_size is not None and length > max_size:
        raise HTTPError(413, f"The JSON document has {length} bytes; {max_size} are allowed")


def decode_json(
    document: bytes, *, max_depth: int = MAX_DEPTH, loads: Callable[[bytes], Any] = parse_json
) -> Any:
    """Return what `document` stands for.

    Raises:
        HTTPError: 400, with the position of the fault, if it is no JSON, or nests arrays and
            objects deeper than `max_depth`.

    Examples:
        >>> decode_json(b'{"a": [1, null]}')
        {'a': [1, None]}
        >>> decode_json(b"[1,")
        Traceback (most recent call last):
        cherrypy_httputil.errors.HTTPError: (400, 'Invalid JSON document: ... at line 1 column 4')
    """
    if document.count(b"[") + document.count(b"{") > max_depth:
        check_depth(document, max_depth)
    try:
        return loads(document)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise HTTPError(400, f"Invalid JSON document: {error.msg} at {where}") from None
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not {error.encoding}"
        raise HTTPError(400, f"Invalid JSON document: {what}") from None
    except _ConstantError as error:
        raise HTTPError(400, f"Invalid JSON document: {error}") from None
    except (ValueError, RecursionError):
        raise HTTPError(400, "Invalid JSON document") from None


def check_depth(document: bytes, max_depth: int) -> None:
    """Refuse a document that nests deeper than `max_depth`, without decoding it.

    Raises:
        HTTPError: 400, with the position of the bracket that is one too many.

    Examples:
        >>> check_depth(b'[["[["]]', 2)
        >>> check_depth(b"[[[]]]", 2)
        Traceback (most recent call last):
            ...
        cherrypy_httputil.errors.HTTPError: (400, '...: more than 2 levels deep at byte 2')
    """
    if document.count(b"[") + document.count(b"{") <= max_depth:
        return
    depth = 0
    for token in DEPTH_TOKENS.finditer(document):
        if token[0] in b"[{":
            depth += 1
            if depth > max_depth:
                where = f"more than {max_depth} levels deep at byte {token.start()}"
                raise HTTPError(400, f"Invalid JSON document: {where}")
        elif token[0] in b"]}":
            depth -= 1


def encode_json(value: Any) -> bytes:
    """Return `value` as JSON in ASCII (RFC 8259).

    Raises:
        TypeError: `value` holds something that JSON has no form for.
        ValueError: `value` contains itself, or a number that is infinite or none.

    Examples:
        >>> encode_json({"a": [1, None]})
        b'{"a": [1, null]}'
    """
    return _encode(value).encode("ascii")


def json_out(
    request: RequestMessage,  # noqa: ARG001 - every tool takes the exchange
    response: ResponseMessage,
    value: Any,
    content_type: str | None = "application/json",
    *,
    dumps: Callable[[Any], bytes] = encode_json,
) -> list[bytes]:
    """Return `value` as the body of a JSON response.

    Args:
        request: The request; it is not read.
        response: The response whose Content-Type is set.
        value: What the document stands for.
        content_type: The media type to set; None leaves the header alone.
        dumps: The encoder, for example `orjson.dumps`.

    Raises:
        TypeError: `value` holds something that the encoder has no form for.
        ValueError: `value` contains itself.

    Examples:
        >>> from webob import Request, Response
        >>> response = Response()
        >>> response.app_iter = json_out(Request.blank("/"), response, {"a": [1, None]})
        >>> response.body, response.headers["Content-Type"]
        (b'{"a": [1, null]}', 'application/json')
    """
    document = dumps(value)
    if content_type is not None:
        response.headers["Content-Type"] = content_type
    return [document]
