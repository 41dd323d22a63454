"""Turn a handler's text into bytes, in a charset that the client takes: the `encode` tool.

Every text response passes here, so the usual case (one `str` or `bytes`) is one cached look-up
and one `str.encode`. Bytes pass as they are: whoever made them knows their charset.
"""

from __future__ import annotations

import codecs
import reprlib
from collections.abc import Coroutine
from typing import (
    TYPE_CHECKING,
    Any,
    NamedTuple,
    Protocol,
    TypeAlias,
    cast,
    runtime_checkable,
)

from cherrypy_tools.charset import FAILURE, Options, Plan, checked, failure, planner
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage

CHUNK = 65536
"""Characters or bytes read at once from a body that is a file."""

STATELESS = frozenset({"ascii", "us-ascii", "iso-8859-1", "utf-8"})
"""The usual charsets in which a chunk is encoded as if there were no other."""


@runtime_checkable
class Readable(Protocol):
    """A body that is an open file, of text or of bytes.

    Examples:
        >>> from io import BytesIO
        >>> isinstance(BytesIO(b"text"), Readable), isinstance(b"text", Readable)
        (True, False)
    """

    def read(self, size: int, /) -> str | bytes:
        """Return the next `size` characters or bytes."""
        ...


Body: TypeAlias = "str | bytes | bytearray | memoryview | Readable | Iterable[str | bytes] | None"
"""What a handler may return."""


class Encoded(NamedTuple):
    r"""A body, and the Content-Type that describes it.

    The body holds text still if its media type is not one that is encoded.

    Examples:
        >>> encoded = Encoder().encode("é", "text/html")
        >>> encoded.body, encoded.content_type
        ([b'\xc3\xa9'], 'text/html;charset=utf-8')
    """

    body: Iterable[Any]
    content_type: str | None


class Encoder:
    r"""Encode bodies by one set of options.

    Args:
        encoding: The only charset to use; None lets the client choose.
        errors: What to do with a character that the charset lacks, as in `str.encode`.
        text_only: Leave media types other than `text/*` alone.
        add_charset: Name the charset in Content-Type.
        default_encoding: The charset for clients that do not choose.
        media_types: Patterns of further types to encode, such as `application/*+xml`.
        failmsg: The message where nobody chose the charset, and it lacks a character.

    Raises:
        ValueError: A charset, the way to handle errors, or the message is none.

    Examples:
        >>> from webob import Request, Response
        >>> encoder = Encoder(media_types=["application/*+xml"])
        >>> response = Response(content_type="application/atom+xml", charset=None)
        >>> encoder(Request.blank("/"), response, "é")
        [b'\xc3\xa9']
        >>> response.headers["Content-Type"]
        'application/atom+xml;charset=utf-8'
    """

    __slots__ = ("_options", "_plan")

    def __init__(
        self,
        encoding: str | None = None,
        errors: str = "strict",
        text_only: bool = True,
        add_charset: bool = True,
        default_encoding: str = "utf-8",
        *,
        media_types: Sequence[str] = (),
        failmsg: str = FAILURE,
    ) -> None:
        types = tuple(media_types)
        self._options = checked(
            Options(encoding, errors, text_only, add_charset, default_encoding, types, failmsg)
        )
        self._plan = planner(self._options)

    def encode(
        self,
        body: Body,
        content_type: str | None,
        accept_charset: str | None = None,
        stream: bool = False,
    ) -> Encoded:
        """Return `body` as bytes, with the Content-Type that says how.

        A charset that `content_type` names already is used and stays. A body with a true attribute
        `yields_bytes` (a file that is served) passes as it is, unread and unlabelled. Without
        `stream` any other body is read, and the charsets that the client takes are tried in turn;
        with it the text is encoded while it is read, in the first of them.

        Raises:
            HTTPError: 406 if no charset that may be used can express the text; 500 if nobody
                chose one, and the default cannot.
        """
        return Encoded(*self.pair(body, content_type, accept_charset, stream))

    def pair(
        self,
        body: Body,
        content_type: str | None,
        accept_charset: str | None = None,
        stream: bool = False,
    ) -> tuple[Iterable[Any], str | None]:
        """Return what `encode` does, as a plain pair: it is made for each text that is sent."""
        chosen = self._plan(content_type, accept_charset)
        if type(body) is bytes:
            return [body], chosen.bytes_label
        if type(body) is str and chosen.charsets:
            try:
                data = body.encode(chosen.charsets[0], self._options.errors)
            except UnicodeError:
                pass  # the other charsets are tried below
            else:
                return [data], chosen.labels[0]
        if getattr(body, "yields_bytes", False):
            return cast("Iterable[bytes]", body), content_type
        chunks = as_chunks(body)
        if not chosen.applies:
            return chunks, content_type
        check_iterable(chunks)
        if stream and not isinstance(chunks, list):
            return self._streamed(chunks, chosen, accept_charset)
        return self._collected(collect(chunks), chosen, accept_charset)

    def _streamed(
        self, chunks: Iterable[str | bytes], chosen: Plan, accept_charset: str | None
    ) -> Encoded:
        if not chosen.charsets:
            close(chunks)
            raise failure(self._options, accept_charset, chosen.names)
        stream = StreamEncoder(chunks, chosen.charsets[0], self._options.errors)
        return Encoded(stream, chosen.labels[0])

    def _collected(
        self, chunks: list[str | bytes], chosen: Plan, accept_charset: str | None
    ) -> Encoded:
        if all(isinstance(chunk, bytes) for chunk in chunks):
            return Encoded(chunks, chosen.bytes_label)
        for charset, label in zip(chosen.charsets, chosen.labels, strict=True):
            try:
                return Encoded(list(encoded(chunks, charset, self._options.errors)), label)
            except UnicodeError:
                continue
        raise failure(self._options, accept_charset, chosen.names)

    def __call__(
        self,
        request: RequestMessage,
        response: ResponseMessage,
        body: Body,
        *,
        stream: bool = False,
    ) -> Iterable[Any]:
        """Encode `body` for this exchange, label the response, and return the bytes.

        Where the client has sent Accept-Charset, Vary says so. Hardly any does, so no other
        response varies: what is made without that field, every client can read.
        """
        headers = response.headers
        content_type = headers.get("Content-Type")
        accept_charset = request.headers.get("Accept-Charset")
        result, label = self.encode(body, content_type, accept_charset, stream)
        if label is not None and label is not content_type:
            headers["Content-Type"] = label
            if accept_charset:
                set_vary_header(response, "Accept-Charset")
        if result is not body:
            headers.pop("Content-Length", None)
        return result


def encode(
    request: RequestMessage,
    response: ResponseMessage,
    body: Body,
    encoding: str | None = None,
    errors: str = "strict",
    text_only: bool = True,
    add_charset: bool = True,
    default_encoding: str = "utf-8",
    *,
    media_types: Sequence[str] = (),
    stream: bool = False,
) -> Iterable[Any]:
    """Encode `body` once, with the options of an `Encoder`; return the bytes.

    Raises:
        HTTPError: 406 or 500, as `Encoder.encode` says.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Accept-Charset": "us-ascii, utf-16-le;q=0.5"})
        >>> response = Response(content_type="text/plain", charset=None)
        >>> b"".join(encode(request, response, "é")).decode("utf-16-le")
        'é'
        >>> response.headers["Content-Type"]
        'text/plain;charset=utf-16-le'
    """
    encoder = Encoder(
        encoding, errors, text_only, add_charset, default_encoding, media_types=media_types
    )
    return encoder(request, response, body, stream=stream)


class StreamEncoder:
    """Encode the chunks of an iterable while they are read; `close()` closes the iterable.

    Examples:
        >>> list(StreamEncoder(["one", b"two"], "utf-8"))
        [b'one', b'two']
    """

    def __init__(
        self, chunks: Iterable[str | bytes], encoding: str = "utf-8", errors: str = "strict"
    ) -> None:
        self._chunks = chunks
        self._encoded = encoded(chunks, encoding, errors)

    def __iter__(self) -> Iterator[bytes]:
        return self._encoded

    def __next__(self) -> bytes:
        return next(self._encoded)

    def close(self) -> None:
        """Close the iterable, if it can be closed."""
        close(self._chunks)


def encoded(chunks: Iterable[str | bytes], charset: str, errors: str) -> Iterator[bytes]:
    """Yield `chunks` with the text among them encoded as one text (one byte order mark).

    Raises:
        UnicodeError: A chunk cannot be expressed in `charset`, and `errors` is strict.
    """
    if charset.lower() in STATELESS:
        for chunk in chunks:
            yield chunk.encode(charset, errors) if isinstance(chunk, str) else chunk
        return
    encoder = codecs.getincrementalencoder(charset)(errors)
    for chunk in chunks:
        yield encoder.encode(chunk) if isinstance(chunk, str) else chunk
    tail = encoder.encode("", final=True)
    if tail:
        yield tail


class FileChunks:
    """An open file as chunks; `close()` closes it."""

    def __init__(self, file: Readable, size: int = CHUNK) -> None:
        self._file = file
        self._size = size

    def __iter__(self) -> Iterator[str | bytes]:
        while chunk := self._file.read(self._size):
            yield chunk

    def close(self) -> None:
        """Close the file, if it can be closed."""
        close(self._file)


def as_chunks(body: Body) -> Iterable[str | bytes]:
    """Return `body` as an iterable of chunks: a list if it is in memory already."""
    if body is None:
        return []
    if isinstance(body, (str, bytes)):
        return [body]
    if hasattr(body, "read"):  # a Readable; Python 3.11 takes 8 µs to ask for a Protocol
        return FileChunks(cast("Readable", body))
    if isinstance(body, (bytearray, memoryview)):
        return [bytes(body)]
    return list(body) if isinstance(body, tuple) else body


def check_iterable(body: object) -> None:
    """Refuse what is no body, such as a number.

    Raises:
        TypeError: It can be nothing but the programmer's mistake.
    """
    if not (hasattr(body, "__iter__") or hasattr(body, "__getitem__")):
        raise TypeError(
            "a body has to be text, bytes, an iterable of these, a file or None, not "
            f"{reprlib.repr(body)}{_advice(body)}"
        )


def _advice(body: object) -> str:
    if isinstance(body, Exception):
        return "; raise it, in place of returning it"
    if isinstance(body, Coroutine):
        body.close()  # or Python warns that nobody awaited it, somewhere else
        return "; a page is a plain function, not an async one"
    if isinstance(body, (int, float)):
        return f"; return str({body!r})"
    return ""


def collect(chunks: Iterable[str | bytes]) -> list[str | bytes]:
    """Return `chunks` as a list, and close what they were read from."""
    if isinstance(chunks, list):
        return chunks
    try:
        return list(chunks)
    finally:
        close(chunks)


def close(body: object) -> None:
    """Call the `close` method of `body`, if it has one."""
    method = getattr(body, "close", None)
    if method is not None:
        method()
