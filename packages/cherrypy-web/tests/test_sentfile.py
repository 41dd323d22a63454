"""Bodies that are files, on servers that offer `wsgi.file_wrapper` (PEP 3333)."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, Any
from wsgiref.util import FileWrapper, setup_testing_defaults

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import Application

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"0123456789"


class Body:
    """A body of the kind that `cherrypy_static` makes."""

    def __init__(self, file: Any, *, is_whole: bool = True) -> None:
        self.file = file
        self.is_whole = is_whole

    def __iter__(self) -> Any:
        return iter([CONTENT])

    def as_file(self) -> Any:
        return self.file if self.is_whole else None

    def close(self) -> None:
        self.file.close()


class Root:
    body: Any = None
    ended = 0

    @expose
    def index(self) -> Any:
        serving.request.hooks.attach("on_end_request", self.end)
        serving.response.headers["Content-Length"] = str(len(CONTENT))
        return self.body

    def end(self) -> None:
        self.ended += 1


def answer(root: Root, method: str = "GET", **environ: Any) -> Any:
    environ |= {"REQUEST_METHOD": method, "PATH_INFO": "/"}
    setup_testing_defaults(environ)
    return Application(root)(environ, lambda *_: None)


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "file").write_bytes(CONTENT)
    root = Root()
    root.body = Body((tmp_path / "file").open("rb"))
    return root


def offering() -> dict[str, Any]:
    return {"wsgi.file_wrapper": FileWrapper}


def test_the_server_gets_the_file_and_ends_the_request(root: Root) -> None:
    found = answer(root, **offering())
    assert type(found) is FileWrapper
    file = found.filelike
    assert file.fileno() == root.body.file.fileno()
    assert (file.read(3), file.tell(), file.seek(8)) == (b"012", 3, 8)
    assert b"".join(found) == b"89"
    assert root.ended == 0
    found.close()
    assert root.ended == 1
    assert root.body.file.closed


def test_without_an_offer_the_body_is_read(root: Root) -> None:
    found = answer(root)
    assert b"".join(found) == CONTENT
    found.close()


def test_a_body_that_is_no_whole_file_is_read(root: Root) -> None:
    root.body.is_whole = False
    found = answer(root, **offering())
    assert type(found) is not FileWrapper
    assert b"".join(found) == CONTENT
    found.close()
    assert (root.ended, root.body.file.closed) == (1, True)


def test_a_body_of_another_kind_is_read() -> None:
    root = Root()
    root.body = CONTENT
    found = answer(root, **offering())
    assert b"".join(found) == CONTENT
    found.close()


def test_head_hands_nothing_over(root: Root) -> None:
    found = answer(root, "HEAD", **offering())
    assert b"".join(found) == b""
    found.close()
    assert root.body.file.closed


def test_what_answers_in_place_of_ours_stays() -> None:
    app = Application(Root())
    app.wsgiapp.response_class = lambda *_: [b"other"]  # type: ignore[assignment]  # of users
    environ: dict[str, Any] = offering()
    setup_testing_defaults(environ)
    assert app(environ, lambda *_: None) == [b"other"]


def test_a_file_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(io.BytesIO):
        def fileno(self) -> int:
            return -1

        def read(self, _size: int | None = -1) -> bytes:
            raise OSError("the disk is gone")

    root = Root()
    root.body = Body(Broken())
    found = answer(root, **offering())
    with caplog.at_level(logging.ERROR), pytest.raises(OSError, match="the disk is gone"):
        next(found)
    assert "the disk is gone" in caplog.text
    found.close()
    assert root.ended == 1
