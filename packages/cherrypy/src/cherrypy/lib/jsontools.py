"""JSON in the body of the running request, and out of what its handler returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_serving import serving
from cherrypy_tools import JSON_TYPES, MAX_DEPTH, checked_length, decode_json, encode_json, is_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["json_handler", "json_in", "json_out", "json_processor"]


def json_processor(entity: Any) -> None:
    """Set ``request.json`` to what the JSON document in an entity stands for.

    Raises:
        HTTPError: 411, its length is not known; 400, it is not JSON.
    """
    _process(entity, None, MAX_DEPTH)


def _process(entity: Any, max_size: int | None, max_depth: int) -> None:
    request = serving.request
    checked_length(request, max_size)
    request.json = decode_json(entity.fp.read(), max_depth=max_depth)


def json_in(
    content_type: str | Sequence[str] = JSON_TYPES,
    force: bool = True,
    debug: bool = False,  # noqa: ARG001 - documented option
    processor: Callable[[Any], object] | None = None,
    *,
    max_size: int | None = None,
    max_depth: int = MAX_DEPTH,
) -> None:
    """Read a JSON document from the body and set ``request.json`` to what it stands for.

    Args:
        content_type: The media types that are read as JSON.
        force: Refuse bodies of other types.
        debug: Accepted for the documented signature.
        processor: What reads the body instead, called with the entity.
        max_size: Bytes of the longest document; ``None`` leaves that to the server.
        max_depth: Arrays and objects inside each other.

    Raises:
        HTTPError: 415, another media type.
    """
    request = serving.request
    if request.method not in request.methods_with_bodies or not request.process_request_body:
        return
    if not is_json(request, content_type, force):
        return
    process = processor or (lambda entity: _process(entity, max_size, max_depth))
    body = request.body
    if force:
        body.processors.clear()
    for each in (content_type,) if isinstance(content_type, str) else content_type:
        body.processors[each] = process


def json_handler(*args: Any, **kwargs: Any) -> bytes:
    """Call the handler that `json_out` replaced, and return what it returns as JSON."""
    return encode_json(serving.request._json_inner_handler(*args, **kwargs))  # noqa: SLF001 - de-facto name


def json_out(
    content_type: str | None = "application/json",
    debug: bool = False,  # noqa: ARG001 - documented option
    handler: Callable[..., Any] = json_handler,
) -> None:
    """Turn what the handler returns into JSON.

    Args:
        content_type: The media type of the response; ``None`` leaves it alone.
        debug: Accepted for the documented signature.
        handler: What is called in place of the page handler, which it finds as
            ``request._json_inner_handler``.
    """
    request = serving.request
    if request.handler is None:
        return
    request._json_inner_handler = request.handler  # noqa: SLF001 - de-facto name
    request.handler = handler
    if content_type is not None:
        serving.response.headers["Content-Type"] = content_type
