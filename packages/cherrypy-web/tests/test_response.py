"""What a body may be, and what is sent."""

from __future__ import annotations

import io
from email.utils import formatdate
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import Response

if TYPE_CHECKING:
    from collections.abc import Iterator


class Site:
    def __init__(self, handler: Any) -> None:
        self.index = expose(handler)


class Closing:
    def __init__(self, *chunks: Any) -> None:
        self.chunks = chunks
        self.closed = 0

    def __iter__(self) -> Iterator[Any]:
        yield from self.chunks

    def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b"abc", b"abc"),
        (None, b""),
        ([b"a", b"b"], b"ab"),
        (bytearray(b"abc"), b"abc"),
        (memoryview(b"abc"), b"abc"),
        (io.BytesIO(b"file"), b"file"),
        ((part for part in (b"g", b"en")), b"gen"),
    ],
)
def test_body_may_be(call: Any, mount: Any, body: Any, sent: Any) -> None:
    assert call(mount(Site(lambda: body))).body == sent


@pytest.mark.parametrize("body", ["text", ["text"], (part for part in ["text"])])
def test_text_in_a_body_is_a_clear_error(call: Any, mount: Any, body: Any) -> None:
    answer = call(mount(Site(lambda: body)))
    assert answer.code == 500
    assert "turn on tools.encode" in answer.text
    assert "in tools.encode.media_types" in answer.text


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (7, "has to be bytes, an iterable of bytes, a file or None, not 7"),
        ([b"a", 7], "there is 7 in it"),
        ((part for part in [b"a", None]), "there is None in it"),
    ],
)
def test_what_is_no_body_is_a_clear_error(call: Any, mount: Any, body: Any, says: str) -> None:
    answer = call(mount(Site(lambda: body)))
    assert answer.code == 500
    assert says in answer.text


def test_error_of_the_one_who_makes_a_body_is_not_taken_for_another(call: Any, mount: Any) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise TypeError("of my own")

    answer = call(mount(Site(pieces)))
    assert "TypeError: of my own" in answer.text
    assert "a response body" not in answer.text


def test_pieces_like_bytes_are_bytes(call: Any, mount: Any) -> None:
    body = [bytearray(b"a"), memoryview(b"b")]
    assert call(mount(Site(lambda: body))).body == b"ab"


def test_stream_is_sent_as_it_is_made_without_a_length(call: Any, mount: Any) -> None:
    app = mount(Site(lambda: (part for part in (b"a", b"b"))), {"/": {"response.stream": True}})
    answer = call(app)
    assert answer.body == b"ab"
    assert "content-length" not in answer.headers


def test_handler_of_a_stream_still_sees_its_request(call: Any, mount: Any) -> None:
    def handler() -> Any:
        def pieces() -> Iterator[Any]:
            yield serving.request.path_info.encode()

        return pieces()

    assert call(mount(Site(handler), {"/": {"response.stream": True}})).body == b"/"


def test_error_in_a_stream_ends_the_connection_and_is_logged(
    call: Any, mount: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def handler() -> Any:
        def pieces() -> Iterator[Any]:
            yield b"a"
            raise RuntimeError("in the middle")

        return pieces()

    seen = []
    app = mount(
        Site(handler),
        {"/": {"response.stream": True, "hooks.on_end_request": lambda: seen.append("end")}},
    )
    with pytest.raises(RuntimeError):
        call(app)
    assert seen == ["end"]
    assert "in the middle" in caplog.text


def test_collapsed_body_is_closed(call: Any, mount: Any) -> None:
    body = Closing(b"a")
    call(mount(Site(lambda: body)))
    assert body.closed == 1


def test_streamed_body_is_closed_with_the_request(call: Any, mount: Any) -> None:
    body = Closing(b"a")
    call(mount(Site(lambda: body), {"/": {"response.stream": True}}))
    assert body.closed == 1


def test_body_that_is_not_sent_is_closed(call: Any, mount: Any) -> None:
    body = Closing(b"a")

    def handler() -> Any:
        serving.response.status = 304
        serving.response.headers.pop("Content-Type")
        return body

    call(mount(Site(handler)))
    assert body.closed == 1


def test_illegal_status_is_a_500_that_names_it(call: Any, mount: Any) -> None:
    def handler() -> Any:
        serving.response.status = "999 Strange"
        return b""

    answer = call(mount(Site(handler)))
    assert answer.code == 500
    assert "999 Strange" in answer.text


def test_header_value_with_a_line_break_is_refused_when_it_is_set(call: Any, mount: Any) -> None:
    def handler() -> Any:
        serving.response.headers["X-A"] = "a\r\nSet-Cookie: b=c"
        return b""

    assert call(mount(Site(handler))).code == 500


def test_fields_are_checked_each_time_whatever_was_sent_before() -> None:
    def sent(name: str, value: object) -> dict[str, str]:
        response = Response()
        past_its_check: Any = dict.__setitem__
        past_its_check(response.headers, name, value)
        response.finalize()
        return dict(response.fields)

    for _ in range(2):
        assert sent("X-Plain", "a")["X-Plain"] == "a"
        with pytest.raises(ValueError, match="has a CR"):
            sent("X-Control", "a\r\nSet-Cookie: b")
        assert sent("X-Number", 7)["X-Number"] == "7"
        assert sent("X-List", ["a"])["X-List"] == "a"
        assert sent("X-Letter", "é")["X-Letter"] == "é"
        assert sent("X-Long", "a" * 2_000)["X-Long"] == "a" * 2_000


def test_cookies_are_sent_one_by_one(call: Any, mount: Any) -> None:
    def handler() -> Any:
        serving.response.cookie["a"] = "1"
        serving.response.cookie["a"]["path"] = "/"
        serving.response.cookie["b"] = "2"
        return b""

    answer = call(mount(Site(handler)))
    sent = [value for name, value in answer.fields if name == "Set-Cookie"]
    assert sent == ["a=1; Path=/", "b=2"]


def test_cookie_with_a_line_break_is_not_sent(call: Any, mount: Any) -> None:
    def handler() -> Any:
        serving.response.cookie["a"] = "1"
        serving.response.cookie["a"]["path"] = "/\r\nX-Evil: 1"
        return b""

    answer = call(mount(Site(handler)))
    assert answer.code == 500
    assert "x-evil" not in answer.headers


def test_list_values_become_one_field_each(call: Any, mount: Any) -> None:
    def handler() -> Any:
        serving.response.headers["X-A"] = ["1", "2"]
        return b""

    answer = call(mount(Site(handler)))
    assert [value for name, value in answer.fields if name == "X-A"] == ["1", "2"]


def test_webob_names_read_and_set_the_same_response() -> None:
    response = Response()
    response.status = "404 Not Found"
    assert response.status_code == 404
    response.status_code = 201
    assert response.status_code == 201
    response.app_iter = [b"a"]
    assert response.body == [b"a"]


def test_check_timeout_compares_with_the_start() -> None:
    response = Response()
    response.check_timeout()
    assert response.timed_out is False
    response.timeout = -1
    response.check_timeout()
    assert response.timed_out is True


def test_date_is_that_of_the_response_unless_the_page_has_its_own(call: Any, mount: Any) -> None:
    def handler(own: str = "") -> Any:
        if own:
            serving.response.headers["Date"] = own
        return formatdate(int(serving.response.time), usegmt=True).encode()

    app = mount(Site(handler))
    answer = call(app)
    assert answer.headers["date"] == answer.text
    own = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert call(app, f"/?own={quote(own)}").headers["date"] == own
