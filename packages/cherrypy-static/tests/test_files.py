from __future__ import annotations

import os
import time
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPDate, HTTPError, NotFound
from cherrypy_static import (
    FileBody,
    FileData,
    ShortFileError,
    serve_download,
    serve_file,
)
from cherrypy_static.files import Opened

MODIFIED = 784111777
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture
def page(tmp_path: Any) -> Any:
    path = tmp_path / "page.txt"
    path.write_bytes(b"0123456789")
    os.utime(path, (MODIFIED, MODIFIED))
    return str(path)


def serve(path: Any, *args: Any, method: Any = "GET", headers: Any = None, **options: Any) -> Any:
    request = Request.blank("/page", method=method, headers=headers or {})
    response = Response()
    body = serve_file(request, response, path, *args, **options)
    assert body is response.app_iter
    return response


def status_of_failure(path: Any, **headers: Any) -> Any:
    with pytest.raises(HTTPError) as caught:
        serve(path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    return caught.value.code


def test_a_file_is_served_whole(page: Any) -> None:
    response = serve(page)
    assert response.status == "200 OK"
    assert response.body == b"0123456789"
    assert dict(response.headers) == {
        "Content-Type": "text/plain",
        "Content-Length": "10",
        "Last-Modified": DATE,
        "Accept-Ranges": "bytes",
    }


def test_a_path_object_will_do(tmp_path: Any, page: Any) -> None:
    assert serve(tmp_path / "page.txt").body == b"0123456789"


def test_head_gets_the_headers_only(page: Any) -> None:
    response = serve(page, method="HEAD")
    assert response.headers["Content-Length"] == "10"
    assert list(response.app_iter) == []


def test_head_ignores_ranges(page: Any) -> None:
    assert serve(page, method="HEAD", headers={"Range": "bytes=1-3"}).status_code == 200


def test_an_empty_file(tmp_path: Any) -> None:
    path = tmp_path / "empty.txt"
    path.touch()
    response = serve(str(path))
    assert response.body == b""
    assert response.headers["Content-Length"] == "0"


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'page\.txt' is not an absolute path"):
        serve("page.txt")


@pytest.mark.parametrize("name", ["nope", "page.txt/", "page.txt/x", "", "a\0b", "x" * 300])
def test_what_is_no_file_is_not_found(page: Any, name: Any) -> None:
    with pytest.raises(NotFound) as caught:
        serve(f"{Path(page).parent}/{name}")
    assert "'/page'" in caught.value.message


def test_a_path_that_cannot_be_decoded_is_not_found_either() -> None:
    with pytest.raises(NotFound):
        serve_file(Request.blank("/%ff"), Response(), "/nowhere")


def test_a_fifo_is_not_found(tmp_path: Any) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotFound):
        serve(str(tmp_path / "pipe"))


def test_a_device_is_not_found() -> None:
    with pytest.raises(NotFound):
        serve("/dev/zero")


def test_a_file_that_may_not_be_read_is_forbidden(page: Any, monkeypatch: Any) -> None:
    def refuse(path: Any, flags: Any) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(os, "open", refuse)
    assert status_of_failure(page) == 403


def test_a_file_that_becomes_something_else_before_it_is_opened_is_not_found(
    tmp_path: Any, monkeypatch: Any
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").touch()
    really_open = os.open
    monkeypatch.setattr(os, "open", lambda p, flags: really_open(tmp_path / "pipe", flags))
    with pytest.raises(NotFound):
        serve(str(tmp_path / "file"))


# Conditions


@pytest.mark.parametrize(
    "since", [DATE, "Sun, 06 Nov 1994 08:49:38 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_the_file_gets_304(page: Any, since: Any, method: Any) -> None:
    response = serve(page, method=method, headers={"If-Modified-Since": since})
    assert response.status_code == 304
    assert response.body == b""
    assert dict(response.headers) == {"Last-Modified": DATE}


@pytest.mark.parametrize("since", ["Sun, 06 Nov 1994 08:49:36 GMT", "yesterday", ""])
def test_a_client_that_has_an_older_file_gets_the_new_one(page: Any, since: Any) -> None:
    assert serve(page, headers={"If-Modified-Since": since}).status_code == 200


def test_only_reading_is_answered_with_304(page: Any) -> None:
    response = serve(page, method="POST", headers={"If-Modified-Since": DATE, "Range": "bytes=1-2"})
    assert response.status_code == 200
    assert response.body == b"0123456789"


def test_if_unmodified_since(page: Any) -> None:
    assert serve(page, headers={"If-Unmodified-Since": DATE}).status_code == 200
    assert serve(page, headers={"If-Unmodified-Since": "soon"}).status_code == 200
    earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    assert status_of_failure(page, If_Unmodified_Since=earlier) == 412


def test_without_an_entity_tag_none_matches(page: Any) -> None:
    assert status_of_failure(page, If_Match='"a"') == 412
    assert serve(page, headers={"If-Match": "*"}).status_code == 200
    assert serve(page, headers={"If-None-Match": '"a"'}).status_code == 200


def test_an_entity_tag_outranks_a_date(page: Any) -> None:
    headers = {"If-None-Match": '"a"', "If-Modified-Since": DATE}
    assert serve(page, headers=headers).status_code == 200
    earlier = "Sun, 06 Nov 1994 08:49:36 GMT"
    headers = {"If-Match": "*", "If-Unmodified-Since": earlier}
    assert serve(page, headers=headers).status_code == 200


def test_strong_entity_tags_on_request(page: Any) -> None:
    etag = serve(page, etag=True).headers["ETag"]
    assert etag.startswith('"')
    for tags in (etag, "*", f'"a", {etag}', f"W/{etag}"):
        response = serve(page, etag=True, headers={"If-None-Match": tags})
        assert response.status_code == 304
        assert response.headers["ETag"] == etag
    assert serve(page, etag=True, headers={"If-Match": etag}).status_code == 200
    with pytest.raises(HTTPError):
        serve(page, etag=True, headers={"If-Match": f"W/{etag}"})


def test_another_version_has_another_entity_tag(page: Any) -> None:
    before = serve(page, etag=True).headers["ETag"]
    Path(page).write_bytes(b"9876543210")
    assert serve(page, etag=True).headers["ETag"] != before


def test_an_error_page_is_sent_under_its_status(page: Any) -> None:
    request = Request.blank("/", headers={"If-Modified-Since": DATE, "Range": "bytes=1-2"})
    response = Response(status=404)
    serve_file(request, response, page)
    assert response.status_code == 404
    assert response.body == b"0123456789"


def test_a_time_to_come_is_sent_as_now(page: Any) -> None:
    later = time.time() + 1000
    os.utime(page, (later, later))
    before = int(time.time())
    response = serve(page, etag=True)
    told = parsedate_to_datetime(response.headers["Last-Modified"]).timestamp()
    assert before <= told <= time.time()
    headers = {"If-Modified-Since": HTTPDate(told - 1)}
    assert serve(page, headers=headers).status_code == 200
    headers = {"If-Unmodified-Since": HTTPDate(told - 1)}
    with pytest.raises(HTTPError):
        serve(page, headers=headers)


# Ranges


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=1-3", b"123", "bytes 1-3/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=-20", b"0123456789", "bytes 0-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=1-1, 50-60", b"1", "bytes 1-1/10"),
    ],
)
def test_a_range(page: Any, asked: Any, content: Any, told: Any) -> None:
    response = serve(page, headers={"Range": asked})
    assert response.status == "206 Partial Content"
    assert response.body == content
    assert response.headers["Content-Range"] == told
    assert response.headers["Content-Length"] == str(len(content))
    assert response.headers["Last-Modified"] == DATE


@pytest.mark.parametrize(
    "asked",
    ["x", "bytes", "bytes=", "bytes=a-b", "bytes=3-1", "lines=1-2", "bytes=" + "0-," * 200],
)
def test_a_range_that_makes_no_sense_is_ignored(page: Any, asked: Any) -> None:
    assert serve(page, headers={"Range": asked}).status_code == 200


def test_a_range_beyond_the_end(page: Any) -> None:
    request = Request.blank("/", headers={"Range": "bytes=10-"})
    response = Response()
    with pytest.raises(HTTPError) as caught:
        serve_file(request, response, page)
    assert caught.value.code == 416
    assert caught.value.message == "Invalid Range (first-byte-pos greater than Content-Length)"
    assert response.headers["Content-Range"] == "bytes */10"


def parts_of(response: Any) -> Any:
    head = b"Content-Type: " + response.headers["Content-Type"].encode() + b"\r\n\r\n"
    message = message_from_bytes(head + response.body)
    return [
        (part["Content-Type"], part["Content-Range"], part.get_payload(decode=True))
        for part in message.walk()
        if not part.is_multipart()
    ]


def test_several_ranges_are_several_parts(page: Any) -> None:
    response = serve(page, headers={"Range": "bytes=1-3,5-6"})
    assert response.status_code == 206
    assert response.headers["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert response.headers["Content-Length"] == str(len(response.body))
    assert "Content-Range" not in response.headers
    assert parts_of(response) == [
        ("text/plain", "bytes 1-3/10", b"123"),
        ("text/plain", "bytes 5-6/10", b"56"),
    ]


def test_a_condition_comes_before_a_range(page: Any) -> None:
    headers = {"Range": "bytes=1-3", "If-Modified-Since": DATE}
    assert serve(page, headers=headers).status_code == 304


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        (DATE, 206),
        (f" {DATE} ", 206),
        ("Sun, 06 Nov 1994 08:49:38 GMT", 200),
        ("rubbish", 200),
        ('"a"', 200),
        ('W/"a"', 200),
    ],
)
def test_if_range(page: Any, condition: Any, status: Any) -> None:
    headers = {"Range": "bytes=1-3", "If-Range": condition}
    assert serve(page, headers=headers).status_code == status


def test_if_range_with_the_entity_tag(page: Any) -> None:
    etag = serve(page, etag=True).headers["ETag"]
    for condition, status in ((etag, 206), (f"W/{etag}", 200)):
        headers = {"Range": "bytes=1-3", "If-Range": condition}
        assert serve(page, etag=True, headers=headers).status_code == status


def test_a_date_is_no_strong_validator_in_its_own_second(page: Any) -> None:
    os.utime(page, (2**32, 2**32))
    date = serve(page).headers["Last-Modified"]
    assert serve(page, headers={"Range": "bytes=1-3", "If-Range": date}).status_code == 200


@given(st.text())
def test_any_range_and_condition_is_answered(tmp_path_factory: Any, text: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(b"0123456789")
    for name in ("Range", "If-Range", "If-Modified-Since", "If-None-Match"):
        try:
            response = serve(str(path), headers={name: text, "Range": text})
        except HTTPError as error:
            assert error.code == 416  # noqa: PT017 - both outcomes are right
        else:
            assert response.status_code in {200, 206, 304}


# Large files


@pytest.fixture
def large(tmp_path: Any) -> Any:
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * 1024)
    return str(path)


def test_a_large_file_is_read_while_it_is_sent(large: Any) -> None:
    response = serve(large)
    assert isinstance(response.app_iter, FileBody)
    assert response.headers["Content-Length"] == "262144"
    chunks = list(response.app_iter)
    assert max(map(len, chunks)) == 65536
    assert b"".join(chunks) == bytes(range(256)) * 1024


def test_large_ranges(large: Any) -> None:
    response = serve(large, headers={"Range": "bytes=1-100000"})
    assert len(response.body) == 100000
    response = serve(large, headers={"Range": "bytes=1-100000,200000-"})
    assert response.headers["Content-Length"] == str(len(response.body))
    assert [len(content) for _, _, content in parts_of(response)] == [100000, 62144]


def test_closing_the_body_closes_the_file(large: Any) -> None:
    body = serve(large).app_iter
    assert isinstance(body, FileBody)
    body.close()
    assert body.file.closed
    body.close()


def test_reading_the_body_closes_the_file(large: Any) -> None:
    body = serve(large).app_iter
    assert isinstance(body, FileBody)
    list(body)
    assert body.file.closed


def test_a_file_that_shrinks_is_an_error_for_the_server(large: Any) -> None:
    chunks = iter(serve(large).app_iter)
    next(chunks)
    os.truncate(large, 100000)
    with pytest.raises(ShortFileError) as caught:
        list(chunks)
    assert caught.value.missing == 162144


def test_a_file_that_grows_is_sent_as_long_as_it_was(large: Any) -> None:
    response = serve(large)
    with Path(large).open("ab") as file:
        file.write(b"more")
    assert len(b"".join(response.app_iter)) == 262144


def test_a_file_that_vanishes_is_sent_to_its_end(large: Any) -> None:
    response = serve(large)
    Path(large).unlink()
    assert len(b"".join(response.app_iter)) == 262144


def test_a_request_that_fails_closes_the_file(large: Any, monkeypatch: Any) -> None:
    opened = []
    as_file = Opened.as_file

    def remember(found: Any) -> Any:
        opened.append(as_file(found))
        return opened[-1]

    monkeypatch.setattr(Opened, "as_file", remember)
    assert status_of_failure(large, Range="bytes=999999-") == 416
    assert opened[0].closed


def test_a_small_file_is_closed_before_anything_is_sent(page: Any) -> None:
    before = set(Path("/dev/fd").iterdir())
    response = serve(page)
    assert isinstance(response.app_iter, FileData)
    assert set(Path("/dev/fd").iterdir()) == before


def test_a_small_file_that_shrinks_is_an_error_before_anything_is_sent(
    page: Any, monkeypatch: Any
) -> None:
    really_read = os.read

    def shrink(descriptor: int, size: int) -> bytes:
        os.truncate(page, 4)
        return really_read(descriptor, size)

    monkeypatch.setattr(os, "read", shrink)
    before = set(Path("/dev/fd").iterdir())
    response = Response()
    with pytest.raises(ShortFileError, match="6 bytes early"):
        serve_file(Request.blank("/"), response, page)
    assert set(Path("/dev/fd").iterdir()) == before
    assert "Last-Modified" not in response.headers


def test_a_file_that_cannot_be_looked_at_is_closed(page: Any, monkeypatch: Any) -> None:
    descriptors = []

    def fail(descriptor: int) -> None:
        descriptors.append(descriptor)
        raise MemoryError

    monkeypatch.setattr(os, "fstat", fail)
    with pytest.raises(MemoryError):
        serve(page)
    monkeypatch.undo()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptors[0])


# Further options


def test_the_media_type_can_be_given(page: Any) -> None:
    assert serve(page, "text/x-own").headers["Content-Type"] == "text/x-own"


def test_a_disposition_names_the_file(page: Any) -> None:
    response = serve(page, None, "inline")
    assert response.headers["Content-Disposition"] == 'inline; filename="page.txt"'
    response = serve(page, "application/x-download", "attachment", "a b.txt")
    assert response.headers["Content-Disposition"] == 'attachment; filename="a b.txt"'


def test_max_age(page: Any) -> None:
    assert serve(page, max_age=60).headers["Cache-Control"] == "max-age=60"


def test_a_download(page: Any) -> None:
    response = Response()
    serve_download(Request.blank("/"), response, page)
    assert response.headers["Content-Type"] == "application/x-download"
    assert response.headers["Content-Disposition"] == 'attachment; filename="page.txt"'
    serve_download(Request.blank("/"), response, page, "other.txt")
    assert response.headers["Content-Disposition"] == 'attachment; filename="other.txt"'


def test_what_is_served_is_logged(page: Any, caplog: Any) -> None:
    caplog.set_level("INFO")
    serve(page)
    assert not caplog.records
    serve(page, debug=True)
    assert "page.txt" in caplog.text
