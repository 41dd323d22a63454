"""Bodies that are sent as they are made: what is sent, and what happens when one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STREAM = {"/": {"response.stream": True}}


class Pieces:
    """An iterator of pieces, which raises those that are errors."""

    def __init__(self, *pieces: object) -> None:
        self._pieces = iter(pieces)
        self.closed = 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> object:
        piece = next(self._pieces)
        if isinstance(piece, Exception):
            raise piece
        return piece

    def close(self) -> None:
        self.closed += 1


class Site:
    def __init__(self, handler: Any) -> None:
        self.index = expose(handler)


@pytest.mark.parametrize(
    "error", [RuntimeError("<failed>"), HTTPError(403), HTTPRedirect("/"), InternalRedirect("/x")]
)
@pytest.mark.parametrize("before", [(), (b"",)])
def test_error_before_the_first_piece_is_another_response(
    call: Any, mount: Any, caplog: pytest.LogCaptureFixture, error: Exception, before: Any
) -> None:
    pieces = Pieces(*before, error, b"never")
    answer = call(mount(Site(lambda: pieces), STREAM))
    assert answer.status == "500 Internal Server Error"
    assert answer.text == "Unrecoverable error in the server."
    assert answer.headers["content-length"] == str(len(answer.text))
    assert type(error).__name__ in caplog.text
    assert pieces.closed == 1


def test_server_that_has_sent_the_head_hears_of_that_error(mount: Any, make_environ: Any) -> None:
    pieces = Pieces(RuntimeError("first"))

    def start_response(_status: str, _fields: Any, exc_info: Any = None) -> Callable[..., None]:
        if exc_info:
            raise exc_info[1]
        return lambda _: None

    answer = mount(Site(lambda: pieces), STREAM)(
        make_environ("/", "GET", "", b"", {}), start_response
    )
    with pytest.raises(RuntimeError, match="first"):
        next(iter(answer))
    answer.close()
    assert pieces.closed == 1


def test_error_after_the_first_piece_is_the_servers(mount: Any, make_environ: Any) -> None:
    pieces = Pieces(b"a", RuntimeError("second"))
    started: list[str] = []

    def start_response(status: str, _fields: Any, _exc_info: Any = None) -> Callable[..., None]:
        started.append(status)
        return lambda _: None

    answer = mount(Site(lambda: pieces), STREAM)(
        make_environ("/", "GET", "", b"", {}), start_response
    )
    chunks = iter(answer)
    assert next(chunks) == b"a"
    with pytest.raises(RuntimeError, match="second"):
        next(chunks)
    answer.close()
    assert (started, pieces.closed) == (["200 OK"], 1)


@pytest.mark.parametrize(
    ("piece", "says"), [("text", "turn on tools.encode"), (5, "there is 5 in it"), (None, "None")]
)
def test_piece_that_is_no_bytes_is_named(
    call: Any, mount: Any, caplog: pytest.LogCaptureFixture, piece: object, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        call(mount(Site(lambda: Pieces(b"a", piece)), STREAM))
    assert says in caplog.text


def test_head_of_a_stream_makes_no_piece(call: Any, mount: Any) -> None:
    pieces = Pieces(RuntimeError("never made"))
    answer = call(mount(Site(lambda: pieces), STREAM), method="HEAD")
    assert (answer.code, answer.body, pieces.closed) == (200, b"", 1)


@pytest.mark.parametrize("status", [204, 205, 304])
def test_stream_without_content_makes_no_piece(call: Any, mount: Any, status: int) -> None:
    def handler() -> Pieces:
        serving.response.status = status
        return pieces

    pieces = Pieces(RuntimeError("never made"))
    answer = call(mount(Site(handler), STREAM))
    assert (answer.code, answer.body, pieces.closed) == (status, b"", 1)


def test_stream_keeps_a_length_that_the_page_knows(call: Any, mount: Any) -> None:
    config = {"/": {"response.stream": True, "response.headers.Content-Length": "2"}}
    answer = call(mount(Site(lambda: Pieces(b"a", b"b")), config))
    assert (answer.body, answer.headers["content-length"]) == (b"ab", "2")


def test_stream_for_http_1_0_ends_with_the_connection(call: Any, mount: Any) -> None:
    app = mount(Site(lambda: Pieces(b"a", b"b")), STREAM)
    answer = call(app, extra={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert answer.body == b"ab"
    assert answer.headers.keys().isdisjoint({"content-length", "transfer-encoding"})


def test_page_may_answer_before_its_generator_runs(call: Any, mount: Any) -> None:
    def thing() -> Iterator[bytes]:
        def content() -> Iterator[bytes]:
            yield b"Hello, "
            yield b"world"

        if not allowed:
            raise HTTPError(404)
        return content()

    allowed = False
    app = mount(Site(thing), STREAM)
    assert call(app).code == 404
    allowed = True
    assert call(app).body == b"Hello, world"
