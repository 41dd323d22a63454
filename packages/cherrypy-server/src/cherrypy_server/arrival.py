"""Whether enough of a request has come for a thread to work on it; nothing here does I/O.

A request is complete with its head and its body, or the first part of a larger body: a client that
sends slowly shall not keep a thread before that. One that is to be refused is complete at once.
"""

import re
from functools import partial
from typing import Any

from cherrypy_server.bodies import LONGEST_LINE, chunk_size
from cherrypy_server.head import Head, Refused, bad, parse_head
from cherrypy_server.hosts import chosen

END = b"\r\n\r\n"
"""The end of a request's head."""

_BARE_LF = re.compile(rb"(?<!\r)\n")
_PORT = re.compile(rb":[0-9]*\Z")

# Made anew for each request: an exception that is raised again keeps where it was raised before.
too_large: partial[Refused] = partial(
    Refused, "413 Request Entity Too Large", "The body is larger than this server takes."
)
long_target: partial[Refused] = partial(
    Refused, "414 Request-URI Too Long", "The request target is longer than allowed."
)
large_head: partial[Refused] = partial(
    Refused, "431 Request Header Fields Too Large", "The head is larger than allowed."
)
unknown_host: partial[Refused] = partial(bad, "This server has no such host.")


class Arrival:
    """What has come of one request.

    Args:
        limits: What has the limits as attributes, such as a server.

    Attributes:
        head: The head, once it has come.
        head_size: How many bytes it had.
        refused: Why the request is not accepted, if it is not.
    """

    __slots__ = ("_chunk", "_limits", "_seen", "head", "head_size", "refused")

    def __init__(self, limits: Any) -> None:
        self._limits = limits
        self._seen = 0  # of the buffer: no head ends before
        self._chunk = 0  # where the next chunk begins in it
        self.head: Head | None = None
        self.head_size: int = 0
        self.refused: Refused | None = None

    def is_complete(self, buffer: bytearray) -> bool:
        """Return whether a thread can work on the request; take the head out of the buffer.

        Args:
            buffer: What has come and was not taken yet.
        """
        if self.head is None and self.refused is None:
            self._look_for_head(buffer)
        if self.head is None or self.refused is not None:
            return self.refused is not None
        if len(buffer) >= self._limits.max_request_body_buffer:
            return True
        if self.head.length is None:
            return self._has_last_chunk(buffer)
        return len(buffer) >= self.head.length

    def may_go_on(self) -> bool:
        """Return whether the client waits to be told to send its body (RFC 9110, 10.1.1)."""
        head = self.head
        return (
            head is not None
            and self.refused is None
            and head.version == (1, 1)
            and head.fields.get(b"Expect", b"").lower() == b"100-continue"
        )

    def _look_for_head(self, buffer: bytearray) -> None:
        end = buffer.find(END, self._seen)
        try:
            if end < 0:
                self._check_part(buffer)
                return
            self.head_size = end + len(END)
            self._check_sizes(buffer, self.head_size)
            self.head = parse_head(bytes(buffer[:end]), self._limits.max_request_header_fields)
            self._check_head(self.head)
            del buffer[: self.head_size]
        except Refused as refused:
            self.refused = refused.with_traceback(None)  # which would know us in turn

    def _check_part(self, buffer: bytearray) -> None:
        """Refuse what will be no head, whatever comes."""
        self._check_sizes(buffer, len(buffer) + 1)
        if _BARE_LF.search(buffer, self._seen):
            raise bad("Lines end with CR and LF.")
        self._seen = max(len(buffer) - len(END) + 1, 0)

    def _check_sizes(self, buffer: bytearray, size: int) -> None:
        """Refuse a head of so many bytes, or its first line, if that is too large."""
        limits = self._limits
        most = limits.max_request_header_size
        if most and size > most:
            refusal = large_head if b"\r\n" in buffer[:most] else long_target
            raise refusal()
        longest = limits.max_request_target_size
        if longest and size > longest:
            line = buffer.find(b"\r\n", 0, longest + LONGEST_LINE)
            first = buffer[: line if line >= 0 else len(buffer)]
            if len(first.partition(b" ")[2].partition(b" ")[0]) > longest:
                raise long_target()

    def _check_head(self, head: Head) -> None:
        """Refuse a host that is not among those allowed, and a body that is too large."""
        limits = self._limits
        if limits.allowed_hosts:
            host = _PORT.sub(b"", head.fields.get(b"Host", b"")).decode("ascii")
            if not chosen(host, limits.allowed_hosts):
                raise unknown_host()
        if limits.max_request_body_size and (head.length or 0) > limits.max_request_body_size:
            raise too_large()

    def _has_last_chunk(self, buffer: bytearray) -> bool:
        """Return whether the chunks have come to their end, or to something that is none."""
        while (line := buffer.find(b"\r\n", self._chunk)) >= 0:
            size = chunk_size(bytes(buffer[self._chunk : line + 2]))
            if not size:
                return size is None or buffer.find(END, line) >= 0
            self._chunk = line + 2 + size + 2
        return len(buffer) - self._chunk > LONGEST_LINE
