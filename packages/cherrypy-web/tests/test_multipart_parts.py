"""Multipart bodies of other subtypes, within each other, and parts on their own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_web import Part, RequestBody, process_multipart
from cherrypy_web.partstream import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator


_bodies: list[RequestBody] = []


@pytest.fixture(autouse=True)
def _close_bodies() -> Iterator[None]:
    yield
    while _bodies:
        _bodies.pop().close()


def read(content: bytes, content_type: str, **attributes: Any) -> RequestBody:
    headers = HeaderMap({"Content-Type": content_type, "Content-Length": str(len(content))})
    body = RequestBody(io.BytesIO(content), headers)
    for name, value in attributes.items():
        setattr(body, name, value)
    _bodies.append(body)
    body.process()
    return body


def encode(*parts: bytes, boundary: bytes = b"XX") -> bytes:
    return b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts) + (
        b"--%s--\r\n" % boundary
    )


MIXED = "multipart/mixed; boundary=XX"


@pytest.mark.parametrize("subtype", ["mixed", "alternative", "related", "unheard-of"])
def test_other_subtypes_give_parts(subtype: str) -> None:
    content = encode(b"Content-Type: text/html\r\n\r\n<p>", b"\r\nplain")
    body = read(content, f"multipart/{subtype}; boundary=XX")
    assert [part.content_type.value for part in body.parts] == ["text/html", "text/plain"]
    assert [part.value for part in body.parts] == [b"<p>", b"plain"]
    assert [part.fullvalue() for part in body.parts] == ["<p>", "plain"]


def test_parts_are_a_parameter_too() -> None:
    named = b'Content-Disposition: attachment; name="n"\r\n\r\n3'
    body = read(encode(b"\r\n1", b"\r\n2", named), MIXED)
    assert body.params == {"parts": ["1", "2"], "n": "3"}
    assert len(body.parts) == 3


def test_part_that_is_no_text_is_given_itself() -> None:
    body = read(encode(b"Content-Type: image/png\r\n\r\n\xff"), MIXED)
    assert body.params["parts"] is body.parts[0]
    assert body.parts[0].value == b"\xff"


def test_large_part_without_a_name_is_in_a_file() -> None:
    body = read(encode(b"\r\n" + b"x" * 1_000, b"\r\n" + b"x" * 1_001), MIXED)
    small, large = body.parts
    assert (small.value, small.file) == (b"x" * 1_000, None)
    assert large.value is None
    assert large.file.read() == b"x" * 1_001
    assert large.fullvalue() == "x" * 1_001


def test_large_part_without_a_name_comes_whole() -> None:
    body = read(encode(b"\r\n" + b"x" * 300_000), MIXED)
    assert body.parts[0].file.read() == b"x" * 300_000


def test_headers_of_a_part() -> None:
    head = b"X-A: 1\r\nx-a: 2\r\nX-Long: a\r\n b\r\nX-Latin: \xe9"
    part = read(encode(head + b"\r\n\r\n"), MIXED).parts[0]
    assert part.headers == {"X-A": "1, 2", "X-Long": "a b", "X-Latin": "é"}


def test_part_within_a_part() -> None:
    inner = encode(b"\r\nin 1", b"\r\nin 2", boundary=b"YY")
    outer = encode(b"Content-Type: multipart/mixed; boundary=YY\r\n\r\n" + inner, b"\r\nout")
    body = read(outer, MIXED)
    assert [part.fullvalue() for part in body.parts[0].parts] == ["in 1", "in 2"]
    assert body.parts[1].fullvalue() == "out"


def test_field_of_several_files_in_the_old_way() -> None:
    inner = encode(b'Content-Disposition: file; filename="a"\r\n\r\n1', boundary=b"YY")
    head = b'Content-Disposition: form-data; name="f"\r\nContent-Type: multipart/mixed; boundary=YY'
    body = read(encode(head + b"\r\n\r\n" + inner), "multipart/form-data; boundary=XX")
    [file] = body.params["f"].parts
    assert (file.filename, file.file.read()) == ("a", b"1")


def test_bodies_within_each_other_have_a_limit() -> None:
    def nest(depth: int) -> bytes:
        content = b"\r\n."
        for level in range(depth, 0, -1):
            boundary = b"b%03d" % level
            content = encode(content, boundary=boundary)
            content = b"Content-Type: multipart/mixed; boundary=%s\r\n\r\n%s" % (boundary, content)
        return encode(content)

    read(nest(2), MIXED, max_nesting=3)
    with pytest.raises(HTTPError, match="At most 3 multipart bodies") as caught:
        read(nest(3), MIXED, max_nesting=3)
    assert caught.value.status == 413
    with pytest.raises(HTTPError, match="At most 5"):
        read(nest(500), MIXED)


def test_processor_of_a_part_reads_no_further_than_the_part() -> None:
    seen: list[Any] = []

    class Reader(Part):
        def default_proc(self) -> None:
            seen.append((self.readline(), self.read(2), self.readlines()))

    read(encode(b"\r\na\nbbc\nd\r\n", b"\r\n2"), MIXED, part_class=Reader)
    assert seen == [(b"a\n", b"bb", [b"c\n", b"d\r\n"]), (b"2", b"", [])]


def test_processor_of_a_part_need_not_read_it() -> None:
    class Lazy(Part):
        def default_proc(self) -> None:
            self.value = self.read(1)

    body = read(encode(b"\r\n" + b"a" * 200_000, b"\r\nb"), MIXED, part_class=Lazy)
    assert [part.value for part in body.parts] == [b"a", b"b"]


def test_parts_can_have_processors() -> None:
    class Typed(Part):
        processors = Part.processors | {"text/x": lambda part: setattr(part, "value", b"done")}

    body = read(encode(b"Content-Type: text/x\r\n\r\n1"), MIXED, part_class=Typed)
    assert body.parts[0].value == b"done"


def test_process_multipart_fills_parts_only() -> None:
    body = read(encode(b"\r\n1"), MIXED, processors={"multipart": process_multipart})
    assert body.params == {}
    assert [part.value for part in body.parts] == [b"1"]


# Reading a part line by line.


def lines_of(content: bytes, *sizes: int) -> list[bytes]:
    found: list[bytes] = []

    class Lines(Part):
        def default_proc(self) -> None:
            found.extend(self.readline(size) for size in sizes)
            found.extend(self)

    read(encode(b"\r\n" + content), MIXED, part_class=Lines)
    return found


def test_line_that_is_longer_than_a_block() -> None:
    line = b"x" * 2 * BLOCK + b"\n"
    assert lines_of(line + b"y") == [line, b"y"]


def test_lines_of_limited_size() -> None:
    assert lines_of(b"abcd\nef\ng", 2, 9, 0) == [b"ab", b"cd\n", b"", b"ef\n", b"g"]


def test_limited_line_goes_on_in_the_next_block() -> None:
    first, *rest = lines_of(b"x" * (BLOCK + 2) + b"\ny", BLOCK + 1)
    assert first == b"x" * (BLOCK + 1)
    assert rest == [b"x\n", b"y"]


def test_readlines_of_a_part_stops_at_the_hint() -> None:
    found: list[list[bytes]] = []

    class Lines(Part):
        def default_proc(self) -> None:
            found.append(self.readlines(3))
            found.append(self.readlines())

    read(encode(b"\r\na\nb\nc\nd"), MIXED, part_class=Lines)
    assert found == [[b"a\n", b"b\n"], [b"c\n", b"d"]]


def test_part_is_read_into_a_given_file() -> None:
    out = io.BytesIO()

    class Given(Part):
        def default_proc(self) -> None:
            assert self.read_into_file(out) is out

    read(encode(b"\r\nabc"), MIXED, part_class=Given)
    assert out.getvalue() == b"abc"


# A part on its own.

BOUNDARY = b"--XX"


def test_part_from_a_plain_file() -> None:
    file = io.BytesIO(b"X-A: 1\r\n y\r\n\r\ncontent\r\n\r\n--XX\r\nrest")
    part = Part.from_fp(file, BOUNDARY)
    assert part.headers == {"X-A": "1 y"}
    assert part.boundary == BOUNDARY
    assert part.read_lines_to_boundary() == b"content\r\n"
    assert file.read() == b"rest"


@pytest.mark.parametrize("end", [b"\r\n--XX--\r\n", b"\n--XX\n", b"\r\n--XX--"])
def test_part_ends_before_the_line_of_its_boundary(end: bytes) -> None:
    content = b"a\nb\r\n--X\r\n --XX\r\n--XXX\r\r\n\n"
    part = Part(io.BytesIO(content + end), HeaderMap(), BOUNDARY)
    part.process()
    assert part.value == content


def test_part_of_a_line_that_is_longer_than_a_block() -> None:
    content = b"x" * BLOCK + b"--XX\r\n" + b"y" * (BLOCK + 1)
    part = Part(io.BytesIO(content + b"\r\n--XX--\r\n"), HeaderMap(), BOUNDARY)
    assert part.read() == content


def test_line_end_on_the_edge_of_a_block() -> None:
    content = b"x" * (BLOCK - 1)
    part = Part(io.BytesIO(content + b"\r\n--XX--\r\n"), HeaderMap(), BOUNDARY)
    assert part.read() == content


def test_part_without_its_boundary_is_400() -> None:
    part = Part(io.BytesIO(b"abc"), HeaderMap(), BOUNDARY)
    with pytest.raises(HTTPError, match="'--XX'") as caught:
        part.process()
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        (b"no colon\r\n\r\n", 400),
        (b"X: only a line feed\n\r\n", 400),
        (b"X: no end", 400),
        (b"", 400),
        (b"X: 1\r\n" * 33 + b"\r\n", 413),
        (b"X: " + b"1" * 9_000 + b"\r\n\r\n", 413),
    ],
)
def test_header_fields_that_are_wrong(fields: bytes, status: int) -> None:
    with pytest.raises(HTTPError, match="of a part") as caught:
        Part.read_headers(io.BytesIO(fields))
    assert caught.value.status == status
