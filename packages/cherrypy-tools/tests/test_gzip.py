from __future__ import annotations

import gzip as stdlib_gzip
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_tools import compress, decompress, gzip

PAGE = b"<p>hello</p>" * 100


def answer(
    accepted: str = "gzip",
    *,
    body: Any = PAGE,
    kind: str = "text/html",
    method: str = "GET",
    **options: Any,
) -> Any:
    request = Request.blank("/", method=method)
    if accepted is not None:
        request.headers["Accept-Encoding"] = accepted
    response = Response(body, content_type=kind)
    gzip(request, response, **options)
    return response


def test_a_page_is_compressed_for_a_client_that_takes_it() -> None:
    response = answer()
    assert response.headers["Content-Encoding"] == "gzip"
    assert stdlib_gzip.decompress(response.body) == PAGE


def test_the_length_of_the_plain_body_goes() -> None:
    response = answer()
    assert response.headers.get("Content-Length") != str(len(PAGE))


@pytest.mark.parametrize(
    "accepted",
    ["gzip", "x-gzip", "GZip", "deflate, gzip;q=0.5", "gzip, identity;q=0", "gzip, *;q=0"],
)
def test_clients_that_take_it(accepted: str) -> None:
    assert answer(accepted).headers.get("Content-Encoding") == "gzip"


@pytest.mark.parametrize(
    "accepted",
    [
        None,
        "",
        "deflate",
        "*",
        "gzip;q=0",
        "gzip;q=0.0, deflate",
        "identity",
        "gzip, identity",
        "gzip;q=1, identity;q=0.5",
    ],
)
def test_clients_that_get_the_plain_body(accepted: str) -> None:
    response = answer(accepted)
    assert "Content-Encoding" not in response.headers
    assert response.body == PAGE


@pytest.mark.parametrize(
    ("patterns", "coding"),
    [(["text/*"], None), (["*/*"], None), (["text/*", "text/event-stream"], "gzip")],
)
def test_events_are_not_held_up_unless_that_is_asked_for(patterns: Any, coding: Any) -> None:
    response = answer(kind="text/event-stream", mime_types=patterns)
    assert response.headers.get("Content-Encoding") == coding


@pytest.mark.parametrize("accepted", ["*;q=0", "identity;q=0", "deflate, identity;q=0"])
def test_clients_that_can_get_neither(accepted: str) -> None:
    with pytest.raises(HTTPError) as caught:
        answer(accepted)
    assert caught.value.code == 406


@pytest.mark.parametrize("accepted", ["*;q=0", "gzip;q=much"])
def test_an_error_is_sent_plain_to_them(accepted: str) -> None:
    request = Request.blank("/", headers={"Accept-Encoding": accepted})
    response = Response(PAGE, status=406)
    gzip(request, response)
    assert response.body == PAGE


def test_a_quality_that_is_no_number_is_a_bad_request() -> None:
    with pytest.raises(HTTPError) as caught:
        answer("gzip;q=much")
    assert caught.value.code == 400


def test_a_header_beyond_reason_is_cut() -> None:
    assert "Content-Encoding" not in answer("x," * 5000 + "gzip").headers


@pytest.mark.parametrize("accepted", ["gzip", None, "identity"])
def test_the_response_varies_whether_it_is_compressed_or_not(accepted: str) -> None:
    assert answer(accepted).headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("kind", "patterns", "compressed"),
    [
        ("text/html", ["text/html"], True),
        ("text/html;charset=utf-8", ["text/html"], True),
        ("TEXT/HTML", ["text/html"], True),
        ("text/css", ["text/html"], False),
        ("text/css", ["text/*"], True),
        ("textual/css", ["text/*"], False),
        ("application/atom+xml", ["application/*+xml"], True),
        ("application/xml", ["application/*+xml"], False),
        ("application/json", ["text/*", "application/json"], True),
        ("image/png", ["*/*"], True),
    ],
)
def test_media_types(kind: str, patterns: Any, compressed: Any) -> None:
    response = Response(PAGE, headerlist=[("Content-Type", kind)])
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    gzip(request, response, mime_types=patterns)
    assert ("Content-Encoding" in response.headers) is compressed


@pytest.mark.parametrize(
    "change",
    [
        {"Content-Encoding": "br"},
        {"Cache-Control": "public, No-Transform"},
    ],
)
def test_responses_that_stay_as_they_are(change: Any) -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(PAGE)
    response.headers.update(change)
    gzip(request, response)
    assert response.body == PAGE


@pytest.mark.parametrize("status", [204, 206, 304])
def test_statuses_that_stay_as_they_are(status: Any) -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(PAGE, status=status, content_type="text/html")
    gzip(request, response)
    assert "Content-Encoding" not in response.headers


def test_a_response_without_a_media_type_stays_as_it_is() -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(PAGE)
    del response.headers["Content-Type"]
    gzip(request, response)
    assert response.body == PAGE


def test_an_empty_body_stays_empty() -> None:
    response = answer(body=b"")
    assert response.body == b""
    assert "Content-Encoding" not in response.headers


def test_head_gets_the_headers_of_get() -> None:
    request = Request.blank("/", method="HEAD", headers={"Accept-Encoding": "gzip"})
    response = Response(b"", content_type="text/html")
    response.content_length = 1200
    gzip(request, response)
    assert response.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in response.headers


def test_ranges_are_of_the_plain_body() -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(PAGE)
    response.headers["Accept-Ranges"] = "bytes"
    gzip(request, response)
    assert "Accept-Ranges" not in response.headers


def test_a_strong_entity_tag_becomes_weak() -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(PAGE)
    response.headers["ETag"] = '"abc"'
    gzip(request, response)
    assert response.headers["ETag"] == 'W/"abc"'


def test_a_weak_entity_tag_stays() -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(PAGE)
    response.headers["ETag"] = 'W/"abc"'
    gzip(request, response)
    assert response.headers["ETag"] == 'W/"abc"'


class Stream:
    def __init__(self, chunks: Any) -> None:
        self.chunks = chunks
        self.was_read = False
        self.was_closed = False

    def __iter__(self) -> Any:
        self.was_read = True
        return iter(self.chunks)

    def close(self) -> None:
        self.was_closed = True


def test_a_stream_is_compressed_while_it_is_read_and_closed_at_the_end() -> None:
    stream = Stream([b"a" * 1000, b"b" * 1000])
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(content_type="text/plain", app_iter=stream)
    gzip(request, response)
    assert not stream.was_read
    assert decompress(b"".join(response.app_iter)) == b"a" * 1000 + b"b" * 1000
    assert response.body is not None
    assert stream.was_closed


def test_an_iterator_without_close_is_no_trouble() -> None:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(content_type="text/plain", app_iter=iter([PAGE]))
    gzip(request, response)
    assert decompress(response.body) == PAGE


def test_the_level_is_used() -> None:
    data = bytes(range(256)) * 200
    assert len(answer(body=data, compress_level=0).body) > len(data)
    assert len(answer(body=data, compress_level=9).body) < len(data) / 10


def test_compressing_twice_gives_the_same_bytes() -> None:
    assert answer().body == answer().body


@given(st.lists(st.binary()), st.integers(0, 9))
def test_decompress_undoes_compress(chunks: Any, level: Any) -> None:
    assert decompress(b"".join(compress(chunks, level))) == b"".join(chunks)


@pytest.mark.parametrize("rubbish", [b"", b"no gzip", b"\x1f\x8b\x08"])
def test_what_is_no_gzip_stream_is_refused(rubbish: Any) -> None:
    with pytest.raises(zlib.error):
        decompress(rubbish)


def test_a_stream_that_is_cut_off_is_refused() -> None:
    whole = b"".join(compress([PAGE], 5))
    with pytest.raises(zlib.error, match="ends before"):
        decompress(whole[:-1])


def test_decompress_reads_every_member() -> None:
    member = stdlib_gzip.compress(b"text")
    assert decompress(member + member) == b"texttext"
    for rest in (b"rubbish", member[:-1]):
        with pytest.raises(zlib.error):
            decompress(member + rest)


@pytest.mark.parametrize(
    ("accepted", "etag"), [("gzip", 'W/"a"'), ("identity", '"a"'), ("gzip;q=0", '"a"')]
)
def test_a_304_speaks_of_the_form_that_the_client_has(accepted: str, etag: str) -> None:
    response = Response(status=304, etag="a")
    response.headers["Content-Type"] = "text/html"
    gzip(Request.blank("/", headers={"Accept-Encoding": accepted}), response)
    assert (response.headers["ETag"], response.headers["Vary"]) == (etag, "Accept-Encoding")
    assert "Content-Encoding" not in response.headers


def test_a_level_that_there_is_not_is_refused() -> None:
    response = Response("text" * 100, content_type="text/html")
    with pytest.raises(ValueError, match="gzip has no level 10: use 0 to 9"):
        gzip(Request.blank("/", headers={"Accept-Encoding": "gzip"}), response, 10)
