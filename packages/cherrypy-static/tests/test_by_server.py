"""Files that the server sends by itself: `wsgi.file_wrapper` of PEP 3333."""

from __future__ import annotations

import io
import os
import threading
import urllib.request
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.util import FileWrapper

import pytest
from webob import Request, Response

from cherrypy_static import FileBody, ShortFileError, by_server, serve_file, serve_fileobj

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = bytes(range(256)) * 1024


@pytest.fixture
def large(tmp_path: Path) -> str:
    path = tmp_path / "large.bin"
    path.write_bytes(CONTENT)
    return str(path)


def body_of(path: str, **headers: str) -> Any:
    return serve_file(Request.blank("/", headers=headers), Response(), path)


def handed_over(path: str, **headers: str) -> Any:
    environ = {"wsgi.file_wrapper": lambda file, size: (file, size)}
    return by_server(environ, body_of(path, **headers))


def test_a_large_file_is_handed_over(large: str) -> None:
    file, size = handed_over(large)
    assert size == 65536
    assert os.fstat(file.fileno()).st_size == len(CONTENT)
    assert os.lseek(file.fileno(), 0, os.SEEK_CUR) == 0
    assert file.read(3) == CONTENT[:3]
    assert file.tell() == 3
    assert file.seek(-5, os.SEEK_END) == len(CONTENT) - 5
    assert file.read() == CONTENT[-5:]
    assert file.read(10) == b""
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.fileno()


def test_without_an_offer_the_body_stays(large: str) -> None:
    body = body_of(large)
    is_same = by_server({}, body) is body
    assert is_same
    body.close()


def test_a_part_is_not_handed_over(large: str) -> None:
    for asked in ("bytes=0-100000", "bytes=0-70000,80000-"):
        body = handed_over(large, Range=asked)
        assert isinstance(body, FileBody)
        body.close()


def test_a_small_file_is_not_handed_over(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"x")
    assert handed_over(str(tmp_path / "small")) == [b"x"]


def test_a_file_object_is_not_handed_over() -> None:
    response = Response()
    body = serve_fileobj(Request.blank("/"), response, io.BytesIO(CONTENT))
    assert by_server({"wsgi.file_wrapper": FileWrapper}, body) is body


def test_a_file_that_grows_is_read_as_long_as_it_was(large: str) -> None:
    file, _ = handed_over(large)
    with open(large, "ab") as more:  # noqa: PTH123 - as short
        more.write(b"more")
    assert file.read() == CONTENT
    assert file.read() == b""
    file.close()


def test_a_file_that_shrinks_is_an_error(large: str) -> None:
    file, _ = handed_over(large)
    assert file.read(5) == CONTENT[:5]
    os.truncate(large, 3)
    with pytest.raises(ShortFileError, match="262139 bytes early"):
        file.read(10)
    file.close()


class Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


def test_a_server_sends_it(large: str) -> None:
    taken = []

    def application(environ: Any, start_response: Any) -> Any:
        response = Response()
        serve_file(Request(environ), response, large)
        body = by_server(environ, response(environ, start_response))
        taken.append(type(body))
        return body

    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{server.server_port}/", timeout=30) as answer:
            content = answer.read()
        thread.join()
    assert content == CONTENT
    assert taken == [FileWrapper]
