"""Forms with files: what reaches the handler, and when its files are closed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_web import Part, RequestBody
from cherrypy_web.partstream import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDARY = "XX"


def encode(*parts: tuple[str, bytes], boundary: str = BOUNDARY) -> bytes:
    line = f"--{boundary}".encode()
    content = [
        line + b"\r\n" + head.encode() + b"\r\n\r\n" + body + b"\r\n" for head, body in parts
    ]
    return b"".join(content) + line + b"--\r\n"


def field(name: str, more: str = "") -> str:
    return f'Content-Disposition: form-data; name="{name}"{more}'


def upload(name: str, filename: str, content_type: str = "application/octet-stream") -> str:
    return field(name, f'; filename="{filename}"\r\nContent-Type: {content_type}')


_bodies: list[RequestBody] = []


@pytest.fixture(autouse=True)
def _close_bodies() -> Iterator[None]:
    yield
    while _bodies:
        _bodies.pop().close()


def read(content: bytes, subtype: str = "form-data", **attributes: Any) -> RequestBody:
    headers = HeaderMap(
        {
            "Content-Type": f"multipart/{subtype}; boundary={BOUNDARY}",
            "Content-Length": str(len(content)),
        }
    )
    body = RequestBody(io.BytesIO(content), headers)
    for name, value in attributes.items():
        setattr(body, name, value)
    _bodies.append(body)
    body.process()
    return body


def test_texts_and_files_reach_the_handler(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self, title: str, file: Part) -> bytes:
            assert file.filename == "a.png"
            assert file.content_type.value == "image/png"
            content: bytes = file.file.read()
            return title.encode() + content

    content = encode(
        (field("title"), "é".encode()), (upload("file", "a.png", "image/png"), b"\xff")
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = call(mount(Root()), "/", method="POST", body=content, headers=headers)
    assert answer.body == b"\xc3\xa9\xff"


def test_field_that_is_there_more_than_once_is_a_list() -> None:
    body = read(encode((field("a"), b"1"), (field("a"), b"2"), (upload("a", "f"), b"3")))
    *texts, file = body.params["a"]
    assert texts == ["1", "2"]
    assert file.file.read() == b"3"


def test_parameters_join_those_of_the_request() -> None:
    content = encode((field("a"), b"1"))
    headers = HeaderMap(
        {"Content-Type": "multipart/form-data; boundary=XX", "Content-Length": str(len(content))}
    )
    params: dict[str, Any] = {"a": "0"}
    RequestBody(io.BytesIO(content), headers, request_params=params).process()
    assert params == {"a": ["0", "1"]}


def test_file_that_was_not_chosen_is_an_empty_part() -> None:
    part = read(encode((upload("file", ""), b""))).params["file"]
    assert (part.filename, part.file, part.value) == ("", None, b"")
    assert part.fullvalue() == ""


def test_part_without_a_name_stays_in_parts() -> None:
    body = read(encode(("Content-Type: text/plain", b"nameless"), (field("a"), b"1")))
    assert body.params == {"a": "1"}
    assert [part.fullvalue() for part in body.parts] == ["nameless"]


def test_urlencoded_field_is_a_text_like_any_other() -> None:
    head = field("a", "\r\nContent-Type: application/x-www-form-urlencoded")
    assert read(encode((head, b"k=v"))).params == {"a": "k=v"}


def test_content_may_have_anything_but_the_boundary() -> None:
    content = b"\r\n--X\r\n-- XX\n--XX\r--XX\r\n\r\n--\r\n\0\r"
    part = read(encode((upload("file", "f"), content))).params["file"]
    assert part.file.read() == content


@pytest.mark.parametrize("size", [0, 1, BLOCK - 536, BLOCK - 80, BLOCK, 3 * BLOCK])
@pytest.mark.parametrize("content", [b"x", b"\r\n", b"\r\n--X"])
def test_file_of_any_size_comes_whole(content: bytes, size: int) -> None:
    content *= size // len(content)
    part = read(encode((upload("file", "f"), content), (field("a"), b"1"))).params["file"]
    assert part.file.read() == content


def test_preamble_and_epilogue_are_ignored() -> None:
    content = b"preamble\r\n" + encode((field("a"), b"1")) + b"epilogue\r\n"
    body = read(content)
    assert body.params == {"a": "1"}
    assert body.fp.done


def test_empty_body_has_no_parts() -> None:
    assert read(b"").params == {}


def test_body_with_the_last_boundary_only_has_no_parts() -> None:
    assert read(b"--XX--\r\n").params == {}


# Charsets.


def test_declared_charset_of_a_part_comes_first() -> None:
    head = field("a", "\r\nContent-Type: text/plain; charset=iso-8859-1")
    assert read(encode((head, b"\xe9"))).params == {"a": "é"}


def test_undecodable_text_is_400_with_the_charsets_that_were_tried() -> None:
    with pytest.raises(HTTPError, match=r"attempted: \['us-ascii', 'utf-8'\]") as caught:
        read(encode((field("a"), b"\xff")))
    assert caught.value.status == 400


def test_file_is_not_decoded() -> None:
    part = read(encode((upload("file", "f"), b"\xff"))).params["file"]
    with pytest.raises(HTTPError, match="could not be decoded"):
        part.fullvalue()


# Where files are.


def is_on_disk(file: Any) -> bool:
    return getattr(file, "_rolled", True)


@pytest.mark.parametrize(("size", "on_disk"), [(1_000, False), (1_001, True), (70_000, True)])
def test_file_beyond_maxrambytes_is_on_disk(size: int, on_disk: Any) -> None:
    file = read(encode((upload("file", "f"), b"x" * size))).params["file"].file
    assert is_on_disk(file) is on_disk
    assert file.read() == b"x" * size


def test_file_that_comes_in_small_pieces_goes_to_disk_too() -> None:
    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100))

    content = encode((upload("file", "f"), b"x" * 2_000))
    headers = HeaderMap(
        {"Content-Type": "multipart/form-data; boundary=XX", "Content-Length": str(len(content))}
    )
    body = RequestBody(Slow(content), headers)
    _bodies.append(body)
    body.process()
    assert is_on_disk(body.params["file"].file)


def test_maxrambytes_can_be_none_at_all() -> None:
    class OnDisk(Part):
        maxrambytes = 0

    content = encode((upload("file", "f"), b"x"))
    assert is_on_disk(read(content, part_class=OnDisk).params["file"].file)


def test_text_of_a_form_stays_in_memory() -> None:
    body = read(encode((field("a"), b"x" * 5_000)))
    assert body.params == {"a": "x" * 5_000}
    assert body.usage.files == 0


def test_files_are_closed_with_the_body() -> None:
    content = encode((upload("a", "f"), b"x"), (upload("b", "g"), b"x" * 5_000))
    body = read(content)
    files = [body.params[name].file for name in "ab"]
    assert not any(file.closed for file in files)
    body.close()
    assert all(file.closed for file in files)


def test_files_of_a_body_that_fails_are_closed_too() -> None:
    body = RequestBody(
        io.BytesIO(encode((upload("a", "f"), b"x"))[:-6]),
        HeaderMap(
            {"Content-Type": "multipart/form-data; boundary=XX", "Transfer-Encoding": "chunked"}
        ),
    )
    with pytest.raises(HTTPError):
        body.process()
    [file] = body.usage.open_files
    body.close()
    assert file.closed


def test_own_file_stays_open() -> None:
    mine = io.BytesIO()

    class Mine(Part):
        def make_file(self) -> Any:
            return mine

    body = read(encode((upload("file", "f"), b"abc")), part_class=Mine)
    body.close()
    assert body.params["file"].file is mine
    assert mine.read() == b"abc"


# What is wrong with it.


@pytest.mark.parametrize(
    "content",
    [
        encode((field("a"), b"1"))[:-6],
        encode((field("a"), b"1"))[:40],
        b"--XX\r\n",
        b"nothing of the kind",
        b"--YY--\r\n",
    ],
)
def test_missing_final_boundary_is_400_that_names_it(content: bytes) -> None:
    with pytest.raises(HTTPError, match="without its final boundary '--XX--'") as caught:
        read(content)
    assert caught.value.status == 400


@pytest.mark.parametrize("parameter", ["", '; boundary=""', '; boundary="a "', "; boundary=é"])
def test_unusable_boundary_is_400(parameter: str) -> None:
    headers = HeaderMap({"Content-Type": f"multipart/form-data{parameter}", "Content-Length": "2"})
    with pytest.raises(HTTPError, match="Invalid boundary in multipart form") as caught:
        RequestBody(io.BytesIO(b"--"), headers).process()
    assert caught.value.status == 400


def test_name_of_the_boundary_parameter_has_no_case() -> None:
    content = encode((field("a"), b"1"))
    headers = HeaderMap(
        {"Content-Type": 'Multipart/FORM-data; Boundary="XX"', "Content-Length": str(len(content))}
    )
    body = RequestBody(io.BytesIO(content), headers)
    body.process()
    assert body.params == {"a": "1"}


@pytest.mark.parametrize(
    "head", ["no colon", ": no name", "Content-Length: abc", "Content-Length: 9"]
)
def test_malformed_part_is_400(head: str) -> None:
    with pytest.raises(HTTPError, match="Malformed multipart body") as caught:
        read(encode((head, b"1")))
    assert caught.value.status == 400


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b"])
def test_line_break_in_a_header_field_is_400(value: str) -> None:
    with pytest.raises(HTTPError, match="Malformed header field 'X-A' of a part") as caught:
        read(encode((f"X-A: {value}", b"1")))
    assert caught.value.status == 400


def test_malformed_body_is_an_answer_and_the_handler_is_not_called(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self, **params: Any) -> bytes:
            raise AssertionError

    headers = {"Content-Type": "multipart/form-data; boundary=XX"}
    answer = call(mount(Root()), "/", method="POST", body=b"--XX\r\n", headers=headers)
    assert answer.code == 400
    assert "without its final boundary" in answer.text
