"""Views by WebOb: what one side does, the other sees."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch import expose
from cherrypy_serving import serving

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest


def site(handler: Callable[..., Any]) -> Any:
    class Root:
        index = staticmethod(expose(handler))

    return Root()


def test_request_is_seen_as_webob_has_it(call: Any, mount: Any) -> None:
    def handler(**_: Any) -> bytes:
        view = serving.request.webob
        assert view is serving.request.webob
        return f"{view.method} {view.url} {view.GET['a']} {view.headers['X-A']}".encode()

    answer = call(mount(site(handler)), "/?a=1", headers={"X-A": "b"})
    assert answer.text == "GET http://example.com/?a=1 1 b"


def test_header_fields_of_a_request_are_shared(call: Any, mount: Any) -> None:
    def handler() -> bytes:
        request, view = serving.request, serving.request.webob
        request.headers["X-Ours"] = "1"
        request.headers["X-Gone"] = "1"
        view.headers["X-Theirs"] = "2"
        view.headers["X-Away"] = "2"
        view.content_type = "text/x"
        del request.headers["X-Gone"]
        del view.headers["X-Away"]
        request.headers.pop("X-Sent")
        view.headers.pop("Accept")
        view.method = "PUT"
        assert request.headers["Content-Type"] == "text/x"
        assert (view.headers["X-Ours"], request.headers["X-Theirs"]) == ("1", "2")
        names = {"X-Gone", "X-Away", "X-Sent", "Accept"}
        assert not names & {*request.headers, *view.headers}
        assert request.method == "PUT"
        assert view.environ.pop("missing", 5) == 5
        assert request.headers.pop("missing", 6) == 6
        return b""

    answer = call(mount(site(handler)), headers={"X-Sent": "a", "Accept": "b"})
    assert answer.code == 200, answer.text


def test_form_that_was_read_is_there_for_webob(call: Any, mount: Any) -> None:
    def handler(**_: Any) -> bytes:
        return repr(sorted(serving.request.webob.POST.items())).encode()

    answer = call(mount(site(handler)), method="POST", body=b"a=1&b=2&a=3")
    assert answer.text == "[('a', '1'), ('a', '3'), ('b', '2')]"


def test_body_that_was_not_read_is_there_for_webob(call: Any, mount: Any) -> None:
    def handler() -> bytes:
        return bytes(serving.request.webob.body)

    app = mount(site(handler), {"/": {"request.process_request_body": False}})
    assert call(app, method="POST", body=b"raw").body == b"raw"


def test_body_set_by_webob_is_the_one_of_the_request(call: Any, mount: Any) -> None:
    def before() -> None:
        serving.request.webob.body = b"a=new"

    app = mount(site(lambda a: a.encode()), {"/": {"hooks.on_start_resource": before}})
    assert call(app, method="POST", body=b"a=old").text == "new"


def test_response_is_shared(call: Any, mount: Any) -> None:
    def handler() -> Any:
        response, view = serving.response, serving.response.webob
        assert view.status == "200 OK"
        view.status = 201
        assert response.status == "201 Created"
        response.status = 202
        assert view.status_code == 202
        response.headers["X-Ours"] = "1"
        assert view.headers["x-ours"] == "1"
        view.headers["X-Theirs"] = "2"
        del view.headers["X-Ours"]
        assert "X-Ours" not in response.headers
        view.set_cookie("a", "1")
        view.set_cookie("b", "2")
        view.content_type = "text/plain"
        view.text = "grün"
        assert response.body == ["grün".encode()]
        response.body = b"mine."
        assert view.body == b"mine."
        view.cache_control.max_age = 5
        return response.body

    answer = call(mount(site(handler)))
    assert answer.status == "202 Accepted", answer.text
    assert answer.headers["x-theirs"] == "2"
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "max-age=5"
    cookies = [value for name, value in answer.fields if name == "Set-Cookie"]
    assert cookies == ["a=1; Path=/", "b=2; Path=/"]
    assert answer.body == b"mine."


def test_whole_header_list_can_be_replaced(call: Any, mount: Any) -> None:
    def handler() -> bytes:
        view = serving.response.webob
        view.headerlist = [("Content-Type", "a/b"), ("X-A", "1"), ("X-A", "2")]
        view.headerlist[1] = ("X-B", "1")
        return b"c"

    fields = call(mount(site(handler))).fields
    assert fields[:3] == [("Content-Type", "a/b"), ("X-B", "1"), ("X-A", "2")]


def test_webob_is_imported_when_it_is_asked_for() -> None:
    program = "import sys, cherrypy_web; print('webob' in sys.modules)"
    run = [sys.executable, "-c", program]
    assert subprocess.run(run, capture_output=True, check=True).stdout == b"False\n"


def test_missing_webob_is_an_error_that_says_what_to_install(
    call: Any, mount: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "webob", None)
    monkeypatch.delitem(sys.modules, "cherrypy_web.webobview", raising=False)
    answer = call(mount(site(lambda: serving.response.webob)))
    assert "pip install &#x27;cherrypy-web[webob]&#x27;" in answer.text
