from __future__ import annotations

import gzip as stdlib_gzip
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from webob import Request, Response
from zlib_ng import zlib_ng

from cherrypy_tools import compress, compress_response, decompress, gzip
from cherrypy_tools.deflation import deflate

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = b"".join(b"<p>row %d of %d</p>" % (number, number * 7 % 13) for number in range(500))
GZIP = 31


@pytest.fixture
def without_zlib_ng(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("zlib_ng", "zlib_ng.zlib_ng"):
        monkeypatch.setitem(sys.modules, name, None)
    deflate.cache_clear()
    yield
    deflate.cache_clear()


def packed(body: Any, level: int, *, by_negotiation: bool) -> bytes:
    request = Request.blank("/", headers={"Accept-Encoding": "gzip"})
    response = Response(headerlist=[("Content-Type", "text/html")])
    response.app_iter = body
    if by_negotiation:
        compress_response(request, response, levels={"gzip": level})
    else:
        gzip(request, response, level)
    return b"".join(response.app_iter)


def test_the_two_libraries_can_be_told_apart() -> None:
    assert zlib_ng.compress(PAGE, 5, GZIP) != zlib.compress(PAGE, 5, GZIP)


@pytest.mark.parametrize("by_negotiation", [False, True])
@pytest.mark.parametrize("level", range(10))
def test_a_page_is_compressed_by_the_library_and_read_by_python(
    level: int, by_negotiation: bool
) -> None:
    body = packed([PAGE], level, by_negotiation=by_negotiation)
    assert body == zlib_ng.compress(PAGE, level, GZIP)
    assert stdlib_gzip.decompress(body) == decompress(body) == PAGE


@pytest.mark.parametrize("by_negotiation", [False, True])
@pytest.mark.parametrize("level", range(10))
def test_so_is_a_stream(level: int, by_negotiation: bool) -> None:
    pieces = [PAGE[:1000], b"", PAGE[1000:], PAGE * 20]
    body = packed(iter(pieces), level, by_negotiation=by_negotiation)
    ours = zlib_ng.compressobj(level, zlib.DEFLATED, GZIP)
    assert body == b"".join([*map(ours.compress, pieces), ours.flush()])
    assert stdlib_gzip.decompress(body) == decompress(body) == b"".join(pieces)


def test_an_empty_stream_is_one_that_python_reads() -> None:
    body = packed(iter([]), 5, by_negotiation=False)
    assert stdlib_gzip.decompress(body) == b""


def test_an_empty_page_stays_empty() -> None:
    assert packed([b""], 5, by_negotiation=False) == b""


def test_the_result_tells_no_name_and_no_time() -> None:
    flags_and_time = b"".join(compress([PAGE], 5))[3:8]
    assert flags_and_time == bytes(5)


@pytest.mark.usefixtures("without_zlib_ng")
@pytest.mark.parametrize("by_negotiation", [False, True])
def test_without_it_python_compresses(by_negotiation: bool) -> None:
    body = packed([PAGE], 5, by_negotiation=by_negotiation)
    assert body == zlib.compress(PAGE, 5, GZIP)
    assert b"".join(compress([PAGE], 5)) == body
    assert decompress(packed(iter([PAGE]), 9, by_negotiation=by_negotiation)) == PAGE


@pytest.mark.usefixtures("without_zlib_ng")
def test_a_library_that_is_there_and_broken_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(name: str) -> Any:
        raise ImportError(f"{name}: cannot open shared object file", name=name)

    monkeypatch.setattr("importlib.import_module", broken)
    with pytest.raises(ImportError, match="shared object"):
        packed([PAGE], 5, by_negotiation=False)
