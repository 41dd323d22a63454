"""Hostile multipart bodies: limits, linear time, bounded memory."""

from __future__ import annotations

import io
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_web import RequestBody
from cherrypy_web.partstream import PartStream
from cherrypy_web.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator


_bodies: list[RequestBody] = []


@pytest.fixture(autouse=True)
def _close_bodies() -> Iterator[None]:
    yield
    while _bodies:
        _bodies.pop().close()


def read(content: Any, **attributes: Any) -> RequestBody:
    file = io.BytesIO(content) if isinstance(content, bytes) else content
    headers = HeaderMap(
        {"Content-Type": "multipart/form-data; boundary=XX", "Transfer-Encoding": "chunked"}
    )
    body = RequestBody(file, headers)
    for name, value in attributes.items():
        setattr(body, name, value)
    _bodies.append(body)
    body.process()
    return body


def part(name: str = "a", content: bytes = b"1", more: bytes = b"") -> bytes:
    disposition = b'Content-Disposition: form-data; name="%s"' % name.encode()
    return b"--XX\r\n" + disposition + more + b"\r\n\r\n" + content + b"\r\n"


END = b"--XX--\r\n"
FILE = b'; filename="f"'


@pytest.mark.parametrize(
    ("fine", "too_much", "limit", "message"),
    [
        (part() * 3, part() * 4, {"max_parts": 3}, "at most 3 parts"),
        (part(more=FILE) * 2, part(more=FILE) * 3, {"max_files": 2}, "at most 2 files"),
        (part() * 4, part(content=b"12345"), {"max_text_bytes": 4}, "at most 4 bytes of text"),
        (part() * 4, part() * 5, {"max_text_bytes": 4}, "at most 4 bytes of text"),
        (part(), part(more=b"\r\nX: 1"), {"max_part_headers": 1}, "header count"),
        (part(), part(name="a" * 30), {"max_part_header_bytes": 60}, "header length"),
        (
            part(more=b"\r\nX: 1"),
            part(more=b"\r\nX: " + b"1" * 30),
            {"max_part_header_bytes": 65},
            "at most 65 bytes",
        ),
        (part(), part(name="a" * 300_000), {}, "header length"),
        (part(), part(content=b"1" * 200), {"maxbytes": 100}, "larger than 100 bytes"),
    ],
)
def test_limit(fine: bytes, too_much: bytes, limit: dict[str, int], message: str) -> None:
    read(fine + END, **limit).close()
    with pytest.raises(HTTPError, match=message) as caught:
        read(too_much + END, **limit)
    assert caught.value.status == 413


def test_limits_come_from_config(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self, **params: Any) -> bytes:
            return b"fine"

    app = mount(Root(), {"/": {"request.body.max_parts": 2}})
    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    answers = [
        call(app, "/", method="POST", body=part() * count + END, headers=headers).code
        for count in (2, 3)
    ]
    assert answers == [200, 413]


def test_parts_within_parts_count() -> None:
    inner = (part() * 3 + END).replace(b"--XX", b"--YY")
    content = part(content=inner, more=b"\r\nContent-Type: multipart/mixed; boundary=YY") + END
    read(content, max_parts=4)
    with pytest.raises(HTTPError, match="at most 3 parts"):
        read(content, max_parts=3)


# No clock is looked at here: in quadratic time, these would take hours.


@pytest.mark.parametrize(
    "content",
    [
        b"\r" * 4_000_000,
        b"\r\n" * 2_000_000,
        b"\r\n--X" * 800_000,
        b"\r\n-" * 1_000_000,
        b"-" * 4_000_000,
    ],
)
def test_content_that_looks_like_boundaries_takes_time_by_its_length(content: bytes) -> None:
    body = read(part(content=content, more=FILE) + END)
    assert body.params["a"].file.seek(0, io.SEEK_END) == len(content)


def test_preamble_without_end_takes_time_by_its_length() -> None:
    with pytest.raises(HTTPError, match="final boundary"):
        read(b"\r\n--X" * 800_000)


class Counted(bytes):
    """A chunk that knows how many of its bytes were looked at or copied."""

    touched = 0

    def find(self, piece: Any, start: Any = None, end: Any = None) -> int:
        found = super().find(piece, start, end)
        self.touched += (len(self) if found < 0 else found) - start
        return found

    def __getitem__(self, index: Any) -> Any:
        piece = super().__getitem__(index)
        self.touched += len(piece)
        return piece


def test_lines_of_a_part_are_found_and_cut_out_once() -> None:
    chunk = Counted(b"\n" * 10_000 + b"a" * 10_000)
    stream = PartStream(iter([chunk]), HeaderMap(), Usage(), 1)
    assert sum(map(len, stream)) == len(chunk)
    assert chunk.touched <= 2 * len(chunk)


class Endless:
    """Many megabytes of one part that are in memory only when they are read."""

    def __init__(self, size: int) -> None:
        self.left = size
        self.rest = io.BytesIO(b"\r\n" + END)
        self.head = io.BytesIO(part(more=FILE)[:-3])

    def read(self, size: int) -> bytes:
        if head := self.head.read(size):
            return head
        if not self.left:
            return self.rest.read(size)
        size = min(size, self.left)
        self.left -= size
        return b"x" * size


def test_large_file_takes_little_memory() -> None:
    read(part() + END)
    tracemalloc.start()
    try:
        body = read(Endless(20_000_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert body.params["a"].file.seek(0, io.SEEK_END) == 20_000_000
    body.close()
    assert peak < 1_000_000
