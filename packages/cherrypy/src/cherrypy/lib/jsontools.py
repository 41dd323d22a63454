"""JSON in the body of the running request, and out of what its handler returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_httputil import HTTPError
from cherrypy_serving import prepared, serving
from cherrypy_tools import (
    JSON_TYPES,
    MAX_DEPTH,
    check_size,
    decode_json,
    encode_json,
    is_json_type,
    parse_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["json_handler", "json_in", "json_out", "json_processor"]


def json_processor(entity: Any) -> None:
    """Set ``request.json`` to what the JSON document in an entity stands for.

    Raises:
        HTTPError: 411, its length is not known; 400, it is not JSON.
    """
    _process(entity)


def _processor(
    max_size: int | None, max_depth: int, loads: Callable[[bytes], Any]
) -> Callable[[Any], None]:
    def process(entity: Any) -> None:
        length = entity.length
        if length is None:
            raise HTTPError(411)
        if max_size is not None:
            check_size(length, max_size)
        document = entity.fp.read()
        serving.request.json = decode_json(document, max_depth=max_depth, loads=loads)

    return process


_process = _processor(None, MAX_DEPTH, parse_json)


@prepared
def json_in(
    content_type: str | Sequence[str] = JSON_TYPES,
    force: bool = True,
    debug: bool = False,  # noqa: ARG001 - documented option
    processor: Callable[[Any], object] = json_processor,
    *,
    max_size: int | None = None,
    max_depth: int = MAX_DEPTH,
    loads: Callable[[bytes], Any] = parse_json,
) -> Callable[[Any, Any], None]:
    """Read a JSON document from the body and set ``request.json`` to what it stands for.

    Args:
        content_type: The media types that are read as JSON.
        force: Refuse bodies of other types.
        debug: Accepted for the documented signature.
        processor: What reads the body, called with the entity. The options that follow are for
            the usual one.
        max_size: Bytes of the longest document; ``None`` leaves that to the server.
        max_depth: Arrays and objects inside each other.
        loads: The decoder, for example ``orjson.loads``.

    Raises:
        HTTPError: 415, another media type.
    """
    types = (content_type,) if isinstance(content_type, str) else tuple(content_type)
    is_usual = processor is json_processor
    process = _processor(max_size, max_depth, loads) if is_usual else processor
    processors = dict.fromkeys(types, process)

    def expect(request: Any, response: Any) -> None:  # noqa: ARG001 - every tool takes both
        if request.method not in request.methods_with_bodies or not request.process_request_body:
            return
        declared = request.peek_header("Content-Type")
        if declared in types or is_json_type(declared, types, force):
            body = request.body
            body.processors = processors.copy() if force else {**body.processors, **processors}

    return expect


def json_handler(*args: Any, **kwargs: Any) -> bytes:
    """Call the handler that `json_out` replaced, and return what it returns as JSON."""
    return encode_json(serving.request._json_inner_handler(*args, **kwargs))  # noqa: SLF001 - de-facto name


@prepared
def json_out(
    content_type: str | None = "application/json",
    debug: bool = False,  # noqa: ARG001 - documented option
    handler: Callable[..., Any] = json_handler,
    *,
    dumps: Callable[[Any], bytes] = encode_json,
) -> Callable[[Any, Any], None]:
    """Turn what the handler returns into JSON.

    Args:
        content_type: The media type of the response; ``None`` leaves it alone.
        debug: Accepted for the documented signature.
        handler: What is called in place of the page handler, which it finds as
            ``request._json_inner_handler``.
        dumps: The encoder that the usual handler calls, for example ``orjson.dumps``.
    """

    def replace(request: Any, response: Any) -> None:
        inner = request.handler
        if inner is None:
            return
        if handler is json_handler:
            request.handler = _dumping(inner, dumps)
        else:
            request._json_inner_handler = inner  # noqa: SLF001 - de-facto name
            request.handler = handler
        if content_type is not None:
            response.headers["Content-Type"] = content_type

    return replace


def _dumping(inner: Callable[..., Any], dumps: Callable[[Any], bytes]) -> Callable[..., bytes]:
    """Return what `json_handler` does, for a handler that is known."""

    def dumped(*args: Any, **kwargs: Any) -> bytes:
        # The request calls its handler without arguments, and a plain call takes half the time.
        return dumps(inner(*args, **kwargs) if args or kwargs else inner())

    return dumped
