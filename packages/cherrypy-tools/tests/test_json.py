from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Request, Response

from cherrypy_httputil import HTTPError
from cherrypy_tools import check_depth, decode_json, is_json, json_in, json_out

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def request_with(body: Any = b"{}", kind: str = "application/json") -> Any:
    request = Request.blank("/", method="POST", body=body)
    request.headers["Content-Type"] = kind
    return request


def read(body: Any, kind: str = "application/json", **options: Any) -> Any:
    request = request_with(body, kind)
    return json_in(request, request.body_file, **options)


def failure(body: Any, **options: Any) -> Any:
    with pytest.raises(HTTPError) as caught:
        read(body, **options)
    return caught.value.code, caught.value.message


@pytest.mark.parametrize("kind", ["application/json", "text/javascript", "Application/JSON; a=b"])
def test_a_document_is_decoded(kind: str) -> None:
    assert read(b'{"a": [1, null]}', kind) == {"a": [1, None]}


def test_other_types_are_refused() -> None:
    assert failure(b"{}", content_type="application/x") == (
        415,
        "Expected an entity of content type application/x",
    )
    assert failure(b"{}", kind="text/plain") == (
        415,
        "Expected an entity of content type application/json, text/javascript",
    )


def test_other_types_are_left_alone_if_not_forced() -> None:
    body = io.BytesIO(b"{}")
    assert json_in(request_with(kind="text/plain"), body, force=False) is None
    assert body.tell() == 0
    assert not is_json(request_with(kind="text/plain"), force=False)


def test_no_more_is_read_than_the_length_says() -> None:
    body = io.BytesIO(b"{}GET / HTTP/1.1")
    assert json_in(request_with(b"{}"), body) == {}
    assert body.tell() == 2


def test_the_length_has_to_be_known() -> None:
    request = request_with()
    del request.headers["Content-Length"]
    with pytest.raises(HTTPError) as caught:
        json_in(request, io.BytesIO(b"{}"))
    assert caught.value.code == 411


@pytest.mark.parametrize("length", ["-1", "+1", "1e3", "\u0661", "9" * 5000])
def test_the_length_has_to_be_a_number(length: Any) -> None:
    request = request_with()
    request.environ["CONTENT_LENGTH"] = length
    with pytest.raises(HTTPError) as caught:
        json_in(request, io.BytesIO(b"{}"))
    assert caught.value.code == 400


def test_the_length_has_a_limit() -> None:
    assert read(b"[1]", max_size=3) == [1]
    assert failure(b"[1] ", max_size=3)[0] == 413


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "Expecting value at line 1 column 1"),
        (b'{"a":\n x}', "Expecting value at line 2 column 2"),
        (b"{} {}", "Extra data at line 1 column 4"),
        (b'"\xff"', "byte 1 is not utf-8"),
    ],
)
def test_the_position_of_a_fault_is_told(body: Any, message: str) -> None:
    assert failure(body) == (400, f"Invalid JSON document: {message}")


@pytest.mark.parametrize("body", [b"9" * 5000])
def test_other_faults_are_bad_requests_too(body: Any) -> None:
    assert failure(body) == (400, "Invalid JSON document")


def test_a_decoder_that_recurses_too_deep_is_a_bad_request() -> None:
    assert failure(b"[" * 100_000 + b"]" * 100_000, max_depth=10**6) == (
        400,
        "Invalid JSON document",
    )


def test_the_depth_has_a_limit() -> None:
    assert decode_json(b"[[[]]]", max_depth=3) == [[[]]]
    with pytest.raises(HTTPError) as caught:
        decode_json(b'["[", [[]]]', max_depth=2)
    assert caught.value.message == "Invalid JSON document: more than 2 levels deep at byte 7"


def test_breadth_is_not_depth() -> None:
    assert len(decode_json(b"[" + b"[]," * 999 + b"[]]", max_depth=2)) == 1000


@pytest.mark.parametrize("text", [r'["[[[["]', r'["\"[[[["]', r'["\\"]', '{"[{": "]"}'])
def test_brackets_in_strings_do_not_count(text: str) -> None:
    assert decode_json(text.encode(), max_depth=1) == json.loads(text)


@given(VALUES)
def test_what_goes_out_comes_in_again(value: str) -> None:
    response = Response()
    body = b"".join(json_out(Request.blank("/"), response, value))
    assert response.headers["Content-Type"] == "application/json"
    assert decode_json(body, max_depth=1000) == value


@given(st.binary())
def test_no_document_does_anything_but_decode_or_fail_with_400(document: Any) -> None:
    try:
        decode_json(document, max_depth=3)
    except HTTPError as error:
        assert error.code == 400  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize("hostile", ['"' + '\\"' * 200_000 + "\\", "[" * 400_000, '"[' * 200_001])
def test_a_long_document_takes_no_more_than_its_length(hostile: Any) -> None:
    with pytest.raises(HTTPError) as caught:
        decode_json(b"[{" + hostile.encode(), max_depth=2)
    assert caught.value.code == 400


@given(VALUES)
def test_the_depth_is_that_of_the_value(value: str) -> Any:
    def depth(node: Any) -> Any:
        if isinstance(node, dict):
            node = list(node.values())
        return 1 + max(map(depth, node), default=0) if isinstance(node, list) else 0

    document = json.dumps(value).encode()
    check_depth(document, depth(value))
    if depth(value):
        with pytest.raises(HTTPError):
            check_depth(document, depth(value) - 1)


def test_output_is_ascii_in_the_usual_form() -> None:
    assert json_out(Request.blank("/"), Response(), {"a": "\xe9"}) == [b'{"a": "\\u00e9"}']


def test_the_type_can_be_left_alone() -> None:
    response = Response(content_type="application/problem+json")
    json_out(Request.blank("/"), response, {}, None)
    assert response.content_type == "application/problem+json"


def test_own_encoders_and_decoders() -> None:
    assert json_out(Request.blank("/"), Response(), 1, dumps=lambda v: b"one") == [b"one"]
    assert read(b"one", loads=lambda data: 1) == 1


def test_what_cannot_be_encoded_changes_nothing() -> None:
    response = Response(content_type="text/plain")
    with pytest.raises(TypeError):
        json_out(Request.blank("/"), response, object())
    assert response.content_type == "text/plain"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_neither_come_in_nor_go_out(constant: str) -> None:
    told = (400, f"Invalid JSON document: {constant} is no JSON value")
    assert failure(f'{{"a": [{constant}]}}'.encode()) == told
    with pytest.raises(ValueError, match="Out of range float values are not JSON compliant"):
        json_out(Request.blank("/"), Response(), float(constant))


def test_a_document_is_utf_8_and_may_begin_with_its_mark() -> None:
    assert read('\ufeff"é"'.encode()) == "é"
    code, message = failure('"é"'.encode("utf-16"))
    assert (code, message) == (400, "Invalid JSON document: byte 0 is not utf-8")


def test_a_number_without_end_is_a_bad_request() -> None:
    assert failure(b"1" * 10_000) == (400, "Invalid JSON document")


def test_orjson_reads_and_writes() -> None:
    orjson = pytest.importorskip("orjson")
    assert read(b'{"a": [1, null]}', loads=orjson.loads) == {"a": [1, None]}
    code, message = failure(b'{"a": }', loads=orjson.loads)
    assert (code, "at line 1 column" in message) == (400, True)
    assert failure(b"[NaN]", loads=orjson.loads)[0] == 400
    document = json_out(Request.blank("/"), Response(), {"a": "é"}, dumps=orjson.dumps)
    assert document == ['{"a":"é"}'.encode()]
