"""`SizedReader`: never beyond the end of the entity, never more than is allowed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_httputil import HTTPError
from cherrypy_web import SizedReader
from cherrypy_web.limits import TRAILER_BYTES
from cherrypy_web.reader import LARGEST_READ

if TYPE_CHECKING:
    from collections.abc import Iterator


class Connection:
    """Bytes that arrive in pieces; reading more than has been sent would wait for ever."""

    def __init__(self, content: bytes, piece: int = 3) -> None:
        self.file = io.BytesIO(content)
        self.piece = piece
        self.asked: list[int] = []

    def read(self, size: int) -> bytes:
        self.asked.append(size)
        assert self.file.tell() < len(self.file.getvalue()), "this would block"
        return self.file.read(min(size, self.piece))

    def readline(self, size: int) -> bytes:
        self.asked.append(size)
        return self.file.readline(size)


def test_what_follows_the_entity_is_not_touched() -> None:
    connection = Connection(b"entityNEXT")
    reader = SizedReader(connection, 6, None)
    assert reader.read() == b"entity"
    assert reader.read() == b""
    assert reader.done
    assert connection.file.read() == b"NEXT"


@pytest.mark.parametrize("size", [1, 2, 5, 6, 7, 100])
def test_sized_reads_gather_what_comes_in_pieces(size: int) -> None:
    reader = SizedReader(Connection(b"entityNEXT"), 6, None)
    pieces = list(iter(lambda: reader.read(size), b""))
    assert b"".join(filter(None, pieces)) == b"entity"
    assert all(len(piece or b"") == size for piece in pieces[:-1])


def test_negative_size_reads_all() -> None:
    assert SizedReader(io.BytesIO(b"entity"), 6, None).read(-1) == b"entity"


def test_unknown_length_reads_to_the_end_of_the_file() -> None:
    reader = SizedReader(io.BytesIO(b"entity"), None, None)
    assert reader.read() == b"entity"
    assert reader.done


def test_content_can_go_to_a_file() -> None:
    out = io.BytesIO()
    assert SizedReader(Connection(b"entity"), 6, None).read(fp_out=out) is None
    assert out.getvalue() == b"entity"


def test_entity_that_ends_early_is_400() -> None:
    with pytest.raises(HTTPError, match="3 of the 10 bytes") as caught:
        SizedReader(io.BytesIO(b"abc"), 10, None).read()
    assert caught.value.status == 400


def test_line_that_ends_early_is_400() -> None:
    reader = SizedReader(io.BytesIO(b"abc"), 10, None)
    assert reader.readline() == b"abc"
    with pytest.raises(HTTPError, match="3 of the 10 bytes"):
        reader.readline()


def test_entity_of_the_largest_size_is_read() -> None:
    assert SizedReader(io.BytesIO(b"12345"), None, 5).read() == b"12345"


@pytest.mark.parametrize("read", ["read", "readline", "readlines"])
def test_entity_that_is_too_large_is_413(read: str) -> None:
    reader = SizedReader(io.BytesIO(b"123456"), None, 5)
    with pytest.raises(HTTPError, match="larger than 5 bytes") as caught:
        getattr(reader, read)()
    assert caught.value.status == 413


def test_no_more_than_a_byte_above_the_limit_is_read() -> None:
    file = io.BytesIO(b"x" * 100_000)
    with pytest.raises(HTTPError):
        SizedReader(file, None, 5).read()
    assert file.tell() == 6


def test_promised_length_is_not_asked_for_at_once() -> None:
    connection = Connection(b"x" * 9, piece=9)
    with pytest.raises(AssertionError, match="block"):
        SizedReader(connection, 10**15, None).read()
    with pytest.raises(AssertionError, match="block"):
        SizedReader(connection, 10**15, None).read(10**12)
    assert max(connection.asked) <= LARGEST_READ


def test_lines() -> None:
    reader = SizedReader(io.BytesIO(b"a\nbb\nccNEXT"), 7, None)
    assert list(reader) == [b"a\n", b"bb\n", b"cc"]
    assert reader.done


def test_line_of_limited_size() -> None:
    reader = SizedReader(io.BytesIO(b"abcdef\ng"), 8, None)
    assert [reader.readline(4), reader.readline(4), reader.readline(0)] == [b"abcd", b"ef\n", b""]


def test_readlines_stops_at_the_hint() -> None:
    reader = SizedReader(io.BytesIO(b"a\nb\nc\nd\n"), 8, None)
    assert reader.readlines(3) == [b"a\n", b"b\n"]
    assert reader.readlines() == [b"c\n", b"d\n"]


class MaxSizeExceeded(Exception):  # noqa: N818 - what a server calls it
    pass


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MaxSizeExceeded(), 413),
        (OSError("Request Entity Too Large"), 413),
        (TimeoutError("timed out"), 408),
        (ConnectionResetError("reset"), 400),
        (ValueError("Bad chunked transfer size: b'zz'"), 400),
        (HTTPError(402), 402),
    ],
)
def test_failure_of_the_connection_has_a_status(error: Exception, status: int) -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise error

    with pytest.raises(HTTPError) as caught:
        SizedReader(Broken(), None, None).read()
    assert caught.value.status == status


def test_nothing_is_drained_after_a_failure() -> None:
    class Broken:
        reads = 0

        def read(self, size: int) -> bytes:
            self.reads += 1
            raise ValueError("Bad chunked transfer size")

    reader = SizedReader(Broken(), None, None)
    with pytest.raises(HTTPError):
        reader.read()
    assert reader.failed
    assert not reader.drain(100)
    assert reader.fp.reads == 1


def test_bug_of_the_connection_is_no_clients_error() -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        SizedReader(Broken(), None, None).read()


class Chunked(io.BytesIO):
    def __init__(self, content: bytes, trailers: list[bytes]) -> None:
        super().__init__(content)
        self.trailers = trailers

    def read_trailer_lines(self) -> Iterator[bytes]:
        yield from self.trailers


def test_trailers_are_read_at_the_end() -> None:
    chunked = Chunked(b"entity", [b"X-Sum: 1\r\n", b"x-sum: 2\r\n"])
    reader = SizedReader(chunked, None, None, has_trailers=True)
    assert reader.trailers == {}
    reader.read()
    assert reader.trailers == {"X-Sum": "1, 2"}


def test_trailers_that_were_not_announced_are_left() -> None:
    reader = SizedReader(Chunked(b"entity", [b"X-Sum: 1\r\n"]), None, None)
    reader.read()
    assert reader.trailers == {}


def test_malformed_trailer_is_400() -> None:
    reader = SizedReader(Chunked(b"", [b"nonsense\r\n"]), None, None, has_trailers=True)
    with pytest.raises(HTTPError, match="nonsense") as caught:
        reader.read()
    assert caught.value.status == 400


def test_trailers_that_cannot_be_read_are_400() -> None:
    class Broken(io.BytesIO):
        def read_trailer_lines(self) -> list[bytes]:
            raise ValueError("HTTP requires CRLF terminators")

    reader = SizedReader(Broken(), None, None, has_trailers=True)
    with pytest.raises(HTTPError, match="CRLF") as caught:
        reader.read()
    assert caught.value.status == 400


def test_too_many_trailers_are_413() -> None:
    line = b"X-A: 1\r\n"
    few = Chunked(b"", [line] * (TRAILER_BYTES // len(line)))
    SizedReader(few, None, None, has_trailers=True).read()
    many = Chunked(b"", [line] * (TRAILER_BYTES // len(line) + 1))
    reader = SizedReader(many, None, None, has_trailers=True)
    with pytest.raises(HTTPError, match="Trailers may have at most") as caught:
        reader.read()
    assert caught.value.status == 413
    assert not reader.drain(100)


def test_finish_happens_once() -> None:
    class Once(Chunked):
        def read_trailer_lines(self) -> Iterator[bytes]:
            lines = list(super().read_trailer_lines())
            self.trailers = [b"broken"]
            return iter(lines)

    reader = SizedReader(Once(b"", []), None, None, has_trailers=True)
    reader.finish()
    reader.finish()
    assert reader.done


@pytest.mark.parametrize(("limit", "ended"), [(5, False), (6, True), (100, True)])
def test_drain_tells_whether_it_came_to_the_end(limit: int, ended: Any) -> None:
    assert SizedReader(io.BytesIO(b"entityNEXT"), 6, None).drain(limit) is ended
