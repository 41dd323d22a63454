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

from cherrypy_server.bodies import CHUNK, body_of
from cherrypy_server.head import Head, Refused, bad, parse_head
from cherrypy_server.hosts import chosen

END = b"\r\n\r\n"

_PORT = re.compile(rb":[0-9]*\Z")
_QUOTED_SLASH = re.compile(rb"%2F", re.IGNORECASE)

TOO_LARGE = Refused("413 Request Entity Too Large", "The body is larger than this server takes.")
LONG_TARGET = Refused("414 Request-URI Too Long", "The request line is longer than allowed.")
UNKNOWN_HOST = bad("This server has no such host.")
LARGE_HEAD = Refused("431 Request Header Fields Too Large", "The head is larger than allowed.")


class Request(HTTPRequest):
    """One request, and the response to it."""

    rfile: Any
    _head = b""  # of the response, until the first piece of its body goes with it
    _length: int | None = 0

    def parse_request(self) -> None:
        """Read the head. `ready` tells whether there is a request to answer now."""
        try:
            data = self._read_head()
            if data is not None:
                self._take(parse_head(data, self.server.max_request_header_fields))
                self.ready = True
        except Refused as refused:
            self.refuse(refused)

    def respond(self) -> None:
        """Answer the request."""
        self.rfile = body_of(self.conn.rfile, self._length, self.server.max_request_body_size)
        try:
            self.server.gateway(self).respond()
            self.ensure_headers_sent()
        except Refused as refused:
            self.refuse(refused)
        except MaxSizeExceeded:
            self.refuse(TOO_LARGE)
        else:
            self._finish()

    def refuse(self, refused: Refused) -> None:
        """Answer with an error, if nothing was sent yet, and end the connection."""
        self.close_connection = self.conn.linger = True
        if self.sent_headers:
            return
        self.sent_headers = True
        body = refused.why.encode()
        head = (
            f"{self.server.protocol} {refused.status}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n{refused.fields}Connection: close\r\n\r\n"
        )
        with suppress(OSError):
            self.conn.wfile.write(head.encode() + body)

    def send_headers(self) -> None:
        """Prepare the head of the response, after what the client still sends has been read.

        Raises:
            Refused: The rest of the body is malformed.
            MaxSizeExceeded: The rest of the body is larger than allowed.
        """
        try:
            self._skip_body()
        except (Refused, MaxSizeExceeded):
            self.sent_headers = False
            raise
        wfile, self.conn.wfile = self.conn.wfile, io.BytesIO()
        try:
            super().send_headers()
            self._head = self.conn.wfile.getvalue()
        finally:
            self.conn.wfile = wfile

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

    def _read_head(self) -> bytes | None:
        """Return the head without its end; None if the client has gone."""
        limit = self.server.max_request_header_size
        known = self.conn.rfile.peek(1)
        self.started_request = True
        end = known.find(END)
        if end < 0:
            return self._gather_head(limit)
        size = end + len(END)
        if limit and size > limit:
            raise LARGE_HEAD if b"\r\n" in known[:limit] else LONG_TARGET
        self.conn.rfile.read(size)
        return bytes(known[:end])

    def _gather_head(self, limit: int) -> bytes | None:
        """Return a head that comes piecemeal."""
        head = bytearray()
        while not head.endswith(END):
            left = limit - len(head) if limit else -1
            if left == 0:
                raise LARGE_HEAD if b"\r\n" in head else LONG_TARGET
            line = self.conn.rfile.readline(left)
            if not line:
                return None
            if line.endswith(b"\n") and not line.endswith(b"\r\n"):
                raise bad("Lines end with CR and LF.")
            head += line
        return bytes(head[: -len(END)])

    def _take(self, head: Head) -> None:
        """Become the request of this head, as cheroot and its gateways know one."""
        self._require_known(head.fields.get(b"Host", b""))
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
        limit = self.server.max_request_body_size
        if limit and (head.length or 0) > limit:
            raise TOO_LARGE
        if head.fields.get(b"Expect", b"").lower() == b"100-continue" and head.version == (1, 1):
            self.conn.wfile.write(self.server.protocol.encode() + b" 100 Continue\r\n\r\n")

    def _require_known(self, host: bytes) -> None:
        """Refuse a host that is not among those allowed, if there is a list of them."""
        allowed = self.server.allowed_hosts
        if allowed and not chosen(_PORT.sub(b"", host).decode("ascii"), allowed):
            raise UNKNOWN_HOST

    def _closes(self, connection: bytes) -> bool:
        options = {each.strip() for each in connection.lower().split(b",")}
        if self.response_protocol == "HTTP/1.1":
            return b"close" in options
        return b"keep-alive" not in options or b"close" in options

    def _skip_body(self) -> None:
        """Read what the application left: the next request begins after it."""
        if self.close_connection and not self.chunked_read:
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
