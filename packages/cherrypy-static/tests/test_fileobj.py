"""Open files as answers, and the generators that read them."""

from __future__ import annotations

import gzip
import io
import os
from pathlib import Path
from typing import Any

import pytest
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_static import file_generator, file_generator_limited, serve_fileobj

MODIFIED = 784111777
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture
def page(tmp_path: Any) -> Any:
    path = tmp_path / "page.txt"
    path.write_bytes(b"0123456789")
    os.utime(path, (MODIFIED, MODIFIED))
    return str(path)


def serve_object(
    fileobj: Any, *args: Any, headers: Any = None, method: Any = "GET", **options: Any
) -> Any:
    request = Request.blank("/", headers=headers or {}, method=method)
    response = Response(content_type="text/html")
    serve_fileobj(request, response, fileobj, *args, **options)
    return response


def test_an_open_file_is_served(page: Any) -> None:
    response = serve_object(Path(page).open("rb"), "text/plain")  # noqa: SIM115 - it is handed over
    assert response.body == b"0123456789"
    assert response.headers["Last-Modified"] == DATE
    assert response.headers["Content-Type"] == "text/plain"
    assert "Content-Disposition" not in response.headers


def test_a_file_in_memory_has_a_length_and_ranges() -> None:
    response = serve_object(io.BytesIO(b"0123456789"))
    assert response.headers["Content-Length"] == "10"
    assert "Last-Modified" not in response.headers
    assert serve_object(io.BytesIO(b"0123"), headers={"Range": "bytes=1-2"}).body == b"12"


def test_it_is_served_from_where_it_stands() -> None:
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    assert serve_object(file).body == b"456789"
    file = io.BytesIO(b"0123456789")
    file.seek(4)
    response = serve_object(file, headers={"Range": "bytes=1-2"})
    assert response.body == b"56"
    assert response.headers["Content-Range"] == "bytes 1-2/6"


def test_a_file_in_memory_has_no_date_to_compare() -> None:
    file = io.BytesIO(b"0123")
    assert serve_object(file, headers={"If-Modified-Since": DATE}).status_code == 200
    file = io.BytesIO(b"0123")
    headers = {"If-Unmodified-Since": DATE, "Range": "bytes=1-2", "If-Range": DATE}
    assert serve_object(file, headers=headers).status_code == 200


class Pipe(io.RawIOBase):
    def __init__(self, content: Any) -> None:
        self.content = content

    def readable(self) -> Any:
        return True

    def read(self, size: Any = -1) -> Any:
        chunk, self.content = self.content[:size], self.content[size:]
        return chunk


def test_a_pipe_is_served_to_its_end_without_a_length() -> None:
    pipe = Pipe(b"x" * 100000)
    response = serve_object(pipe, headers={"Range": "bytes=1-2"})
    assert "Content-Length" not in response.headers
    assert "Accept-Ranges" not in response.headers
    assert not pipe.closed
    assert b"".join(response.app_iter) == b"x" * 100000
    assert pipe.closed


def test_head_of_a_pipe_reads_nothing() -> None:
    pipe = Pipe(b"x")
    response = serve_object(pipe, method="HEAD")
    assert list(response.app_iter) == []
    assert pipe.closed
    assert pipe.content == b"x"


def test_the_type_of_an_open_file_follows_its_name() -> None:
    response = Response()
    del response.headers["Content-Type"]
    serve_fileobj(Request.blank("/"), response, io.BytesIO(b""), None, "inline", "a.png")
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"] == 'inline; filename="a.png"'


def test_a_text_file_is_refused() -> None:
    file = io.StringIO("text")
    with pytest.raises(TypeError, match="holds text; open the file with the mode 'rb'"):
        serve_object(file)
    assert file.closed


def test_a_closed_file_is_refused(page: Any) -> None:
    file = Path(page).open("rb")  # noqa: SIM115 - it is closed at once
    file.close()
    with pytest.raises(ValueError, match="closed file"):
        serve_object(file)


def test_a_file_that_is_decompressed_has_its_own_length(tmp_path: Any) -> None:
    with gzip.open(tmp_path / "a.gz", "wb") as packed:
        packed.write(b"0123456789" * 10000)
    file = gzip.open(tmp_path / "a.gz")  # noqa: SIM115 - it is handed over
    response = serve_object(file, "text/plain", headers={"Range": "bytes=-3"})
    assert response.headers["Content-Range"] == "bytes 99997-99999/100000"
    assert response.body == b"789"


def test_an_open_file_that_cannot_be_served_is_closed() -> None:
    file = io.BytesIO(b"0123")
    with pytest.raises(HTTPError):
        serve_object(file, headers={"Range": "bytes=9-"})
    assert file.closed


def test_an_open_file_with_a_disposition_that_is_none_is_closed() -> None:
    file = io.BytesIO(b"0123")
    with pytest.raises(ValueError, match="is no disposition"):
        serve_object(file, None, "two words")
    assert file.closed


def test_a_device_that_can_be_sought_has_no_date() -> None:
    with Path("/dev/null").open("rb", buffering=0) as file:
        assert "Last-Modified" not in serve_object(file).headers


# The generators


def test_file_generator_closes_at_the_end() -> None:
    file = io.BytesIO(b"0123456789")
    chunks = file_generator(file, 4)
    assert chunks.next() == b"0123"
    assert list(chunks) == [b"4567", b"89"]
    assert file.closed


def test_file_generator_stays_at_its_end() -> None:
    chunks = file_generator(io.BytesIO(b"01"))
    assert list(chunks) == [b"01"]
    assert list(chunks) == []


def test_file_generator_bears_a_file_without_close() -> None:
    class Source:
        def read(self, size: Any) -> Any:
            return b""

    assert list(file_generator(Source())) == []  # type: ignore[arg-type]


def test_file_generator_limited_stops_at_the_count() -> None:
    file = io.BytesIO(b"0123456789")
    assert list(file_generator_limited(file, 5, 2)) == [b"01", b"23", b"4"]
    assert list(file_generator_limited(file, 50, 20)) == [b"56789"]
    assert not file.closed
