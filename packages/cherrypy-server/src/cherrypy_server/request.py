"""A request on a connection: read strictly, answered by a gateway, and its body read to the end.

cheroot's request accepts much that RFC 9112 tells a server to refuse; of it, this one keeps how a
response is framed and sent.
"""

import io
import re
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

from cheroot.errors import MaxSizeExceeded
from cheroot.server import HTTPRequest

from cherrypy_server.arrival import too_large
from cherrypy_server.bodies import CHUNK, body_of
from cherrypy_server.head import Head, Refused

_QUOTED_SLASH = re.compile(rb"%2F", re.IGNORECASE)

FAILED = Refused("500 Internal Server Error", "")


class Request(HTTPRequest):
    """One request, and the response to it."""

    rfile: Any
    _head = b""  # of the response, until the first piece of its body goes with it
    method: bytes
    uri: bytes
    path: bytes
    qs: bytes
    authority: bytes
    inheaders: dict[bytes, bytes]
    request_protocol: bytes
    response_protocol: str
    close_connection: bool
    sent_headers: bool
    chunked_read: bool
    _length: int | None = 0

    def parse_request(self) -> None:
        """Take the head that has come. `ready` tells whether there is a request to answer now."""
        arrival = self.conn.arrival
        if arrival.refused is not None:
            self.refuse(arrival.refused)
        else:
            self._take(arrival.head)
            self.ready = True

    def respond(self) -> None:
        """Answer the request."""
        self.rfile = body_of(self.conn.rfile, self._length, self.server.max_request_body_size)
        self.rfile.connection = self.conn
        try:
            self.server.gateway(self).respond()
            self.ensure_headers_sent()
        except Refused as refused:
            self.refuse(refused)
        except MaxSizeExceeded:
            self.refuse(too_large())
        else:
            self._finish()

    def refuse(self, refused: Refused) -> None:
        """Answer with an error, if nothing was sent yet, and end the connection."""
        self.close_connection = self.conn.linger = True
        if self.sent_headers and not self._head:
            return
        self.sent_headers, self._head = True, b""
        if refused.why:
            self.conn.note(str(refused))
        body = refused.why.encode()
        head = (
            f"{self.server.protocol} {refused.status}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n{refused.fields}Connection: close\r\n\r\n"
        )
        with suppress(OSError):
            self.conn.wfile.write(head.encode() + body)

    def fail(self) -> None:
        """Answer with a 500, if nothing was sent yet, and end the connection."""
        self.refuse(FAILED)

    def send_headers(self) -> None:
        """Prepare the head of the response, after what the client still sends has been read.

        Raises:
            Refused: The rest of the body is malformed.
            MaxSizeExceeded: The rest of the body is larger than allowed.
            ValueError: The application has set fields with which this would be no head, or another.
        """
        try:
            self._skip_body()
            self._head = self._made_head()
        except Exception:
            self.sent_headers = False
            raise

    def _made_head(self) -> bytes:
        wfile, self.conn.wfile = self.conn.wfile, io.BytesIO()
        try:
            super().send_headers()
            head: bytes = self.conn.wfile.getvalue()
        finally:
            self.conn.wfile = wfile
        lines = len(self.outheaders) + 2
        if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
            raise ValueError(f"A response field has a line break or a NUL: {self.outheaders!r}")
        lowered = head.lower()
        if lowered.count(b"\r\ntransfer-encoding:") != self.chunked_write:
            raise ValueError("Transfer-Encoding is the server's: an application must not set it")
        if b"\r\nconnection: close\r\n" in lowered:  # the application may have said so
            self.close_connection = True
        return head

    def write(self, chunk: bytes) -> None:
        """Send a piece of the body, the first one together with the head."""
        if self.chunked_write and chunk:
            chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk)
        head, self._head = self._head, b""
        self.conn.wfile.write(head + chunk)

    def _finish(self) -> None:
        end = self._head + (b"0\r\n\r\n" if self.chunked_write else b"")
        if end:
            self._head = b""
            self.conn.wfile.write(end)

    def _take(self, head: Head) -> None:
        """Become the request of this head, as cheroot and its gateways know one."""
        self.method, self.uri, self.qs = head.method, head.target, head.query
        self.path = _unquoted(head.path)
        self.authority = head.fields.get(b"Host", b"")
        self.inheaders = head.fields
        ours = int(self.server.protocol[5]), int(self.server.protocol[7])
        self.request_protocol = b"HTTP/%d.%d" % head.version
        self.response_protocol = "HTTP/{}.{}".format(*min(head.version, ours))
        self.close_connection = self._closes(head.fields.get(b"Connection", b""))
        self._length = head.length
        self.chunked_read = head.length is None

    def _closes(self, connection: bytes) -> bool:
        most = self.server.max_pipelined_requests
        if most and self.conn.row >= most:
            self.conn.linger = True  # more may come
            return True
        options = {each.strip() for each in connection.lower().split(b",")}
        if self.response_protocol == "HTTP/1.1":
            return b"close" in options
        return b"keep-alive" not in options or b"close" in options

    def _skip_body(self) -> None:
        """Read what the application left: the next request begins after it."""
        if self.close_connection and not self.chunked_read:
            self.conn.linger |= not self.rfile.raw.complete
            return
        while self.rfile.read(CHUNK):
            pass
        if not self.rfile.raw.complete:
            self.close_connection = True


def _unquoted(path: bytes) -> bytes:
    """Return a path with its octets decoded, except for slashes, which would not be the same."""
    if b"%" not in path:
        return path
    return b"%2F".join(map(unquote_to_bytes, _QUOTED_SLASH.split(path)))
