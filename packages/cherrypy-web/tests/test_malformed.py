"""What a request can get wrong, and the answer that says so without a traceback."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil.limits import FIELDS
from cherrypy_serving import serving


class Site:
    @expose
    def index(self, **params: object) -> bytes:
        return repr(sorted(params.items())).encode()

    @expose
    def cookie(self) -> bytes:
        return repr({name: each.value for name, each in serving.request.cookie.items()}).encode()


def check(answer: Any, code: int, says: str) -> None:
    assert answer.code == code
    assert says in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("query", ["a=%", "a=%2", "%zz=1", "a=1&b=100%&c", "a=%C3%A9%-1"])
def test_bad_percent_encoding_in_the_query_string_is_400(call: Any, mount: Any, query: str) -> None:
    check(call(mount(Site()), f"/?{query}"), 400, "percent-encoding of the query string")


def test_undecodable_query_string_is_the_documented_404(call: Any, mount: Any) -> None:
    check(call(mount(Site()), "/?a=%ff"), 404, "Query strings for this resource must be encoded")


def test_too_many_fields_in_the_query_string_are_400(call: Any, mount: Any) -> None:
    answer = call(mount(Site()), "/?" + "a&" * (FIELDS + 1))
    check(answer, 400, f"{FIELDS + 1} fields are more than")


def test_bad_cookie_is_400(call: Any, mount: Any) -> None:
    check(call(mount(Site()), "/cookie", headers={"Cookie": "{a}=1"}), 400, "Illegal cookie name")


@pytest.mark.parametrize("length", ["many", "1_0", "+3", "1.5"])
def test_bad_content_length_is_400(call: Any, mount: Any, length: str) -> None:
    headers = {"Content-Length": length}
    answer = call(mount(Site()), method="POST", body=b"a=b", headers=headers, checks=False)
    check(answer, 400, "Malformed Content-Length")


def test_undecodable_body_is_400(call: Any, mount: Any) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=utf-8"}
    answer = call(mount(Site()), method="POST", body=b"a=%ff", headers=headers)
    check(answer, 400, "could not be decoded")


@pytest.mark.parametrize(
    "host", ["a b", "a/b", "<x>", "exa\u00e9", "a:b", "a:80:80", "user@a", "[::1", "a\x00"]
)
def test_invalid_host_is_400(call: Any, mount: Any, host: str) -> None:
    check(call(mount(Site()), extra={"HTTP_HOST": host}), 400, "Host")


@pytest.mark.parametrize(
    "host", ["a", "a.b:80", "a:", "[::1]", "[::1]:8080", "192.0.2.1", "a_b", "x--y", "%61"]
)
def test_valid_host_is_accepted(call: Any, mount: Any, host: str) -> None:
    assert call(mount(Site()), extra={"HTTP_HOST": host}).code == 200


def test_malformed_protocol_is_400(call: Any, mount: Any) -> None:
    answer = call(mount(Site()), extra={"SERVER_PROTOCOL": "HTTP/1.x"})
    check(answer, 400, "request line is malformed")


def test_malformed_quality_value_is_400_where_somebody_reads_it(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def index(self) -> bytes:
            return repr(serving.request.headers.elements("Accept")).encode()

    answer = call(mount(Root()), headers={"Accept": "text/html;q=x"})
    check(answer, 400, "Malformed HTTP header")
