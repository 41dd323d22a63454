"""What can be read off and set on the public objects, each by itself."""

from __future__ import annotations

import io
import logging
import time
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_serving import serving
from cherrypy_web import (
    Application,
    ExceptionTrapper,
    Hook,
    HookMap,
    InternalRedirector,
    LogManager,
    Response,
    Tool,
    Toolbox,
    Tree,
    WSGIErrorHandler,
    error_page_namespace,
    format_exc,
    hooks_namespace,
    request_namespace,
    response_namespace,
    url,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def site(handler: Callable[..., Any]) -> Any:
    class Root:
        index = staticmethod(expose(handler))

    return Root()


class Stubborn:
    """A body that cannot be closed."""

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"whole"])

    def close(self) -> None:
        raise OSError("stubborn")


# Bodies.


def test_streamed_body_that_cannot_be_closed_is_logged_and_was_sent(
    call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = Application(site(Stubborn), config={"/": {"response.stream": True}})
    assert call(app).body == b"whole"
    assert "OSError: stubborn" in caplog.text


def test_body_that_cannot_be_closed_does_not_hide_the_error_that_replaced_it(
    call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        serving.response.body = Stubborn()
        raise HTTPError(403)

    assert call(Application(site(refuse))).code == 403
    assert "OSError: stubborn" in caplog.text


def test_text_in_a_stream_ends_the_connection_and_is_logged(
    call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    app = Application(site(lambda: iter([b"a", "text"])), config={"/": {"response.stream": True}})
    with pytest.raises(ValueError, match=r"tools\.encode"):
        call(app)
    assert "tools.encode" in caplog.text


# Requests and responses.


def test_server_s_own_values_stand_in_where_there_is_no_host(call: Any) -> None:
    def handler() -> bytes:
        base: str = serving.request.base
        return base.encode()

    app = Application(site(handler))
    extra = {"HTTP_HOST": "", "SERVER_PROTOCOL": "HTTP/1.0"}
    assert call(app, extra=extra).text == "http://localhost"
    assert call(app, extra={**extra, "SERVER_PORT": "8080"}).text == "http://localhost:8080"


def test_request_tells_what_the_server_tells(call: Any) -> None:
    def handler() -> bytes:
        request = serving.request
        return repr(
            (request.multithread, request.multiprocess, request.remote.port, request.remote.name)
        ).encode()

    assert call(Application(site(handler))).text == "(True, False, 4711, '192.0.2.1')"


def test_header_list_has_the_fields_and_what_the_server_says_of_the_client(call: Any) -> None:
    def handler(**_: Any) -> bytes:
        return repr(sorted(serving.request.header_list)).encode()

    answer = call(Application(site(handler)), method="POST", body=b"a=b")
    assert answer.text == repr(
        [
            ("Content-Length", "3"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Host", "example.com"),
            ("Remote-Addr", "192.0.2.1"),
        ]
    )


def test_client_cannot_say_where_it_comes_from(call: Any) -> None:
    def handler() -> bytes:
        request = serving.request
        return f"{request.headers['Remote-Addr']} {dict(request.header_list)}".encode()

    answer = call(Application(site(handler)), headers={"Remote-Addr": "forged"})
    assert answer.text.startswith("192.0.2.1 ")
    assert "forged" not in answer.text


def test_body_and_cookies_can_be_replaced(call: Any) -> None:
    def handler() -> bytes:
        request, response = serving.request, serving.response
        request.body = request.body
        response.cookie = SimpleCookie("a=1")
        response.app_iter = [b"x"]
        return b"".join(response.app_iter)

    answer = call(Application(site(handler)))
    assert (answer.text, answer.headers["set-cookie"]) == ("x", "a=1")


REQUEST_ATTRIBUTES = (
    *("prev", "local", "remote", "scheme", "server_protocol", "base", "request_line", "method"),
    *("query_string", "query_string_encoding", "protocol", "params", "header_list", "headers"),
    *("cookie", "rfile", "process_request_body", "methods_with_bodies", "body", "dispatch"),
    *("script_name", "path_info", "login", "app", "handler", "toolmaps", "config", "is_index"),
    *("hooks", "error_response", "error_page", "show_tracebacks", "show_mismatched_params"),
    *("throws", "throw_errors", "closed", "stage", "namespaces", "unique_id"),
)
RESPONSE_ATTRIBUTES = (
    *("status", "header_list", "headers", "cookie", "body", "time", "timeout", "timed_out"),
    "stream",
)


def test_every_documented_attribute_can_be_read_and_set(call: Any) -> None:
    def handler() -> bytes:
        pairs = ((serving.request, REQUEST_ATTRIBUTES), (serving.response, RESPONSE_ATTRIBUTES))
        for thing, names in pairs:
            for name in names:
                value = getattr(thing, name)
                setattr(thing, name, value)
                assert getattr(thing, name) is value or getattr(thing, name) == value, name
        return b"all"

    assert call(Application(site(handler))).text == "all"


def test_attributes_of_a_new_response_have_their_documented_defaults() -> None:
    response = Response()
    assert (response.status, response.header_list, response.body) == ("", [], [])
    assert sorted(response.headers) == ["Content-Type", "Date", "Server"]
    assert response.headers["Content-Type"] == "text/html"
    assert dict(response.cookie) == {}
    assert (response.timeout, response.timed_out, response.stream) == (300, False, False)
    assert response.time <= time.time()
    shared: Any = (Response.status, Response.headers, Response.time, Response.stream)
    assert shared == ("", {}, None, False)


def test_response_says_in_bytes_what_it_sends(call: Any) -> None:
    seen: list[Any] = []

    def look() -> None:
        seen.extend([serving.response.output_status, dict(serving.response.header_list)])

    call(Application(site(lambda: b"x"), config={"/": {"hooks.on_end_resource": look}}))
    assert seen[0] == b"200 OK"
    assert seen[1][b"Content-Length"] == b"1"


def test_fields_that_are_changed_after_they_were_fixed_are_sent(call: Any) -> None:
    def change() -> None:
        fields = serving.response.header_list
        fields.append((b"X-A", b"1"))
        fields.extend([(b"X-B", b"2"), (b"X-C", b"3")])
        fields[:] = [field for field in fields if field[0] != b"X-B"]
        del fields[fields.index((b"X-C", b"3"))]
        fields += [(b"X-D", b"4")]
        serving.response.header_list.insert(0, (b"X-E", b"5"))

    answer = call(Application(site(lambda: b"x"), config={"/": {"hooks.on_end_resource": change}}))
    assert [name for name, _ in answer.fields if name.startswith("X-")] == ["X-E", "X-A", "X-D"]
    assert answer.headers["content-length"] == "1"


def test_response_can_time_out_before_the_handler(call: Any) -> None:
    def late() -> None:
        serving.response.timed_out = True

    for point in ("on_start_resource", "before_request_body"):
        answer = call(Application(site(lambda: b"x"), config={"/": {f"hooks.{point}": late}}))
        assert "TimeoutError" in answer.text


def test_header_of_a_response_comes_from_config(call: Any) -> None:
    app = Application(site(lambda: b"x"), config={"/": {"response.headers.X-A": "1"}})
    assert call(app).headers["x-a"] == "1"


def test_namespaces_act_on_the_running_request_when_they_are_called(call: Any) -> None:
    def handler() -> bytes:
        hooks_namespace("before_finalize", lambda: request_namespace("late", "hook"))
        request_namespace("own", 1)
        request_namespace("body.maxbytes", 5)
        response_namespace("status", 418)
        response_namespace("headers.X-A", "1")
        error_page_namespace("default", lambda **_: "own page")
        assert (serving.request.own, serving.request.body.maxbytes) == (1, 5)
        assert "default" in serving.request.error_page
        return b"x"

    answer = call(Application(site(handler)))
    assert (answer.code, answer.headers["x-a"]) == (418, "1")


def test_redirect_that_is_not_modified_says_nothing_of_the_content(call: Any) -> None:
    def leave() -> None:
        raise HTTPRedirect("", 304)

    answer = call(Application(site(leave)))
    assert (answer.code, answer.body) == (304, b"")
    assert "content-type" not in answer.headers


def test_redirect_to_a_proxy_has_no_page(call: Any) -> None:
    def leave() -> None:
        raise HTTPRedirect("http://proxy", 305)

    assert call(Application(site(leave))).body == b""


# Hooks and logs.


def test_hook_can_be_called_compared_and_shown() -> None:
    hook = Hook(lambda a: a * 2, priority=10, a=2)
    assert hook() == 4
    assert hook < Hook(print)
    assert repr(Hook(print, a=1)).endswith("failsafe=False, priority=50, a=1)")


def test_unknown_hook_point_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no hook point 'nope'; the points are on_start_resource"):
        HookMap().attach("nope", print)


def test_error_of_a_failsafe_hook_behind_another_is_logged(
    call: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise HTTPError(403)

    def fail_again() -> None:
        raise RuntimeError("second")

    config = {
        "hooks.before_handler.a": Hook(fail, priority=1),
        "hooks.before_handler.b": Hook(fail_again, failsafe=True),
    }
    assert call(Application(site(lambda: b""), config={"/": config})).code == 403
    assert "RuntimeError: second" in caplog.text


def test_log_shows_what_it_is() -> None:
    log = LogManager("me", "surface")
    assert repr(log) == "LogManager(appid='me', logger_root='surface')"
    assert log.wsgi is False


def test_access_can_be_written_by_hand(call: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    call(Application(site(lambda: str(serving.request.app.log.access()).encode())))
    assert len([line for line in caplog.messages if "GET / HTTP/1.1" in line]) == 2


def test_there_is_no_traceback_without_an_exception() -> None:
    assert format_exc() == ""


# Trees, urls and middleware.


def test_tree_finds_the_script_name_of_the_running_request(call: Any) -> None:
    tree = Tree()
    tree.mount(site(lambda: str(tree.script_name()).encode()), "/a")
    assert call(tree, "/a/").text == "/a"
    assert tree.script_name() is None


def test_config_can_be_given_when_an_application_is_mounted() -> None:
    app = Application(None, "/a")
    Tree().mount(app, "/a", {"/": {"k": 1}})
    assert app.config == {"/": {"k": 1}}


def test_url_of_an_index_without_its_slash_is_below_it(call: Any) -> None:
    class Root:
        sub = site(lambda: url("x").encode())

    assert call(Application(Root()), "/sub").text == "http://example.com/sub/x"


def test_redirector_and_trapper_work_around_any_wsgi_application(call: Any) -> None:
    seen: list[object] = []

    def app(environ: Any, start_response: Any) -> Any:
        if environ["PATH_INFO"] == "/old":
            raise InternalRedirect("/new")
        if environ["PATH_INFO"] == "/stop":
            raise KeyboardInterrupt
        raise RuntimeError(environ["PATH_INFO"])

    trapped = ExceptionTrapper(InternalRedirector(app), log=lambda **_: seen.append(format_exc()))
    assert call(trapped, "/old").code == 500
    assert "RuntimeError: /new" in str(seen)
    assert call(ExceptionTrapper(app), "/x").code == 500
    with pytest.raises(KeyboardInterrupt):
        call(trapped, "/stop")


def test_toolbox_with_its_own_way_in_is_called_for_each_request(call: Any) -> None:
    seen: list[str] = []

    class Watching(Toolbox):
        def __enter__(self) -> Callable[[str, Any], None]:
            seen.append("enter")
            return super().__enter__()

    box = Watching("mine")
    box.say = Tool("before_finalize", lambda word: seen.append(word))  # noqa: PLW0108 - by keyword

    class Mine(Application):
        toolboxes: ClassVar = {"mine": box}

    app = Mine(site(lambda: b""), config={"/": {"mine.say.on": True, "mine.say.word": "hi"}})
    call(app)
    assert seen == ["enter", "hi"]


def test_arguments_of_the_handler_can_be_changed_by_a_hook(call: Any) -> None:
    def change() -> None:
        handler = serving.request.handler
        handler.kwargs = {**handler.kwargs, "a": "changed"}

    app = Application(site(lambda a, b: f"{a} {b}".encode()))
    app.merge({"/": {"hooks.before_handler": change}})
    assert call(app, "/?a=1&b=2").text == "changed 2"


def test_argument_that_does_not_fit_is_404(call: Any) -> None:
    assert call(Application(site(lambda a: a)), "/?b=1").code == 404


def test_error_response_may_redirect(call: Any) -> None:
    def fail() -> None:
        raise RuntimeError

    def leave() -> None:
        raise HTTPRedirect("/sorry")

    app = Application(site(fail), config={"/": {"request.error_response": leave}})
    assert call(app).headers["location"] == "http://example.com/sorry"


def test_log_to_the_server_outside_of_a_request_goes_nowhere() -> None:
    handler = WSGIErrorHandler()
    handler.emit(logging.makeLogRecord({"msg": "lost"}))
    handler.flush()


def test_log_to_a_server_whose_stream_is_broken_does_not_fail(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError

    monkeypatch.setattr(logging, "raiseExceptions", False)
    app = Application(site(lambda: str(serving.request.app.log("said")).encode()))
    app.log.wsgi = True
    answer = call(app, extra={"wsgi.errors": Broken()}, checks=False)
    app.log.wsgi = False
    assert answer.text == "None"
