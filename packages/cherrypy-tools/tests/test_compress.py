from __future__ import annotations

import importlib
import sys
import zlib
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_tools import ResponseCompressor, choose_coding, compress_response, decompress
from cherrypy_tools.codings import installed

PAGE = b"<p>hello</p>" * 100


def unbrotli(body: bytes) -> bytes:
    brotli: Any = importlib.import_module("brotli")
    plain: bytes = brotli.decompress(body)
    return plain


def unzstd(body: bytes) -> bytes:
    zstandard: Any = importlib.import_module("zstandard")
    plain: bytes = zstandard.ZstdDecompressor().decompressobj().decompress(body)
    return plain


PLAIN = {"br": unbrotli, "zstd": unzstd, "gzip": decompress}


def answer(accepted: str | None, body: Any = PAGE, status: int = 200, **options: Any) -> Any:
    request = Request.blank("/", headers={} if accepted is None else {"Accept-Encoding": accepted})
    response = Response(status=status, content_type="text/html", headerlist=None)
    response.app_iter = [body] if isinstance(body, bytes) else body
    response.headers["ETag"] = '"a"'
    compress_response(request, response, **options)
    return response


@pytest.mark.parametrize(("coding", "module"), [("br", "brotli"), ("zstd", "zstandard")])
def test_a_page_is_compressed_by_a_library(coding: str, module: str) -> None:
    pytest.importorskip(module)
    response = answer(f"{coding}, gzip;q=0.5", codings=["gzip", coding])
    assert response.headers["Content-Encoding"] == coding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["ETag"] == 'W/"a"'
    assert PLAIN[coding](response.body) == PAGE


@pytest.mark.parametrize(("coding", "module"), [("br", "brotli"), ("zstd", "zstandard")])
def test_a_stream_is_compressed_by_a_library(coding: str, module: str) -> None:
    pytest.importorskip(module)
    response = answer(coding, body=iter([b"a", b"", b"b" * 100_000]), codings=[coding])
    assert PLAIN[coding](response.body) == b"a" + b"b" * 100_000


def test_gzip_needs_no_library() -> None:
    response = answer("gzip", codings=["gzip"], levels={"gzip": 9})
    assert response.headers["Content-Encoding"] == "gzip"
    assert decompress(response.body) == PAGE


def test_by_default_everything_that_is_installed_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert installed() == ("gzip",)


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1, br;q=0.9", "gzip"),
        ("x-gzip", "gzip"),
        ("BR", "br"),
        ("*", "br"),
        ("*, br;q=0", "zstd"),
        ("br;q=0, *;q=0, gzip", "gzip"),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("deflate", None),
        ("br;q=0", None),
        ("", None),
    ],
)
def test_the_highest_quality_is_chosen(accepted: str, chosen: str | None) -> None:
    assert choose_coding(accepted, ("br", "zstd", "gzip")) == chosen


@pytest.mark.parametrize("accepted", ["identity;q=0", "*;q=0", "br, identity;q=0"])
def test_a_client_that_takes_nothing_gets_406(accepted: str) -> None:
    with pytest.raises(HTTPError) as caught:
        answer(accepted, codings=["gzip"])
    assert caught.value.code == 406


def test_an_error_is_sent_plain_rather_than_as_another_error() -> None:
    assert answer("*;q=0", status=500, codings=["gzip"]).body == PAGE


@pytest.mark.parametrize("accepted", [None, "identity", "deflate"])
def test_a_plain_answer_varies_too(accepted: str | None) -> None:
    response = answer(accepted, codings=["gzip"])
    assert response.body == PAGE
    assert response.headers["Vary"] == "Accept-Encoding"
    assert response.headers["ETag"] == '"a"'


def test_small_bodies_stay_as_they_are() -> None:
    assert answer("gzip", body=b"a" * 499, codings=["gzip"]).body == b"a" * 499
    assert answer("gzip", body=b"a" * 9, codings=["gzip"], min_size=9).body != b"a" * 9


def test_other_media_types_stay_as_they_are() -> None:
    assert answer("gzip", codings=["gzip"], mime_types=["image/*"]).body == PAGE


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"codings": ["deflate"]}, "deflate"),
        ({"levels": {"gzip": 10}}, "0 to 9"),
        ({"levels": {"bz2": 1}}, "bz2"),
    ],
)
def test_wrong_options_are_refused_whatever_the_client_sends(
    options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        answer(None, **options)


@pytest.mark.parametrize(
    ("coding", "module", "extra"), [("br", "brotli", "brotli"), ("zstd", "zstandard", "zstd")]
)
def test_without_the_library_it_says_what_to_install(
    coding: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"pip install 'cherrypy-tools\[{extra}\]'"):
        answer(None, codings=[coding], levels={coding: 2})


def test_a_broken_stream_is_closed() -> None:
    closed = []

    class Body:
        def __iter__(self) -> Any:
            return iter([b"a" * 100])

        def close(self) -> None:
            closed.append(True)

    response = answer("gzip", body=Body(), codings=["gzip"])
    assert zlib.decompress(b"".join(response.app_iter), 31) == b"a" * 100
    response.app_iter.close()
    assert closed


def test_a_304_speaks_of_the_form_that_the_client_has() -> None:
    response = Response(status=304, etag="a")
    response.headers["Content-Type"] = "text/html"
    compress_response(Request.blank("/", headers={"Accept-Encoding": "gzip"}), response)
    assert (response.headers["ETag"], response.headers["Vary"]) == ('W/"a"', "Accept-Encoding")
    assert "Content-Encoding" not in response.headers


def test_options_are_checked_once_for_many_responses() -> None:
    compress_them = ResponseCompressor(["gzip"], levels={"gzip": 1}, min_size=0)
    for body in (b"text", b"more text"):
        response = Response(body, content_type="text/html")
        compress_them(Request.blank("/", headers={"Accept-Encoding": "gzip"}), response)
        assert decompress(response.body) == body
