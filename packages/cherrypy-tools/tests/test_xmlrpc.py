from __future__ import annotations

import xmlrpc.client
from types import SimpleNamespace
from typing import Any
from xmlrpc.client import Fault

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob import Response

from cherrypy_tools import (
    fault_of,
    find_method,
    patched_path,
    read_call,
    respond_xmlrpc,
    write_result,
)

VALUES = st.recursive(
    st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aä€<&>\"' "),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
    max_leaves=6,
)


def call(*params: Any, method: str = "add") -> bytes:
    return xmlrpc.client.dumps(params, method, allow_none=True).encode()


def exposed(function: Any) -> Any:
    function.exposed = True
    return function


@given(st.lists(VALUES, max_size=3))
def test_a_call_is_read_as_it_was_written(params: list[Any]) -> None:
    assert read_call(call(*params)) == (tuple(params), "add")


@given(VALUES, st.sampled_from(["utf-8", "us-ascii", "iso-8859-1", "utf-16"]))
def test_an_answer_is_read_as_it_was_written(value: Any, encoding: str) -> None:
    ((answer,), _) = xmlrpc.client.loads(write_result(value, encoding))
    assert answer == value


def test_none_is_written_only_if_allowed() -> None:
    assert b"<nil/>" in write_result(None, allow_none=True)
    with pytest.raises(TypeError):
        write_result(None)


def test_an_answer_names_its_encoding() -> None:
    answer = write_result("ü", "iso-8859-1")
    assert b"encoding='iso-8859-1'" in answer
    assert "ü".encode("latin-1") in answer


def test_a_text_that_xml_cannot_have_is_not_written() -> None:
    with pytest.raises(ValueError, match="bytes"):
        write_result("\x00")


def test_bytes_and_dates_come_as_the_standard_library_has_them() -> None:
    body = call(xmlrpc.client.Binary(b"\x00"))
    assert isinstance(read_call(body).params[0], xmlrpc.client.Binary)
    assert read_call(body, use_builtin_types=True).params == (b"\x00",)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<methodCall><methodName>&b;</methodName><params/></methodCall>"""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a",
        b"no xml",
        BOMB,
        BOMB.decode().replace('version="1.0"', 'version="1.0" encoding="utf-16"').encode("utf-16"),
        b'<!DOCTYPE m SYSTEM "file:///etc/passwd"><methodCall/>',
        b"<methodResponse><params/></methodResponse>",
        call(1).replace(b"<int>1", b"<int>x"),
        call(1).replace(b"<int>1", b"<int>" + b"9" * 10_000),
        b"<value><array><data>" * 100_000,
    ],
)
def test_what_is_no_call_is_a_fault(body: bytes) -> None:
    with pytest.raises(Fault) as caught:
        read_call(body)
    assert caught.value.faultCode == -32700


@given(st.binary())
def test_any_bytes_are_a_call_or_a_fault(body: bytes) -> None:
    with pytest.raises(Fault):
        read_call(body)


def test_two_hundred_arrays_are_not_too_deep() -> None:
    value: list[Any] = []
    for _ in range(195):
        value = [value]
    assert read_call(call(value)).params == (value,)


def test_a_method_is_found_by_its_dotted_name() -> None:
    method = exposed(lambda: 1)
    root = SimpleNamespace(system=SimpleNamespace(list=method), top=method)
    assert find_method(root, "system.list") is method
    assert find_method(root, "top") is method


@pytest.mark.parametrize("name", ["", "none", "a.b.c", "plain", "value", "_own", "own.__call__"])
def test_what_is_not_exposed_is_not_found(name: str) -> None:
    root = SimpleNamespace(
        plain=lambda: 1,
        value=SimpleNamespace(exposed=True),
        _own=exposed(lambda: 1),
        own=exposed(lambda: 1),
    )
    with pytest.raises(Fault) as caught:
        find_method(root, name)
    assert caught.value.faultCode == 1
    assert caught.value.faultString == f'method "{name}" is not supported'


def test_an_exception_is_a_fault_with_its_text() -> None:
    fault = fault_of(KeyError("a\x00"))
    assert (fault.faultCode, fault.faultString) == (1, "'a\\x00'")
    with pytest.raises(Fault) as caught:
        xmlrpc.client.loads(write_result(fault_of(ValueError("bad \x00"))))
    assert (caught.value.faultCode, caught.value.faultString) == (1, "bad \ufffd")


def test_a_fault_of_the_application_keeps_its_code() -> None:
    fault = Fault(42, "enough")
    assert fault_of(fault) is fault


def test_an_answer_becomes_the_response() -> None:
    response = Response(status=500)
    respond_xmlrpc(response, b"<x/>")
    assert (response.status_code, response.content_type, response.body) == (
        200,
        "text/xml",
        b"<x/>",
    )
    assert response.content_length == 4


@pytest.mark.parametrize(
    ("path", "patched"),
    [("/RPC2", "/"), ("/RPC2/a", "/a/"), ("/a", "/a/"), ("/a/", "/a/"), ("/RPC22", "/RPC22/")],
)
def test_the_path_of_a_call(path: str, patched: str) -> None:
    assert patched_path(path) == patched
