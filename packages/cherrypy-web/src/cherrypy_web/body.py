"""The body of a request: where it ends, and whose parameters its fields become.

Nothing is read before `RequestBody.process`, so that config and hooks can change its attributes.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from cherrypy_httputil import HTTPError
from cherrypy_web import limits
from cherrypy_web.entity import Entity
from cherrypy_web.multipart import process_multipart, process_multipart_form_data
from cherrypy_web.part import Part
from cherrypy_web.reader import DEFAULT_BUFFER_SIZE, SizedReader, inf, too_large
from cherrypy_web.urlencoded import add_params, process_urlencoded, unquote_plus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cherrypy_web.environ import EnvironHeaders

__all__ = [
    "DEFAULT_BUFFER_SIZE",
    "Entity",
    "Part",
    "RequestBody",
    "SizedReader",
    "inf",
    "process_multipart",
    "process_multipart_form_data",
    "process_urlencoded",
    "unquote_plus",
]

#: What text was in before all was Unicode; any bytes fit, so it comes last.
_LEGACY_CHARSET: Final = "ISO-8859-1"


class RequestBody(Entity):
    """The body of a request.

    Args:
        fp: Where to read it from.
        headers: The header fields of the request.
        params: See `Entity`.
        request_params: Where its parameters are merged with those of the query string.

    Attributes:
        bufsize: How many bytes are read at a time.
        maxbytes: How large it may be; ``None`` leaves that to the server.

    Examples:
        >>> from io import BytesIO
        >>> headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "11"}
        >>> body = RequestBody(BytesIO(b"tag=a&tag=b"), headers)
        >>> body.process()
        >>> body.request_params
        {'tag': ['a', 'b']}
    """

    default_content_type = ""
    bufsize: int = DEFAULT_BUFFER_SIZE
    maxbytes: int | None = None
    fp: Any
    length: int | None

    #: The transfer coding in lower case, if there is one.
    _coding: str = ""

    def __init__(
        self,
        fp: Any,
        headers: Mapping[str, str] | EnvironHeaders,
        params: dict[str, Any] | None = None,
        request_params: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(fp, headers, params)
        self.request_params: dict[str, Any] = {} if request_params is None else request_params
        if self._media_type.is_text and self._media_type.charset is None:
            self.attempt_charsets.append(_LEGACY_CHARSET)
        coding = headers.get("Transfer-Encoding")
        if coding and (coding := coding.strip().lower()) != "identity":
            self._coding = coding
            self.length = None

    def process(self) -> None:
        """Read and decode the body as its media type says, and merge its parameters.

        Raises:
            HTTPError: 411, its length is not known; 413, it is larger than a limit; 400, it is
                malformed; 501, it has a transfer coding that is not known.
        """
        if self.length is None:
            self._check_framing()
        self._bound(self.maxbytes)
        super().process()
        add_params(self.request_params, self.params)

    def _bound(self, maxbytes: int | None) -> SizedReader:
        if maxbytes is not None and (self.length or 0) > maxbytes:
            raise too_large(maxbytes)
        # Trailers need not be announced, and what is left of them would be the next request.
        self.fp = reader = SizedReader(
            self.fp, self.length, maxbytes, self.bufsize, has_trailers=bool(self._coding)
        )
        return reader

    def _readable(self) -> Any:
        """Return the body with its end, also where it was not processed."""
        if isinstance(self.fp, SizedReader):
            return self.fp
        if self.length is None and (self._coding or "Content-Length" in self.headers):
            self._check_framing()
        elif self.length is None:
            self.length = 0  # it has none (RFC 9112, 6.3)
        return self._bound(self.maxbytes)

    def preview(self, maxbytes: int) -> bytes:
        """Read the whole body into memory; it is processed afterwards as if it had not been read.

        Args:
            maxbytes: How large it may be here, whatever the attribute of that name allows.

        Raises:
            HTTPError: See `process`.
        """
        if self.length is None:
            self._check_framing()
        largest = maxbytes if self.maxbytes is None else min(maxbytes, self.maxbytes)
        content = self._bound(largest).read() or b""
        self.fp, self.length, self._coding = BytesIO(content), len(content), ""
        return content

    def close(self) -> None:
        """Close the temporary files, and drain a body in chunks; the request calls it at its end.

        A client that waits for ``100 Continue`` has sent no body, if it was refused before.
        """
        if self._usage is not None:
            self._usage.close()
        if self._coding and "Expect" not in self.headers:
            self.drain()

    def drain(self, limit: int = limits.DRAINED_BYTES) -> bool:
        """Read what nobody has read, so that the connection can be used again.

        A server that counts the bytes of a body skips them itself; one may not do so with a body in
        chunks, and would take what is left of it for the next request.

        Args:
            limit: How many bytes at most.

        Returns:
            Whether the body is at its end. If it is not, the connection must be closed.
        """
        fp, read = self.fp, 0
        if isinstance(fp, SizedReader):
            if fp.done or fp.failed:
                return fp.done and not fp.failed
            fp, read = fp.fp, fp.bytes_read
        if self.length is None and not self._coding:
            return True
        try:
            left = None if self.length is None else self.length - read
            return SizedReader(fp, left, None, has_trailers=left is None).drain(limit)
        except HTTPError:
            return False

    def _check_framing(self) -> None:
        """Check what says where the body ends (RFC 9112, 6.3).

        With both fields, ``Transfer-Encoding`` counts alone.
        """
        if coding := self._coding:
            *others, last = [each.strip() for each in coding.split(",")]
            if last != "chunked":
                raise HTTPError(400, f"Transfer-Encoding: {coding!r} does not end with 'chunked'.")
            if others:
                raise HTTPError(501, f"Transfer-Encoding: {others[0]!r} is not supported.")
            return
        declared = self.headers.get("Content-Length")
        if declared is None:
            raise HTTPError(411)
        raise HTTPError(400, f"Malformed Content-Length Header: {declared!r} is not a number.")
