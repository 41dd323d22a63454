"""Charsets and compression of the running response."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cherrypy_serving import ambient, serving
from cherrypy_tools import Encoder, compress, decompress
from cherrypy_tools import gzip as gzip_response

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ResponseEncoder", "compress", "decompress", "encode", "gzip"]

gzip = ambient(gzip_response)

_encoder = lru_cache(maxsize=64)(Encoder)


class ResponseEncoder:
    """A page handler that encodes what another one returns.

    It stands in place of the handler of the request that is running when it is made.

    Args:
        encoding: The only charset to use; ``None`` lets the client choose.
        errors: What to do with a character that the charset lacks, as in `str.encode`.
        text_only: Leave media types other than ``text/*`` alone.
        add_charset: Name the charset in ``Content-Type``.
        default_encoding: The charset for clients that do not choose.
        media_types: Patterns of further types to encode, such as ``application/*+xml``.
        debug: Accepted for the documented signature.
    """

    __slots__ = ("encoder", "oldhandler")

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
        self.encoder = _encoder(
            encoding,
            errors,
            text_only,
            add_charset,
            default_encoding,
            media_types=tuple(media_types),
        )
        request = serving.request
        self.oldhandler = request.handler
        if request.handler is not None:
            request.handler = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the handler, and return what it returns as bytes."""
        body = self.oldhandler(*args, **kwargs)
        request, response = serving.request, serving.response
        headers = response.headers
        declared = headers.get("Content-Type")
        result, label = self.encoder.encode(
            body, declared, request.peek_header("Accept-Charset") or None, response.stream
        )
        if label is not None and label is not declared:
            headers["Content-Type"] = label
        if result is not body:
            headers.pop("Content-Length", None)
        return result


def encode(
    encoding: str | None = None,
    errors: str = "strict",
    text_only: bool = True,
    add_charset: bool = True,
    default_encoding: str = "utf-8",
    *,
    media_types: Sequence[str] = (),
    debug: bool = False,
) -> None:
    """Let a `ResponseEncoder` with these options encode what the running handler returns."""
    ResponseEncoder(
        encoding,
        errors,
        text_only,
        add_charset,
        default_encoding,
        media_types=media_types,
        debug=debug,
    )
