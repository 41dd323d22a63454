"""Views by WebOb: what one side does, the other sees."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

from cherrypy_dispatch import expose
from cherrypy_httputil import Host
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
        assert request.headers.pop("missing", 6) == 6
        return b""

    answer = call(mount(site(handler)), headers={"X-Sent": "a", "Accept": "b"})
    assert answer.code == 200, answer.text


def test_header_fields_of_a_request_are_read_in_every_way(call: Any, mount: Any) -> None:
    def handler() -> bytes:
        request, view = serving.request, serving.request.webob
        headers = request.headers
        view.headers["X-A"] = "1"
        assert dict(headers)["X-A"] == {**headers}["X-A"] == headers.copy()["x-a"] == "1"
        assert ("X-A", "1") in headers.items()
        assert "X-A" in [*headers]
        assert "1" in headers.values()
        assert len(headers) == len([*headers.keys()]) == len(headers.output())
        assert headers.elements("X-A")[0].value == "1"
        headers |= {"X-B": "2"}
        headers.update({"X-C": "3"})
        assert headers.setdefault("X-D", "4") == "4"
        assert [view.headers[name] for name in ("X-B", "X-C", "X-D")] == ["2", "3", "4"]
        headers["Remote-Addr"] = "192.0.2.9"
        assert view.remote_addr == "192.0.2.9"
        headers.clear()
        assert not list(view.headers)
        return b""

    answer = call(mount(site(handler)))
    assert answer.code == 200, answer.text


def test_fields_that_were_set_before_there_was_a_view_are_in_it(call: Any, mount: Any) -> None:
    def handler() -> bytes:
        serving.request.headers["X-A"] = "changed"
        del serving.request.headers["X-B"]
        view = serving.request.webob
        return f"{view.headers['X-A']} {'X-B' in view.headers}".encode()

    answer = call(mount(site(handler)), headers={"X-A": "sent", "X-B": "sent"})
    assert answer.text == "changed False"


def test_user_of_a_request_is_shared(call: Any, mount: Any) -> None:
    def handler() -> bytes:
        request, view = serving.request, serving.request.webob
        seen = [view.remote_user]
        request.login = "ours"
        seen.append(view.remote_user)
        view.remote_user = "theirs"
        seen.append(request.login)
        request.method = "PUT"
        return f"{seen} {view.method}".encode()

    answer = call(mount(site(handler)), extra={"REMOTE_USER": "server"})
    assert answer.text == "['server', 'ours', 'theirs'] PUT"


def test_application_that_speaks_webob_can_answer(call: Any, mount: Any) -> None:
    from webob.dec import wsgify

    @wsgify
    def inner(request: Any) -> str:
        return f"{request.method} {request.path} {request.POST.getall('a')} {request.params['q']}"

    def handler(**_: Any) -> bytes:
        return bytes(serving.request.webob.get_response(inner).body)

    answer = call(mount(site(handler)), "/?q=1", method="POST", body=b"a=1&b=2&a=3")
    assert answer.text == "POST / ['1', '3'] 1"


def test_request_is_still_bound_after_another_application_answered(call: Any, mount: Any) -> None:
    inner = mount(site(lambda: b"inner"))

    def handler() -> bytes:
        answer = serving.request.webob.get_response(inner)
        return bytes(answer.body + serving.request.headers["X-A"].encode())

    assert call(mount(site(handler)), headers={"X-A": "outer"}).text == "innerouter"


def test_what_webob_makes_of_a_view_is_its_own(call: Any, mount: Any) -> None:
    import webob

    def handler(**_: Any) -> bytes:
        view, answer = serving.request.webob, serving.response.webob
        copy, blank = view.copy(), type(view).blank("/blank")
        copy.method = "PUT"
        copy.headers["X-A"] = "copy"
        other = answer.copy()
        other.status = 404
        assert (type(copy), type(blank), type(other)) == (
            webob.Request,
            webob.Request,
            webob.Response,
        )
        assert (serving.request.method, answer.status_code) == ("POST", 200)
        assert "X-A" not in serving.request.headers
        return bytes(copy.body)

    assert call(mount(site(handler)), method="POST", body=b"a=1").body == b"a=1"


def test_response_may_be_sent_by_webob(call: Any, mount: Any) -> None:
    def handler() -> Any:
        view = serving.response.webob
        view.body, view.etag, view.conditional_response = b"hello", "e", True
        return view(serving.request.webob.environ, lambda status, *_: started.append(status))

    started: list[str] = []
    call(mount(site(handler)), headers={"If-None-Match": '"e"'})
    assert started == ["304 Not Modified"]


def test_request_that_came_another_way_than_wsgi_has_a_view(mount: Any) -> None:
    def handler() -> bytes:
        path: str = serving.request.webob.path_url
        return path.encode()

    app = mount(site(handler), script_name="/é")
    _, response = app.get_serving(Host("127.0.0.1", 80), Host("192.0.2.1", 1), "https", "HTTP/1.1")
    try:
        serving.request.run("GET", "/é/", "", "HTTP/1.1", [("Host", "example.com")], None)
        assert b"".join(response.body) == b"https://example.com/%C3%A9/"
        assert serving.request.webob.remote_addr == "192.0.2.1"
    finally:
        app.release_serving()


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
