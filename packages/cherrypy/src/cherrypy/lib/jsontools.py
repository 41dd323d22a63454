"""JSON in the body of the running request, and out of what its handler returns."""

from __future__ import annotations

from functools import partial
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
    _process(serving.request, None, MAX_DEPTH, parse_json, entity)


def _process(
    request: Any,
    max_size: int | None,
    max_depth: int,
    loads: Callable[[bytes], Any],
    entity: Any,
) -> None:
    length = entity.length
    if length is None:
        raise HTTPError(411)
    check_size(length, max_size)
    request.json = decode_json(entity.fp.read(), max_depth=max_depth, loads=loads)


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

    def expect(request: Any, response: Any) -> None:  # noqa: ARG001 - every tool takes both
        if request.method not in request.methods_with_bodies or not request.process_request_body:
            return
        if not is_json_type(request.peek_header("Content-Type"), types, force):
            return
        process = processor
        if processor is json_processor:
            process = partial(_process, request, max_size, max_depth, loads)
        body = request.body
        others = {} if force else body.processors
        body.processors = {**others, **dict.fromkeys(types, process)}

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
        if request.handler is None:
            return
        request._json_inner_handler = request.handler  # noqa: SLF001 - de-facto name
        request.handler = _Dumped(request, dumps) if handler is json_handler else handler
        if content_type is not None:
            response.headers["Content-Type"] = content_type

    return replace


class _Dumped:
    """What `json_handler` does, for a request that is known."""

    __slots__ = ("_dumps", "_request")

    def __init__(self, request: Any, dumps: Callable[[Any], bytes]) -> None:
        self._request = request
        self._dumps = dumps

    def __call__(self, *args: Any, **kwargs: Any) -> bytes:
        return self._dumps(self._request._json_inner_handler(*args, **kwargs))  # noqa: SLF001 - as above
