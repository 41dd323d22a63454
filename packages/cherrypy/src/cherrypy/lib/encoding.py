"""Charsets of the running request's body, and charsets and compression of its response."""

from __future__ import annotations

import codecs
import logging
from typing import TYPE_CHECKING, Any

import cherrypy_tools
from cherrypy_serving import prepared, serving
from cherrypy_tools import (
    MIME_TYPES,
    MIN_SIZE,
    Encoder,
    ResponseCompressor,
    StreamEncoder,
    checked_level,
    compress,
    decompress,
    request_charsets,
    set_vary_header,
)
from cherrypy_web import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "ResponseEncoder",
    "UTF8StreamEncoder",
    "compress",
    "compress_response",
    "decode",
    "decompress",
    "gzip",
]

log: logging.Logger = logging.getLogger(__name__)


@prepared
def compress_response(
    codings: Sequence[str] | None = None,
    mime_types: Sequence[str] = MIME_TYPES,
    levels: Mapping[str, int] | None = None,
    min_size: int = MIN_SIZE,
    debug: bool = False,
) -> Callable[[Any, Any], None]:
    """Compress the body of the running response by the coding that the client likes best.

    The options are those of `cherrypy_tools.ResponseCompressor`.

    Raises:
        HTTPError: 406, the client refuses the plain body and all codings; 400, a quality is no
            number.
        ValueError: A coding is unknown, or a level is none of its levels.
        ImportError: A coding needs a library that is not installed.
    """
    compress_it = ResponseCompressor(codings, mime_types, levels, min_size, debug)
    return lambda request, response: compress_it(reading(request), response)


_get = dict.get
_has = dict.__contains__
_set = dict.__setitem__


@prepared
def gzip(
    compress_level: int = 5,
    mime_types: Sequence[str] = ("text/html", "text/plain"),
    debug: bool = False,
) -> Callable[[Any, Any], None]:
    """Compress the body of the running response, if the client accepts that and it is of a type.

    The options are those of `cherrypy_tools.gzip`.

    Raises:
        HTTPError: 406, the client refuses the plain body and gzip; 400, a quality is no number.
        ValueError: There is no such level.
    """
    level, types = checked_level("gzip", compress_level), tuple(mime_types)
    return lambda request, response: cherrypy_tools.gzip(
        reading(request), response, level, types, debug
    )


@prepared
def decode(
    encoding: str | Sequence[str] | None = None, default_encoding: str | Sequence[str] = "utf-8"
) -> Callable[[Any, Any], None]:
    """Say which charsets the body of the running request is decoded with.

    Args:
        encoding: The only ones to try, whatever the client declares.
        default_encoding: More to try where ``encoding`` is not given.

    Raises:
        ValueError: One of them is no charset.
    """
    named = request_charsets([], encoding, default_encoding)

    def choose(request: Any, response: Any) -> None:  # noqa: ARG001 - every tool takes both
        if request.process_request_body:
            body = request.body
            others = [] if encoding is not None else body.attempt_charsets
            body.attempt_charsets = list(dict.fromkeys([*others, *named]))

    return choose


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
        debug: Report what becomes of each body.
        failmsg: The message where nobody chose the charset, and it lacks a character.

    Attributes:
        body: What the other handler returned, encoded or not yet.
    """

    encoding: str | None = None
    errors: str = "strict"
    text_only: bool = True
    add_charset: bool = True
    default_encoding: str = "utf-8"
    media_types: Sequence[str] = ()
    debug: bool = False
    failmsg: str = cherrypy_tools.FAILURE

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
        failmsg: str | None = None,
    ) -> None:
        self.encoding = encoding
        self.errors = errors
        self.text_only = text_only
        self.add_charset = add_charset
        self.default_encoding = default_encoding
        self.media_types = media_types
        self.debug = debug
        self.failmsg = failmsg or self.failmsg
        self.body: Any = None
        request = serving.request
        self.oldhandler: Any = request.handler
        if self.oldhandler is not None:
            request.handler = self

    @classmethod
    def prepare(cls, *, debug: bool = False, **options: Any) -> Callable[[Any, Any], None]:
        """Return what puts an encoder around the handler of a request, its options being known.

        A class derived from this one is made for each request: it may override any method.
        """
        if cls is not ResponseEncoder:
            return lambda _request, _response: cls.wrap(debug=debug, **options)
        return _wrapper((_TracedEncoder if debug else Encoder)(**options))

    @classmethod
    def wrap(cls, **options: Any) -> None:
        """Put an encoder around the handler of the running request."""
        cls(**options)

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
        kind = _TracedEncoder if self.debug else Encoder
        encode = kind(
            self.encoding,
            self.errors,
            self.text_only,
            self.add_charset,
            self.default_encoding,
            media_types=self.media_types,
            failmsg=self.failmsg,
        )
        response = serving.response
        self.body = encode(serving.request, response, self.body, stream=response.stream)


class _TracedEncoder(Encoder):
    __slots__ = ()

    def pair(
        self,
        body: Any,
        content_type: str | None,
        accept_charset: str | None = None,
        stream: bool = False,
    ) -> tuple[Iterable[Any], str | None]:
        encoded, label = super().pair(body, content_type, accept_charset, stream)
        log.info("%r, %r taken: %r", content_type, accept_charset, label)
        return encoded, label


def _pieces(body: Any) -> Iterable[str | bytes]:
    if body is None:
        return []
    return [body] if isinstance(body, str | bytes) else body


def _wrapper(encoder: Encoder) -> Callable[[Any, Any], None]:
    """Return what puts an encoder around the handler of a request."""

    def wrap(request: Any, response: Any) -> None:
        handler = request.handler
        if handler is None or isinstance(handler, Exception):
            return  # an error that stands in the handler's place has no text to encode

        def encoded(*args: Any, **kwargs: Any) -> Any:
            # The request calls its handler without arguments; a plain call takes half the time.
            body = handler(*args, **kwargs) if args or kwargs else handler()
            headers = response.headers
            declared = _get(headers, "Content-Type")
            accepted = request.peek_header("Accept-Charset") or None
            result, label = encoder.pair(body, declared, accepted, response.stream)
            if label is not None and label is not declared:
                _set(headers, "Content-Type", label)  # the map has judged what it is made of
                if accepted:
                    set_vary_header(response, "Accept-Charset")
            if result is not body and _has(headers, "Content-Length"):
                del headers["Content-Length"]
            return result

        request.handler = encoded

    return wrap
