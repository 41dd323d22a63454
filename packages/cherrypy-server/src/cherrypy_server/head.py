"""The head of a request, read strictly (RFC 9112): what could be read in two ways is refused.

Rule: nothing is mended. A proxy in front of us may have read the same bytes otherwise, and a client
could hide one request in another. Nothing here does I/O.
"""

import re
from dataclasses import dataclass, field

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"

_REQUEST_LINE = re.compile(rb"(%b) ([\x21-\x7e]+) HTTP/([0-9])\.([0-9])" % TOKEN)
_FIELD = re.compile(rb"(%b):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)" % TOKEN)
_ABSOLUTE = re.compile(rb"https?://([^/?#]+)([/?].*)?", re.IGNORECASE)
_HOST = re.compile(rb"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._~!$&'()*+,;=%\-]*)(?::[0-9]*)?")
_LENGTH = re.compile(rb"[0-9]{1,18}")


class Refused(ValueError):  # noqa: N818 - it says what happened to the request
    r"""A request that is answered before any application sees it; the connection then ends.

    Attributes:
        status: The status code with its reason.
        why: What was wrong, in words for the client.
        fields: Further header fields of the answer.

    Examples:
        >>> from cherrypy_server.head import parse_head
        >>> try:
        ...     parse_head(b"GET /\r\nHost: localhost")
        ... except Refused as refused:
        ...     refused.status, refused.why
        ('400 Bad Request', 'The request line is malformed.')
    """

    def __init__(self, status: str, why: str, fields: str = "") -> None:
        super().__init__(f"{status}: {why}")
        self.status = status
        self.why = why
        self.fields = fields


def bad(why: str) -> Refused:
    """Return the refusal of a malformed request."""
    return Refused("400 Bad Request", why)


@dataclass(slots=True)
class Head:
    """A request's head.

    Attributes:
        method: The method.
        target: The request target, as it came.
        version: The protocol's version.
        path: The path in the target, still encoded.
        query: The query string, without the question mark.
        fields: The header fields; those of one name are joined by commas, cookies by semicolons.
        length: The number of bytes in the body; None where the body comes in chunks.
    """

    method: bytes
    target: bytes
    version: tuple[int, int]
    path: bytes = b""
    query: bytes = b""
    fields: dict[bytes, bytes] = field(default_factory=dict)
    length: int | None = 0


def parse_head(data: bytes, most_fields: int = 0) -> Head:
    """Return what the head of a request says.

    Args:
        data: The head, without the empty line at its end.
        most_fields: How many fields it may have; 0 for any number.

    Raises:
        Refused: It is malformed, or has too many fields.
    """
    first, *lines = data.split(b"\r\n")
    head = _request_line(first)
    if most_fields and len(lines) > most_fields:
        raise Refused("431 Request Header Fields Too Large", "There are too many header fields.")
    single = _fields(head, lines)
    authority = _target(head)
    _host(head, single[b"Host"], authority)
    _framing(head, single)
    return head


def _request_line(line: bytes) -> Head:
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        raise bad("The request line is malformed.")
    method, target, major, minor = match.groups()
    version = int(major), int(minor)
    if version not in ((1, 0), (1, 1)):
        raise Refused("505 HTTP Version Not Supported", "This server speaks HTTP/1.1.")
    if method != method.upper():
        raise bad("Methods are written in capitals.")
    return Head(method, target, version)


def _fields(head: Head, lines: list[bytes]) -> dict[bytes, list[bytes]]:
    """Put the fields into the head; return the values of those that must not be repeated."""
    single: dict[bytes, list[bytes]] = {
        b"Host": [],
        b"Content-Length": [],
        b"Transfer-Encoding": [],
    }
    fields = head.fields
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise bad("A header field is malformed.")
        name, value = match.groups()
        if b"_" in name:  # in an environ it would be the one with a hyphen
            continue
        name, value = name.title(), value.rstrip(b" \t")
        if name in single:
            single[name].append(value)
        if name in fields:
            value = fields[name] + (b"; " if name == b"Cookie" else b", ") + value
        fields[name] = value
    return single


def _target(head: Head) -> bytes | None:
    """Take the target apart (RFC 9112, 3.2); return the authority in it."""
    target, authority = head.target, None
    if target.startswith(b"/"):
        path = target
    elif match := _ABSOLUTE.fullmatch(target):
        authority, path = match[1], match[2] or b""
        path = path if path.startswith(b"/") else b"/" + path
    elif target == b"*" and head.method == b"OPTIONS":
        path = target
    elif head.method == b"CONNECT":
        raise Refused("405 Method Not Allowed", "This server is no proxy.")
    else:
        raise bad("The request target is malformed.")
    if b"#" in path:
        raise bad("A request target has no fragment.")
    head.path, _, head.query = path.partition(b"?")
    return authority


def _host(head: Head, values: list[bytes], authority: bytes | None) -> None:
    if len(values) > 1 or (not values and head.version == (1, 1)):
        raise bad("There must be one field Host.")
    if authority is not None:  # RFC 9112, 3.2.2: it counts, whatever the field says
        head.fields[b"Host"] = authority
    if not _HOST.fullmatch(head.fields.get(b"Host", b"")):
        raise bad("The field Host is malformed.")


def _framing(head: Head, single: dict[bytes, list[bytes]]) -> None:
    """Find out how long the body is (RFC 9112, 6)."""
    lengths, codings = single[b"Content-Length"], single[b"Transfer-Encoding"]
    if codings:
        if lengths or head.version == (1, 0):
            raise bad("Transfer-Encoding goes with HTTP/1.1 and without Content-Length.")
        if len(codings) > 1 or codings[0].lower() != b"chunked":
            raise bad("The only transfer coding is chunked.")
        head.length = None
    elif lengths:
        if len(lengths) > 1 or not _LENGTH.fullmatch(lengths[0]):
            raise bad("There must be one Content-Length, a number.")
        head.length = int(lengths[0])
