"""Where one request ends and the next one begins, in the face of those who would rather confuse us.

Connections are real, sockets are not: what a client sends is bytes, and so is what it gets.
"""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cherrypy_server.arrival import Arrival
from cherrypy_server.bodies import ChunkedBody, body_of
from cherrypy_server.channel import Channel, Reader
from cherrypy_server.connection import Connection, Next
from cherrypy_server.head import Refused, parse_head
from cherrypy_server.pace import Pace


def _messages() -> list[tuple[int, bytes]]:
    lines = Path(__file__).with_name("messages.txt").read_text("ascii").splitlines()
    rows = [line.split(" ", 1) for line in lines if line and not line.startswith("#")]
    return [
        (int(status), ast.literal_eval("b'" + text.replace("'", "\\'") + "'"))
        for status, text in rows
    ]


MESSAGES = _messages()
NEXT = b"GET /next HTTP/1.1\r\nHost: a\r\n\r\n"


class Client(Channel):
    """A connection whose client sent everything at once, or byte by byte, and then ended it."""

    def __init__(self, data: bytes, step: int) -> None:
        self.left, self.step = data, step
        self.socket, self.sent = None, b""

    def recv(self, size: int) -> bytes:
        piece = self.left[: min(self.step, size)]
        self.left = self.left[len(piece) :]
        return piece

    def send(self, data: bytes) -> int:
        self.sent += data
        return len(data)


@dataclass
class Message:
    """A request as a server understood it."""

    method: bytes
    target: bytes
    fields: dict[bytes, bytes]
    body: bytes


@dataclass
class Outcome:
    """What a server made of a stream of bytes."""

    messages: list[Message] = field(default_factory=list)
    sent: bytes = b""
    refused: bool = False


def serve(data: bytes, step: int = 1 << 20, reads: bool = True, buffer: int = 1 << 16) -> Outcome:
    """Let our server read a stream of bytes to its end."""
    outcome = Outcome()

    class Gateway:
        def __init__(self, req: Any) -> None:
            self.req = req

        def respond(self) -> None:
            req = self.req
            body = req.rfile.read() if reads else b""
            outcome.messages.append(Message(req.method, req.uri, dict(req.inheaders), body))
            req.status, req.outheaders = b"200 OK", [(b"Content-Length", b"0")]

    server = SimpleNamespace(
        gateway=Gateway,
        ssl_adapter=None,
        peercreds_enabled=False,
        peercreds_resolve_enabled=False,
        stats={"Enabled": False},
        protocol="HTTP/1.1",
        server_name="test",
        timeout=10,
        can_add_keepalive_connection=True,
        allowed_hosts=frozenset(),
        error_log=lambda message, level: None,
        min_body_rate=0,
        request_header_timeout=10,
        max_pipelined_requests=0,
        max_request_target_size=500,
        max_request_body_buffer=buffer,
        max_request_header_size=1000,
        max_request_header_fields=10,
        max_request_body_size=1000,
    )

    client = Client(data, step)
    conn = Connection(server, client)
    while conn.arrive() is Next.SERVE and conn.communicate():
        conn.rest()
    outcome.sent = client.sent
    outcome.refused = bool(outcome.sent) and statuses(outcome.sent)[-1] != 200
    return outcome


def statuses(sent: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", sent)]


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("step", [1, 1 << 20])
@pytest.mark.parametrize("buffer", [0, 3, 1 << 16])
@pytest.mark.parametrize(("status", "message"), MESSAGES)
def test_a_message_is_answered_as_it_deserves(
    status: int, message: bytes, step: int, reads: bool, buffer: int
) -> None:
    outcome = serve(message + NEXT, step, reads, buffer)
    assert statuses(outcome.sent)[0] == status
    if status != 200:
        assert len(statuses(outcome.sent)) == 1
        assert b"Connection: close" in outcome.sent
    elif b"HTTP/1.0" not in message:
        assert [each.target for each in outcome.messages][1:] == [b"/next"]


def test_a_refused_chunk_is_no_shorter_body() -> None:
    outcome = serve(next(data for status, data in MESSAGES if b"\r\n3\r\nab" in data) + NEXT)
    assert outcome.messages == []


def test_trailer_fields_are_there_once_the_chunks_have_been_read() -> None:
    data = b"3\r\nabc\r\n0\r\nX-A: 1\r\nX-B:2\r\n\r\nnext"
    body = body_of(Reader(Client(data, 1000), Pace(1, 0)), None, 0)
    assert isinstance(body, ChunkedBody)
    assert body.read_trailer_lines() == []
    assert body.read() == b"abc"
    assert body.read_trailer_lines() == [b"X-A: 1\r\n", b"X-B:2\r\n"]


def refusal(head: bytes, most_fields: int = 0) -> str:
    with pytest.raises(Refused) as e:
        parse_head(head, most_fields)
    return e.value.status[:3]


def test_there_are_not_too_many_fields() -> None:
    head = b"GET / HTTP/1.1\r\nHost: a\r\nX: b"
    assert parse_head(head, 2).fields == {b"Host": b"a", b"X": b"b"}
    assert refusal(head, 1) == "431"


def test_a_head_may_be_as_large_as_the_limit() -> None:
    start = b"GET / HTTP/1.1\r\nHost: a\r\nX: "
    for step in (1, 1 << 20):
        for size, status in ((1000, 200), (1001, 431)):
            data = start + b"x" * (size - len(start) - 4) + b"\r\n\r\n"
            assert statuses(serve(data, step).sent) == [status]
        assert statuses(serve(b"GET /" + b"x" * 1000, step).sent) == [414]


def test_refusals_know_nothing_of_each_other() -> None:
    limits = SimpleNamespace(
        max_request_header_size=10, max_request_header_fields=0, max_request_target_size=0
    )
    found = []
    for _ in range(2):
        arrival = Arrival(limits)
        assert arrival.is_complete(bytearray(b"GET / HTTP/1.1"))
        found.append(arrival.refused)
    assert found[0] is not found[1]
    assert all(each is not None and each.__traceback__ is None for each in found)


def test_a_target_may_be_as_long_as_the_limit() -> None:
    for step in (1, 1 << 20):
        for size, status in ((500, 200), (501, 414)):
            target = b"/" + b"x" * (size - 1)
            data = b"GET " + target + b" HTTP/1.1\r\nHost: a\r\n\r\n"
            assert statuses(serve(data, step).sent) == [status]


def test_fields_of_one_name_are_joined() -> None:
    fields = b"Host: a\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\nCookie: b=2"
    found = parse_head(b"GET / HTTP/1.1\r\n" + fields).fields
    assert found[b"X-A"] == b"1, 2"
    assert found[b"Cookie"] == b"a=1; b=2"


def test_a_whole_url_counts_more_than_the_field() -> None:
    head = parse_head(b"GET http://a.example:81?q HTTP/1.1\r\nHost: b")
    assert (head.path, head.query, head.fields[b"Host"]) == (b"/", b"q", b"a.example:81")


@pytest.mark.parametrize(
    ("version", "connection", "answers"),
    [
        (b"1.1", b"", 2),
        (b"1.1", b"Connection: Close\r\n", 1),
        (b"1.1", b"Connection: te, close\r\n", 1),
        (b"1.0", b"", 1),
        (b"1.0", b"Connection: Keep-Alive\r\n", 2),
        (b"1.0", b"Connection: keep-alive, close\r\n", 1),
    ],
)
def test_how_long_a_connection_lasts(version: bytes, connection: bytes, answers: int) -> None:
    data = b"GET / HTTP/%b\r\nHost: a\r\n%b\r\n" % (version, connection)
    assert len(statuses(serve(data + NEXT).sent)) == answers


def test_a_client_that_waits_is_told_to_go_on() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: "
    assert statuses(serve(head + b"2\r\n\r\nab").sent) == [100, 200]
    assert statuses(serve(head + b"2000\r\n\r\n").sent) == [413]


@pytest.mark.parametrize("cut", [1, 20, 60, -1])
def test_a_client_that_leaves_in_the_middle_gets_nothing_more(cut: int) -> None:
    message = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n01234567890123456789"
    outcome = serve(message[:cut])
    assert NEXT not in outcome.sent
    assert all(len(each.body) < 20 for each in outcome.messages)


def h11_serve(data: bytes) -> Outcome:
    """Let h11 read the same bytes."""
    outcome, conn = Outcome(), h11.Connection(h11.SERVER)
    conn.receive_data(data)
    try:
        while _h11_message(conn, outcome):
            status = 405 if outcome.messages[-1].method == b"CONNECT" else 200
            conn.send(h11.Response(status_code=status, headers=[("Content-Length", "0")]))
            conn.send(h11.EndOfMessage())
            if conn.our_state is not h11.DONE or conn.their_state is not h11.DONE:
                break
            conn.start_next_cycle()
    except h11.RemoteProtocolError:
        outcome.refused = True
    return outcome


def _h11_message(conn: h11.Connection, outcome: Outcome) -> bool:
    request, body = conn.next_event(), b""
    if not isinstance(request, h11.Request):
        return False
    while not isinstance(event := conn.next_event(), h11.EndOfMessage):
        if not isinstance(event, h11.Data):
            return False
        body += bytes(event.data)
    fields: dict[bytes, bytes] = {}
    for name, value in request.headers:
        if b"_" not in name:
            glue = b"; " if name == b"cookie" else b", "
            fields[name] = fields[name] + glue + value if name in fields else value
    outcome.messages.append(Message(request.method, request.target, fields, body))
    return True


LINES = [data.partition(b"\r\n\r\n")[0].split(b"\r\n") for _, data in MESSAGES]
REQUEST_LINES = st.sampled_from(sorted({lines[0] for lines in LINES}))
FIELDS = st.sampled_from(sorted({line for lines in LINES for line in lines[1:]}))
BODIES = st.sampled_from(sorted({data.partition(b"\r\n\r\n")[2] for _, data in MESSAGES}))


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    """Draw messages that are put together from known pieces, and then damaged a little."""
    data = b""
    for _ in range(draw(st.integers(1, 3))):
        head = [draw(REQUEST_LINES), *draw(st.lists(FIELDS, max_size=4))]
        data += b"\r\n".join(head) + b"\r\n\r\n" + draw(BODIES)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(data)))
        data = data[:place] + draw(st.binary(max_size=2)) + data[place + draw(st.integers(0, 1)) :]
    return data


@given(streams())
@example(b"".join(data for status, data in MESSAGES if status == 200 and b"HTTP/1.1" in data))
def test_what_we_accept_h11_understands_in_the_same_way(data: bytes) -> None:
    ours, theirs = serve(data), h11_serve(data)
    pairs = zip(ours.messages, theirs.messages, strict=False)
    for number, (mine, other) in enumerate(pairs, 1):
        assert (mine.method, mine.target) == (other.method, other.target)
        if not mine.target.lower().startswith(b"http"):
            assert _comparable(mine.fields) == _comparable(other.fields)
        if _is_cut_short(mine):
            assert number == len(ours.messages)
        else:
            assert mine.body == other.body
    if theirs.refused:
        extra = ours.messages[len(theirs.messages) :]
        assert all(_is_cut_short(each) for each in extra)


def _comparable(fields: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """Return fields with names, and the coding, in lower case: h11 makes them so."""
    found = {name.lower(): value for name, value in fields.items()}
    if b"transfer-encoding" in found:
        found[b"transfer-encoding"] = found[b"transfer-encoding"].lower()
    return found


def _is_cut_short(message: Message) -> bool:
    """Tell whether the client left in the middle, which the application sees."""
    return len(message.body) < int(message.fields.get(b"Content-Length", b"0"))
