"""Charsets and compression of the running response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cherrypy_serving import ambient, serving
from cherrypy_tools import Encoder, compress, decompress
from cherrypy_tools import gzip as gzip_response
from cherrypy_web import Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["EncodeTool", "ResponseEncoder", "compress", "decompress", "gzip"]

gzip = ambient(gzip_response)

_get = dict.get
_pop = dict.pop


class ResponseEncoder:
    """A page handler that encodes what another one returns.

    It takes the place of the handler of the request that is running when it is made.

    Args:
        encoding: The only charset to use; ``None`` lets the client choose.
        errors: What to do with a character that the charset lacks, as in `str.encode`.
        text_only: Leave media types other than ``text/*`` alone.
        add_charset: Name the charset in ``Content-Type``.
        default_encoding: The charset for clients that do not choose.
        media_types: Patterns of further types to encode, such as ``application/*+xml``.
        debug: Accepted for the documented signature.
    """

    def __init__(
        self,
        encoding: str | None = None,
        errors: str = "strict",
        text_only: bool = True,
        add_charset: bool = True,
        default_encoding: str = "utf-8",
        *,
        media_types: Sequence[str] = (),
        debug: bool = False,  # noqa: ARG002 - documented option
    ) -> None:
        encoder = Encoder(
            encoding, errors, text_only, add_charset, default_encoding, media_types=media_types
        )
        self._handler = _EncodedHandler(encoder, serving.request, serving.response)
        if serving.request.handler is not None:
            serving.request.handler = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the handler, and return what it returns as bytes."""
        return self._handler(*args, **kwargs)


class _EncodedHandler:
    __slots__ = ("_encoder", "_handler", "_request", "_response")

    def __init__(self, encoder: Encoder, request: Any, response: Any) -> None:
        self._encoder = encoder
        self._handler = request.handler
        self._request = request
        self._response = response

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        body = self._handler(*args, **kwargs)
        response = self._response
        headers = response.headers
        declared = _get(headers, "Content-Type")
        accepted = self._request.peek_header("Accept-Charset") or None
        result, label = self._encoder.encode(body, declared, accepted, response.stream)
        if label is not None and label is not declared:
            headers["Content-Type"] = label
        if result is not body:
            _pop(headers, "Content-Length", None)
        return result


class EncodeTool(Tool[...]):
    """Encode the text that handlers return. Its options are those of `ResponseEncoder`."""

    def __init__(self) -> None:
        super().__init__("before_handler", ResponseEncoder, priority=70)

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hook that puts an encoder around the handler; it is made once."""
        kwargs = {name: options[name] for name in options if name not in {"debug", "priority"}}
        encoder = Encoder(**kwargs)

        @ambient
        def wrap(request: Any, response: Any) -> None:
            if request.handler is not None:
                request.handler = _EncodedHandler(encoder, request, response)

        priority = {"priority": options["priority"]} if "priority" in options else {}
        yield self._point, self._hook(wrap, priority)
