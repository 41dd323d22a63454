"""A request to be read: its fields are those of its header map, without the map."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HeaderMap
from cherrypy_serving import serving
from cherrypy_web import Request, reading
from cherrypy_web.environ import ENVIRON_KEYS

SENT = {
    "X-Plain": "a",
    "X-Empty": "",
    "X-Encoded": "=?utf-8?q?=C3=A9?=",
    "From": "=?utf-8?q?=C3=A9?=",
}


def seen_by(call: Any, mount: Any, handler: Any, **environ: Any) -> None:
    class Root:
        @expose
        def index(self) -> Any:
            handler(serving.request)
            return b""

    answer = call(mount(Root()), headers=SENT, **environ)
    assert answer.code == 200, answer.text


def test_fields_are_those_of_the_map(call: Any, mount: Any) -> None:
    def compare(request: Request) -> None:
        fields = reading(request).headers
        assert not isinstance(fields, HeaderMap)
        names = ["x-plain", "X-EMPTY", "X-Encoded", "From", "Authorization", "Content-Type", "No"]
        found = {name: (fields.get(name), fields.get(name, "-"), name in fields) for name in names}
        known = request.headers
        assert found == {n: (known.get(n), known.get(n, "-"), n in known) for n in names}
        assert dict(fields) == dict(known)
        assert (len(fields), fields["x-plain"]) == (len(known), "a")
        with pytest.raises(KeyError):
            fields["No"]

    seen_by(call, mount, compare)


def test_what_cgi_calls_the_credentials_counts(call: Any, mount: Any) -> None:
    def look(request: Request) -> None:
        assert reading(request).headers.get("Authorization") == "Basic eDp5"

    seen_by(call, mount, look, extra={"HTTP_CGI_AUTHORIZATION": "Basic eDp5"})


def test_the_rest_is_that_of_the_request(call: Any, mount: Any) -> None:
    def compare(request: Request) -> None:
        read = reading(request)
        for name in ("method", "script_name", "path_info", "query_string"):
            assert getattr(read, name) == getattr(request, name)

    seen_by(call, mount, compare)


def test_headers_that_may_have_been_changed_count(call: Any, mount: Any) -> None:
    def change(request: Request) -> None:
        request.headers["X-Plain"] = "b"
        assert reading(request) is request

    seen_by(call, mount, change)


def test_names_that_clients_make_up_are_not_kept(call: Any, mount: Any) -> None:
    def ask(request: Request) -> None:
        for number in range(5000):
            reading(request).headers.get(f"X-{number}")

    seen_by(call, mount, ask)
    assert len(ENVIRON_KEYS) <= 1024
