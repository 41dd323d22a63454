"""Charsets of the running request's body, and charsets and compression of its response."""

from __future__ import annotations

import codecs
from types import NoneType
from typing import TYPE_CHECKING, Any

import cherrypy_tools
from cherrypy_httputil import HTTPError
from cherrypy_serving import ambient, serving
from cherrypy_tools import Encoder, StreamEncoder, compress, decompress
from cherrypy_web import Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "EncodeTool",
    "ResponseEncoder",
    "UTF8StreamEncoder",
    "compress",
    "compress_response",
    "decode",
    "decompress",
    "gzip",
]

gzip = ambient(cherrypy_tools.gzip)
compress_response = ambient(cherrypy_tools.compress_response)

_NO_HANDLER = (NoneType, Exception)

_get = dict.get
_has = dict.__contains__
_set = dict.__setitem__


def _decode(
    request: Any,
    response: Any,  # noqa: ARG001 - every tool takes the exchange
    encoding: str | Sequence[str] | None = None,
    default_encoding: str | Sequence[str] = "utf-8",
) -> None:
    """Say which charsets the body of the running request is decoded with.

    Args:
        request: The running request.
        response: Its response.
        encoding: The only ones to try, whatever the client declares.
        default_encoding: More to try where ``encoding`` is not given.

    Raises:
        ValueError: One of them is no charset.
    """
    body = request.body
    body.attempt_charsets = cherrypy_tools.request_charsets(
        body.attempt_charsets, encoding, default_encoding
    )


decode = ambient(_decode)


class UTF8StreamEncoder(StreamEncoder):
    """Encode the text in an iterable as UTF-8 while it is read; `close()` closes the iterable.

    Args:
        iterator: Texts and bytes; these pass as they are.
    """

    def __init__(self, iterator: Iterable[str | bytes]) -> None:
        super().__init__(iterator, "utf-8")


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

    Attributes:
        body: What the other handler returned, encoded or not yet.
        failmsg: The message where nobody chose the charset, and it lacks a character.
    """

    encoding: str | None = None
    errors: str = "strict"
    text_only: bool = True
    add_charset: bool = True
    default_encoding: str = "utf-8"
    media_types: Sequence[str] = ()
    debug: bool = False
    failmsg: str = "Response body could not be encoded with %r."

    def __init__(
        self,
        encoding: str | None = None,
        errors: str = "strict",
        text_only: bool = True,
        add_charset: bool = True,
        default_encoding: str = "utf-8",
        *,
        media_types: Sequence[str] = (),
        debug: bool = False,
    ) -> None:
        self.encoding = encoding
        self.errors = errors
        self.text_only = text_only
        self.add_charset = add_charset
        self.default_encoding = default_encoding
        self.media_types = media_types
        self.debug = debug
        self.body: Any = None
        request = serving.request
        self.oldhandler = request.handler
        if self.oldhandler is not None:
            request.handler = self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the handler, and return what it returns as bytes."""
        self.body = self.oldhandler(*args, **kwargs)
        self.find_acceptable_charset()
        return self.body

    def encode_stream(self, encoding: str) -> bool:
        """Let ``body`` be encoded while it is read; return whether the charset is known."""
        try:
            codecs.lookup(encoding)
        except LookupError:
            return False
        self.body = StreamEncoder(_pieces(self.body), encoding, self.errors)
        return True

    def encode_string(self, encoding: str) -> bool:
        """Encode the whole ``body``; return whether the charset is known and fits."""
        self.body = list(_pieces(self.body))
        try:
            self.body = list(StreamEncoder(self.body, encoding, self.errors))
        except (LookupError, UnicodeError):
            return False
        return True

    def find_acceptable_charset(self) -> None:
        """Encode ``body`` in a charset that the client takes, and label the response with it.

        Raises:
            HTTPError: 406, the client takes none that fits; 500, nobody chose, and the default
                does not fit.
        """
        request, response = serving.request, serving.response
        encode = Encoder(
            self.encoding,
            self.errors,
            self.text_only,
            self.add_charset,
            self.default_encoding,
            media_types=self.media_types,
        )
        try:
            self.body = encode(request, response, self.body, stream=response.stream)
        except HTTPError as error:
            if error.code != 500:  # noqa: PLR2004 - Internal Server Error
                raise
            raise HTTPError(500, self.failmsg % self.default_encoding) from error


def _pieces(body: Any) -> Iterable[str | bytes]:
    if body is None:
        return []
    return [body] if isinstance(body, str | bytes) else body


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
            _set(headers, "Content-Type", label)  # made of a value that the map has judged before
        if result is not body and _has(headers, "Content-Length"):
            del headers["Content-Length"]
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
            # An error that stands in the handler's place has no text to encode.
            if not isinstance(request.handler, _NO_HANDLER):
                request.handler = _EncodedHandler(encoder, request, response)

        priority = {"priority": options["priority"]} if "priority" in options else {}
        yield self._point, self._hook(wrap, priority)
