"""Compress response bodies: the `gzip` tool.

A compressed representation is another one than the plain: it varies by Accept-Encoding, even in
the answer that is not compressed, and it must not keep the strong entity-tag of the plain one. The
same goes for a 304, which speaks of what the client has (RFC 9110, 15.4.5).
"""

from __future__ import annotations

import logging
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

from cherrypy_httputil import HTTPError
from cherrypy_tools.codings import CODINGS, Coding, checked_level, packed
from cherrypy_tools.deflation import GZIP_CONTAINER, gzip_compressor
from cherrypy_tools.media import matches_any, media_type
from cherrypy_tools.preferences import preferences
from cherrypy_tools.trace import trace
from cherrypy_tools.vary import set_vary_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping, Sequence

    from cherrypy_httputil import RequestMessage, ResponseMessage
    from cherrypy_tools.codings import Compressor

log: logging.Logger = logging.getLogger(__name__)

GZIP_NAMES = frozenset({"gzip", "x-gzip"})
NOT_MODIFIED = 304
BODILESS = frozenset({204, 205, 206})
"""Statuses whose body is absent, or a part of a representation whose coding is fixed already."""

OF_THE_PLAIN_BODY = ("Content-Length", "Accept-Ranges", "Content-MD5")
"""Fields that are wrong once the body is compressed."""

EVENTS = "text/event-stream"
"""What has to leave piece by piece, while a compressor waits for more; no pattern means it."""

FIRST_ERROR = 400

MAX_HEADER = 1024
"""Characters of an Accept-Encoding field that are looked at; a longer one is not believed."""


def gzip(
    request: RequestMessage,
    response: ResponseMessage,
    compress_level: int = 5,
    mime_types: Sequence[str] = ("text/html", "text/plain"),
    debug: bool = False,
) -> None:
    """Compress the body if the client accepts it and the media type is one of `mime_types`.

    Nothing is compressed when the client sends no Accept-Encoding, does not name `gzip` or
    `x-gzip` in it with a quality above zero, or names `identity` with a quality above zero; nor
    when the response is already encoded, is a part or has no body, or says `no-transform`.

    A body that is a list is compressed at once; any other iterable as it is read.

    Args:
        request: The request; Accept-Encoding is read.
        response: The response, with its Content-Type set.
        compress_level: 0 (none) to 9 (smallest).
        mime_types: Patterns: `type/subtype`, `type/*`, `type/*+suffix`. Only its own name stands
            for `text/event-stream`.
        debug: Report the decision at INFO.

    Raises:
        ValueError: There is no such level.
        HTTPError: 406 if the client refuses the plain body and does not accept gzip either, 400 if
            a quality is no number. A response that is an error itself is sent plain then.

    Examples:
        >>> from webob import Request, Response
        >>> request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
        >>> response = Response("text " * 1000, content_type="text/plain", etag="v1")
        >>> gzip(request, response, compress_level=9)
        >>> response.headers["Content-Encoding"], response.headers["Vary"], response.headers["ETag"]
        ('gzip', 'Accept-Encoding', 'W/"v1"')
    """
    if not is_eligible(response, mime_types):
        trace(log, debug, "not compressible: %s", response.headers.get("Content-Type"))
        return
    set_vary_header(response, "Accept-Encoding")
    accepted = request.headers.get("Accept-Encoding")
    try:
        wants_gzip = accepted is not None and accepts_gzip(accepted[:MAX_HEADER])
    except HTTPError:
        if response.status_code < FIRST_ERROR:
            raise
        wants_gzip = False
    trace(log, debug, "Accept-Encoding %r: compress is %s", accepted, wants_gzip)
    if wants_gzip:
        level = checked_level("gzip", compress_level)
        encode_body(request, response, CODINGS["gzip"], level)


@lru_cache(maxsize=256)
def accepts_gzip(accept_encoding: str) -> bool:
    """Tell whether a client that sends this field value gets gzip (RFC 9110, 12.5.3).

    Raises:
        HTTPError: 406 if it takes neither gzip nor the plain body, 400 if a quality is no number.
    """
    listed = preferences("Accept-Encoding", accept_encoding)
    qualities = {name.lower(): quality for name, quality in listed}
    if qualities.get("identity", 0) > 0:
        return False
    if any(qualities.get(name, 0) > 0 for name in GZIP_NAMES):
        return True
    if qualities.get("identity", qualities.get("*", 1)) == 0:
        raise HTTPError(406, "identity, gzip")
    return False


def is_eligible(response: ResponseMessage, mime_types: Sequence[str]) -> bool:
    """Tell whether a response has a body that may be compressed, of one of the media types."""
    headers = response.headers
    kind = headers.get("Content-Type")
    if kind is None or not _is_meant(kind, tuple(mime_types)):
        return False
    if response.status_code in BODILESS or "Content-Encoding" in headers:
        return False
    return "no-transform" not in headers.get("Cache-Control", "").lower()


@lru_cache(maxsize=256)
def _is_meant(content_type: str, mime_types: tuple[str, ...]) -> bool:
    if media_type(content_type) == EVENTS and EVENTS not in mime_types:
        return False
    return matches_any(content_type, mime_types)


def encode_body(
    request: RequestMessage,
    response: ResponseMessage,
    coding: Coding,
    level: int,
) -> None:
    """Compress the body, and make the fields tell so. An empty one stays empty."""
    headers = response.headers
    if response.status_code == NOT_MODIFIED:
        _weaken_tag(headers)
        return
    body = response.app_iter
    if isinstance(body, (list, tuple)):
        data = b"".join(body)
        if not data and request.method != "HEAD":
            return
        if data:
            response.app_iter = [coding.pack(data, level)]
    else:
        response.app_iter = CompressedBody(body, coding.make(level))
    headers["Content-Encoding"] = coding.name
    for name in OF_THE_PLAIN_BODY:
        headers.pop(name, None)
    _weaken_tag(headers)


def _weaken_tag(headers: MutableMapping[str, str]) -> None:
    etag = headers.get("ETag")
    if etag is not None and not etag.startswith("W/"):
        headers["ETag"] = "W/" + etag


class CompressedBody:
    """A body that is compressed while it is read, and closes the body it was made from."""

    def __init__(self, body: Iterable[bytes], compressor: Compressor) -> None:
        self._body = body
        self._chunks = packed(body, compressor)

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close the body below, if it can be closed."""
        close = getattr(self._body, "close", None)
        if close is not None:
            close()


def compress(body: Iterable[bytes], compress_level: int) -> Iterator[bytes]:
    """Yield `body` as one gzip stream (RFC 1952), without a file name and a time stamp.

    Examples:
        >>> decompress(b"".join(compress([b"te", b"xt"], 9)))
        b'text'
    """
    return packed(body, gzip_compressor(compress_level))


def decompress(body: bytes) -> bytes:
    """Return the content of the gzip stream `body`, of all its members (RFC 1952, 2.2).

    The content may be a thousand times as long as the stream.

    Raises:
        zlib.error: The data is no gzip stream, or ends early.

    Examples:
        >>> import gzip
        >>> decompress(gzip.compress(b"text"))
        b'text'
    """
    members: list[bytes] = []
    rest = body
    while rest or not members:
        decompressor = zlib.decompressobj(GZIP_CONTAINER)
        members.append(decompressor.decompress(rest))
        if not decompressor.eof:
            raise zlib.error(f"the gzip stream of {len(body)} bytes ends before its end mark")
        rest = decompressor.unused_data
    return b"".join(members)
