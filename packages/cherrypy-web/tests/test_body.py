"""The body of a request: where it ends, who processes it, and where its parameters go."""

from __future__ import annotations

import io
from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HeaderMap, HTTPError
from cherrypy_serving import serving
from cherrypy_web import Entity, RequestBody
from cherrypy_web.environ import EnvironHeaders

FORM = "application/x-www-form-urlencoded"


def make(content: bytes = b"", **fields: str) -> RequestBody:
    headers = HeaderMap({name.replace("_", "-"): value for name, value in fields.items()})
    headers.setdefault("Content-Length", str(len(content)))
    return RequestBody(io.BytesIO(content), headers)


class Root:
    @expose
    def index(self, **params: Any) -> bytes:
        return repr(params).encode()

    @expose
    def raw(self) -> bytes:
        content: bytes = serving.request.body.read()
        return content

    @expose
    def ignore(self) -> bytes:
        return b"ignored"


# Where it ends.


def test_post_without_a_length_is_411(call: Any, mount: Any) -> None:
    assert call(mount(Root()), "/", method="POST").status == "411 Length Required"


@pytest.mark.parametrize(
    "length", ["abc", "-1", "+3", "3, 3", "", " ", "1_0", "٣", "9" * 5_000, "0x3"]
)
def test_length_that_is_no_number_is_400(length: str) -> None:
    with pytest.raises(HTTPError, match="Malformed Content-Length Header") as caught:
        make(b"abc", Content_Length=length).process()
    assert caught.value.status == 400


def test_length_that_is_too_large_for_the_body_is_400(call: Any, mount: Any) -> None:
    answer = call(
        mount(Root()),
        "/",
        method="POST",
        body=b"a=1",
        headers={"Content-Length": "10", "Content-Type": FORM},
    )
    assert answer.code == 400
    assert "3 of the 10 bytes that Content-Length promised" in answer.text


def test_body_in_chunks_needs_no_length(call: Any, mount: Any) -> None:
    headers = {"Transfer-Encoding": "Chunked", "Content-Type": FORM}
    extra = {"wsgi.input": io.BytesIO(b"a=1")}
    answer = call(mount(Root()), "/", method="POST", headers=headers, extra=extra)
    assert answer.text == "{'a': '1'}"


def test_transfer_encoding_counts_alone() -> None:
    body = make(b"a=1", Content_Type=FORM, Content_Length="2", Transfer_Encoding="chunked")
    assert body.length is None
    body.process()
    assert body.params == {"a": "1"}


@pytest.mark.parametrize(
    ("coding", "status"), [("gzip", 400), ("chunked, gzip", 400), ("gzip, chunked", 501)]
)
def test_transfer_coding_that_cannot_be_undone_is_refused(coding: str, status: int) -> None:
    with pytest.raises(HTTPError, match="gzip") as caught:
        make(b"", Transfer_Encoding=coding).process()
    assert caught.value.status == status


def test_identity_is_no_transfer_coding() -> None:
    assert make(b"abc", Transfer_Encoding="identity").length == 3


def test_body_beyond_maxbytes_is_413_before_it_is_read(call: Any, mount: Any) -> None:
    app = mount(Root(), {"/": {"request.body.maxbytes": 5}})
    assert call(app, "/", method="POST", body=b"a=345").code == 200
    unread = io.BytesIO(b"a=3456")
    answer = call(app, "/", method="POST", body=b"a=3456", extra={"wsgi.input": unread})
    assert answer.code == 413
    assert unread.tell() == 0


def test_chunks_beyond_maxbytes_are_413(call: Any, mount: Any) -> None:
    app = mount(Root(), {"/": {"request.body.maxbytes": 5}})
    headers = {"Transfer-Encoding": "chunked", "Content-Type": FORM}
    extra = {"wsgi.input": io.BytesIO(b"a=3456")}
    assert call(app, "/", method="POST", headers=headers, extra=extra).code == 413


def test_nothing_is_read_before_process() -> None:
    file = io.BytesIO(b"a=1")
    RequestBody(file, HeaderMap({"Content-Type": FORM, "Content-Length": "3"}))
    assert file.tell() == 0


def test_method_without_body_leaves_it_unread(call: Any, mount: Any) -> None:
    unread = io.BytesIO(b"a=1")
    answer = call(mount(Root()), "/", method="DELETE", body=b"a=1", extra={"wsgi.input": unread})
    assert answer.text == "{}"
    assert unread.tell() == 0


# What is left.


def test_drain_takes_what_the_handler_left() -> None:
    body = make(b"0123456789", Content_Type="x/y")
    body.process()
    assert body.read(4) == b"0123"
    assert body.drain()
    assert body.fp.fp.read() == b""


def test_drain_before_process_stops_at_the_length() -> None:
    file = io.BytesIO(b"abcNEXT")
    assert RequestBody(file, HeaderMap({"Content-Length": "3"})).drain()
    assert file.read() == b"NEXT"


def test_drain_gives_up_at_its_limit() -> None:
    body = make(b"0123456789", Transfer_Encoding="chunked")
    assert not body.drain(4)
    assert body.fp.tell() == 4


def test_drain_goes_on_after_413() -> None:
    body = make(b"0123456789", Transfer_Encoding="chunked")
    body.maxbytes = 3
    body.process()
    with pytest.raises(HTTPError):
        body.read()
    assert body.drain()


def test_drain_reads_nothing_where_there_is_no_body() -> None:
    body = RequestBody(None, HeaderMap())
    assert body.drain()


def test_close_drains_a_body_in_chunks() -> None:
    body = make(b"0123456789", Transfer_Encoding="chunked")
    body.close()
    assert body.fp.read() == b""


@pytest.mark.parametrize("fields", [{}, {"Transfer_Encoding": "chunked", "Expect": "100-continue"}])
def test_close_leaves_what_the_server_skips_or_nobody_sent(fields: dict[str, str]) -> None:
    body = make(b"0123456789", **fields)
    body.close()
    assert body.fp.tell() == 0


def test_trailers_are_read_though_nobody_announced_them() -> None:
    class Chunked(io.BytesIO):
        def read_trailer_lines(self) -> list[bytes]:
            return [b"X-Sum: 1\r\n"]

    headers = HeaderMap({"Content-Type": FORM, "Transfer-Encoding": "chunked"})
    body = RequestBody(Chunked(b"a=1"), headers)
    body.process()
    assert body.fp.trailers == {"X-Sum": "1"}


def test_body_that_could_not_be_read_is_not_drained() -> None:
    class Broken:
        reads = 0

        def read(self, size: int) -> bytes:
            self.reads += 1
            raise ValueError("Bad chunked transfer size")

    fp = Broken()
    body = RequestBody(fp, HeaderMap({"Content-Type": FORM, "Transfer-Encoding": "chunked"}))
    with pytest.raises(HTTPError):
        body.process()
    assert not body.drain()
    assert fp.reads == 1


def test_drain_of_a_broken_body_is_no_error() -> None:
    class Broken:
        def read(self, size: int) -> bytes:
            raise ConnectionResetError

    assert not RequestBody(Broken(), HeaderMap({"Transfer-Encoding": "chunked"})).drain()


# Who processes it.


@pytest.mark.parametrize(
    ("content_type", "who"),
    [
        ("application/json", "exact"),
        ("Application/JSON; charset=utf-8", "exact"),
        ("application/other", "top"),
        ("image/png", "default"),
        ("", "default"),
    ],
)
def test_processor_is_found_by_type_then_by_first_half(content_type: str, who: str) -> None:
    found: list[str] = []

    class Body(RequestBody):
        def default_proc(self) -> None:
            found.append("default")

    body = Body(io.BytesIO(), HeaderMap({"Content-Type": content_type, "Content-Length": "0"}))
    body.processors["application/json"] = lambda entity: found.append("exact")
    body.processors["application"] = lambda entity: found.append("top")
    body.process()
    assert found == [who]


def test_processors_of_one_body_are_its_own() -> None:
    make().processors["application/json"] = print
    assert "application/json" not in make().processors
    assert set(Entity.processors) == {FORM, "multipart/form-data", "multipart"}


def test_processor_of_the_class_serves_all_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[bytes | None] = []
    monkeypatch.setitem(Entity.processors, "a/b", lambda entity: found.append(entity.read()))
    make(b"abc", Content_Type="a/b").process()
    assert found == [b"abc"]


def test_processors_can_come_from_config(call: Any, mount: Any) -> None:
    def shout(entity: Entity) -> None:
        entity.params["said"] = entity.decode_entity(entity.read() or b"").upper()

    app = mount(Root(), {"/": {"request.body.processors": {"text/plain": shout}}})
    answer = call(app, "/", method="POST", body=b"hi", headers={"Content-Type": "text/plain"})
    assert answer.text == "{'said': 'HI'}"


def test_body_of_unknown_type_is_left_to_the_handler(call: Any, mount: Any) -> None:
    answer = call(mount(Root()), "/raw", method="PUT", body=b"abc", headers={"Content-Type": "x/y"})
    assert answer.body == b"abc"


def test_body_that_is_not_processed_can_be_read_from_rfile(call: Any, mount: Any) -> None:
    class Own:
        @expose
        def index(self) -> bytes:
            content: bytes = serving.request.rfile.read(3)
            return content

    app = mount(Own(), {"/": {"request.process_request_body": False}})
    assert call(app, "/", method="POST", body=b"abc").body == b"abc"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_body_that_is_not_processed_has_its_end_all_the_same(
    call: Any, mount: Any, method: str
) -> None:
    class Own:
        @expose
        def index(self) -> bytes:
            body = serving.request.body
            return repr((body.read(2), body.readline(), body.readlines(), list(body))).encode()

    app = mount(Own(), {"/": {"request.process_request_body": False}})
    extra = {"wsgi.input": io.BytesIO(b"abc\nd\neNEXT")}
    answer = call(app, method=method, body=b"abc\nd\ne", extra=extra)
    assert answer.text == repr((b"ab", b"c\n", [b"d\n", b"e"], []))


def test_body_that_is_not_processed_keeps_to_the_limits(call: Any, mount: Any) -> None:
    config = {"request.process_request_body": False, "request.body.maxbytes": 3}
    app = mount(Root(), {"/": config})
    assert call(app, "/raw", method="POST", body=b"abc").body == b"abc"
    assert call(app, "/raw", method="POST", body=b"abcd").code == 413
    headers = {"Content-Length": "x"}
    assert call(app, "/raw", method="POST", headers=headers, checks=False).code == 400


def test_request_without_a_body_has_an_empty_one(call: Any, mount: Any) -> None:
    answer = call(mount(Root()), "/raw", extra={"wsgi.input": io.BytesIO(b"NEXT")})
    assert (answer.code, answer.body) == (200, b"")


# Where its parameters go.


def test_parameters_of_query_and_body_make_one_list(call: Any, mount: Any) -> None:
    answer = call(mount(Root()), "/?a=1&b=2", method="POST", body=b"a=3&a=4&c=5")
    assert answer.text == repr({"a": ["1", "3", "4"], "b": "2", "c": "5"})


def test_own_parameters_stay_apart_from_those_of_the_request() -> None:
    wanted: dict[str, Any] = {"a": "0"}
    headers = HeaderMap({"Content-Type": FORM, "Content-Length": "7"})
    body = RequestBody(io.BytesIO(b"a=1&b=2"), headers, request_params=wanted)
    body.process()
    assert body.params == {"a": "1", "b": "2"}
    assert wanted == {"a": ["0", "1"], "b": "2"}


def test_list_of_the_request_is_not_that_of_the_body() -> None:
    body = make(b"a=1&a=2", Content_Type=FORM)
    body.process()
    body.request_params["a"].append("3")
    assert body.params["a"] == ["1", "2"]


# What it is.


def test_attributes() -> None:
    body = make(
        b"",
        Content_Type="text/csv; charset=utf-16",
        Content_Disposition="attachment; filename=\"a.csv\"; name='n'",
    )
    assert body.content_type.value == "text/csv"
    assert body.filename == "a.csv"
    assert (body.length, body.params, body.parts, body.charset) == (0, {}, [], None)
    assert body.attempt_charsets == ["utf-16", "utf-8"]


def test_headers_of_an_environ_become_a_map_when_they_are_asked_for() -> None:
    environ = {"CONTENT_TYPE": "text/csv", "CONTENT_LENGTH": "3", "HTTP_X_A": "1"}
    fields = EnvironHeaders()
    fields.environ = environ
    body = RequestBody(io.BytesIO(b"abc"), fields)
    body.process()
    assert (body.content_type.value, body.length) == ("text/csv", 3)
    assert body.headers == {"Content-Type": "text/csv", "Content-Length": "3", "X-A": "1"}


def test_content_types_are_not_shared() -> None:
    make(b"", Content_Type="a/b; c=d").content_type.params["c"] = "changed"
    assert make(b"", Content_Type="a/b; c=d").content_type.params == {"c": "d"}


def test_content_type_is_one_value_whatever_is_in_it() -> None:
    assert make(b"", Content_Type="multipart/x; boundary=a,b").content_type_param("boundary") == (
        "a,b"
    )


def test_text_without_charset_may_be_latin() -> None:
    body = make(b"\xe9", Content_Type="text/plain")
    assert body.attempt_charsets == ["utf-8", "ISO-8859-1"]
    assert body.decode_entity(b"\xe9") == "é"
    assert body.charset == "ISO-8859-1"


def test_text_with_charset_may_not() -> None:
    body = make(b"\xe9", Content_Type="text/plain; charset=utf-8")
    assert body.attempt_charsets == ["utf-8"]


def test_entity_reads_in_every_way() -> None:
    def entity() -> Entity:
        return Entity(io.BytesIO(b"a\nb\n"), HeaderMap())

    class File(io.BytesIO):
        def read(self, size: int | None = None, fp_out: Any = None) -> bytes:
            return super().read(size)

    assert Entity(File(b"abc"), HeaderMap()).read(2) == b"ab"
    assert entity().readline() == b"a\n"
    assert entity().readlines() == [b"a\n", b"b\n"]
    assert list(entity()) == [b"a\n", b"b\n"]
    assert entity().next() == b"a\n"


def test_read_into_file_gives_a_file_at_its_beginning() -> None:
    body = make(b"abc", Content_Type="x/y")
    body.process()
    file = body.read_into_file()
    assert file.read() == b"abc"
    body.close()
    assert file.closed


def test_read_into_own_file() -> None:
    body = make(b"abc", Content_Type="x/y")
    body.process()
    out = io.BytesIO()
    assert body.read_into_file(out) is out
    body.close()
    assert out.getvalue() == b"abc"


def test_fullvalue_is_text_from_memory_or_file() -> None:
    entity = Entity(None, HeaderMap())
    assert entity.fullvalue() == ""
    entity.value = "é".encode()
    assert entity.fullvalue() == "é"
    entity.file = io.BytesIO("fé".encode())
    entity.file.seek(1)
    assert entity.fullvalue() == "fé"
    assert entity.file.tell() == 1


# Looked at before it is processed.


def test_body_can_be_looked_at_before_it_is_processed() -> None:
    body = make(b"a=1&b=%C3%BC", Content_Type=FORM)
    assert body.preview(100) == b"a=1&b=%C3%BC"
    body.process()
    assert body.params == {"a": "1", "b": "ü"}


def test_body_in_chunks_can_be_looked_at() -> None:
    headers = HeaderMap({"Transfer-Encoding": "chunked", "Content-Type": "text/plain"})
    body = RequestBody(io.BytesIO(b"abc"), headers)  # the server has taken the chunks apart
    assert body.preview(100) == b"abc"
    body.process()
    assert body.read() == b"abc"
    body.close()


@pytest.mark.parametrize(("limit", "own"), [(2, None), (100, 2)])
def test_body_that_is_too_large_to_look_at_is_413(limit: int, own: int | None) -> None:
    for fields in ({}, {"Transfer_Encoding": "chunked"}):
        body = make(b"abc", **fields)
        body.maxbytes = own
        with pytest.raises(HTTPError) as caught:
            body.preview(limit)
        assert caught.value.status == 413


def test_body_without_a_length_cannot_be_looked_at() -> None:
    with pytest.raises(HTTPError) as caught:
        RequestBody(io.BytesIO(b"abc"), HeaderMap()).preview(100)
    assert caught.value.status == 411
