"""The order of events in a request, and what a handler finds in it."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect, InternalRedirect
from cherrypy_serving import UnboundError, serving
from cherrypy_web import Hook, Request, Response, Tool, Toolbox


class Site:
    def __init__(self, handler: Any) -> None:
        self.index = expose(handler)


def test_handler_answers_with_bytes(call: Any, mount: Any) -> None:
    answer = call(mount(Site(lambda: b"Hello")))
    assert answer.status == "200 OK"
    assert answer.body == b"Hello"
    assert answer.headers["content-length"] == "5"


def test_unknown_path_is_404_and_names_the_path(call: Any, mount: Any) -> None:
    answer = call(mount(Site(lambda: b"")), "/<nope>")
    assert answer.status == "404 Not Found"
    assert "The path &#x27;/&lt;nope&gt;&#x27; was not found." in answer.text


def test_query_and_form_parameters_reach_the_handler_together(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def add(self, **params: Any) -> Any:
            return repr(sorted(params.items())).encode()

    answer = call(mount(Root()), "/add?a=1&b=x+y", method="POST", body=b"a=2&c=%C3%A9")
    assert answer.text == repr([("a", ["1", "2"]), ("b", "x y"), ("c", "é")])


def test_path_segments_become_positional_arguments(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def show(self, *segments: Any) -> Any:
            return "|".join(segments).encode()

    assert call(mount(Root()), "/show/a/b%2Fc").text == "a|b/c"


def test_stages_run_in_the_documented_order(call: Any, mount: Any) -> None:
    seen = []
    points = (
        "on_start_resource",
        "before_request_body",
        "before_handler",
        "before_finalize",
        "on_end_resource",
        "on_end_request",
    )
    hooks = {f"hooks.{point}": lambda point=point: seen.append(point) for point in points}

    def handler() -> bytes:
        seen.append("handler")
        return b""

    call(mount(Site(handler), {"/": hooks}))
    assert seen == [*points[:3], "handler", *points[3:]]


def test_handler_and_config_are_known_at_the_earliest_point(call: Any, mount: Any) -> None:
    seen = []

    def look() -> None:
        request = serving.request
        seen.append((request.handler.callable(), request.config["own.key"], request.is_index))

    call(mount(Site(lambda: b"x"), {"/": {"own.key": 1, "hooks.on_start_resource": look}}))
    assert seen == [(b"x", 1, True)]


def test_error_response_is_there_after_its_point_and_can_be_changed(call: Any, mount: Any) -> None:
    seen = []

    def fail() -> None:
        raise RuntimeError

    def change() -> None:
        response = serving.response
        seen.append(response.status)
        response.status, response.body = 503, b"changed"

    hooks = {
        "hooks.before_error_response": lambda: seen.append(serving.response.status),
        "hooks.after_error_response": change,
        "request.error_response": HTTPError(500).set_response,
    }
    answer = call(mount(Site(fail), {"/": hooks}))
    assert seen == ["", "500 Internal Server Error"]
    assert (answer.code, answer.text) == (503, "changed")


def test_tool_may_put_another_value_in_place_of_a_parameter(
    call: Any, mount: Any, toolbox: Toolbox
) -> None:
    class Users(Tool):
        def __init__(self) -> None:
            super().__init__("before_handler", self.load, priority=10)

        def load(self) -> None:
            params = serving.request.params
            params["user"] = {7: "Ann"}[int(params.pop("user_id"))]

    toolbox.user = Users()

    class Root:
        @expose
        @toolbox.user()
        def index(self, user: str) -> bytes:
            return f"hello {user}".encode()

    assert call(mount(Root()), "/?user_id=7").text == "hello Ann"


def test_error_hooks_run_around_the_error_response(call: Any, mount: Any) -> None:
    seen = []

    def fail() -> None:
        raise RuntimeError("broken")

    hooks = {
        "hooks.before_error_response": lambda: seen.append("before"),
        "request.error_response": lambda: seen.append("response"),
        "hooks.after_error_response": lambda: seen.append("after"),
        "hooks.on_end_resource": lambda: seen.append("end"),
    }
    call(mount(Site(fail), {"/": hooks}))
    assert seen == ["end", "before", "response", "after"]


def test_unexpected_error_is_a_500_with_its_traceback(call: Any, mount: Any) -> None:
    def fail() -> None:
        raise RuntimeError("<broken>")

    answer = call(mount(Site(fail)))
    assert answer.status == "500 Internal Server Error"
    assert "RuntimeError: &lt;broken&gt;" in answer.text


def test_tracebacks_are_hidden_on_request(call: Any, mount: Any) -> None:
    def fail() -> None:
        raise RuntimeError("secret")

    answer = call(mount(Site(fail), {"/": {"request.show_tracebacks": False}}))
    assert answer.code == 500
    assert "secret" not in answer.text


def test_throw_errors_lets_the_error_through(mount: Any) -> None:
    class Careless(Request):
        throw_errors = True

    def fail() -> None:
        raise RuntimeError("through")

    app = mount(Site(fail))
    app.request_class = Careless
    request, _ = app.get_serving(None, None, "http", "HTTP/1.1")
    with pytest.raises(RuntimeError, match="through"):
        request.run("GET", "/", "", "HTTP/1.0", [], None)
    app.release_serving()


def test_http_error_gives_its_status_and_message(call: Any, mount: Any) -> None:
    def fail() -> None:
        raise HTTPError("410 It moved out", "It is <gone>.")

    answer = call(mount(Site(fail)))
    assert answer.status == "410 It moved out"
    assert "It is &lt;gone&gt;." in answer.text


def test_redirect_is_absolute_and_linked(call: Any, mount: Any) -> None:
    def leave() -> None:
        raise HTTPRedirect("there?a=1&b=2")

    answer = call(mount(Site(leave)))
    assert answer.status == "303 See Other"
    assert answer.headers["location"] == "http://example.com/there?a=1&b=2"
    assert '<a href="http://example.com/there?a=1&amp;b=2">' in answer.text


def test_redirect_for_http_1_0_is_302(call: Any, mount: Any) -> None:
    def leave() -> None:
        raise HTTPRedirect("/there")

    answer = call(mount(Site(leave)), extra={"SERVER_PROTOCOL": "HTTP/1.0"})
    assert answer.status == "302 Found"


def test_internal_redirect_serves_the_other_path(call: Any, mount: Any) -> None:
    class Root:
        @expose
        def old(self, **_: Any) -> None:
            raise InternalRedirect("/new", "a=1")

        @expose
        def new(self, a: Any) -> Any:
            return f"{serving.request.method} {a}".encode()

    assert call(mount(Root()), "/old", method="POST", body=b"x=y").text == "GET 1"


def test_internal_redirect_in_a_circle_is_an_error(
    call: Any, mount: Any, caplog: pytest.LogCaptureFixture
) -> None:
    class Root:
        @expose
        def round(self) -> None:
            raise InternalRedirect("/round")

    answer = call(mount(Root()), "/round")
    assert answer.code == 500
    assert "visited the same URL twice" in caplog.text


def test_head_has_the_length_but_no_body(call: Any, mount: Any) -> None:
    answer = call(mount(Site(lambda: b"Hello")), method="HEAD")
    assert answer.headers["content-length"] == "5"
    assert answer.body == b""


@pytest.mark.parametrize("status", [204, 205, 304])
def test_status_without_content_drops_the_body(call: Any, mount: Any, status: Any) -> None:
    def answer_with() -> Any:
        serving.response.status = status
        return b"dropped"

    answer = call(mount(Site(answer_with)))
    assert answer.code == status
    assert answer.body == b""
    # A client reads the body of a 205, so it has to be told that there is none.
    assert answer.headers.get("content-length") == ("0" if status == 205 else None)


def test_http_1_1_needs_a_host(call: Any, mount: Any) -> None:
    answer = call(mount(Site(lambda: b"")), extra={"HTTP_HOST": ""})
    assert answer.code == 400
    assert "requires a &#x27;Host&#x27; request header" in answer.text


def test_undecodable_query_string_is_404(call: Any, mount: Any) -> None:
    answer = call(mount(Site(lambda **_: b"")), "/?a=%F4")
    assert answer.code == 404
    assert "must be encoded with &#x27;utf8&#x27;" in answer.text


def test_query_string_encoding_can_be_chosen(call: Any, mount: Any) -> None:
    app = mount(Site(lambda a: a.encode()), {"/": {"request.query_string_encoding": "latin-1"}})
    assert call(app, "/?a=%F4").text == "ô"


def test_malformed_cookie_is_400_when_somebody_asks(call: Any, mount: Any) -> None:
    app = mount(Site(lambda: repr(dict(serving.request.cookie)).encode()))
    assert call(app, headers={"Cookie": "a=1"}).code == 200
    assert call(app, headers={"Cookie": "a b[]=1"}).code in {200, 400}


def test_end_request_hooks_run_once_when_the_answer_was_sent(call: Any, mount: Any) -> None:
    seen = []
    app = mount(Site(lambda: b"x"), {"/": {"hooks.on_end_request": lambda: seen.append("end")}})
    call(app)
    assert seen == ["end"]


def test_error_in_an_end_request_hook_does_not_reach_the_server(call: Any, mount: Any) -> None:
    def fail() -> None:
        raise RuntimeError("late")

    assert call(mount(Site(lambda: b"x"), {"/": {"hooks.on_end_request": fail}})).body == b"x"


def test_nothing_is_bound_after_the_request(call: Any, mount: Any) -> None:
    call(mount(Site(lambda: b"x")))
    with pytest.raises(UnboundError):
        serving.request  # noqa: B018 - reading it is the test


def test_hook_with_a_lower_priority_number_runs_first(call: Any, mount: Any) -> None:
    seen = []

    def early() -> None:
        seen.append("early")

    early.priority = 10  # type: ignore[attr-defined]  # as documented

    def late() -> None:
        seen.append("late")

    config = {"hooks.before_handler.b": late, "hooks.before_handler.a": early}
    call(mount(Site(lambda: b""), {"/": config}))
    assert seen == ["early", "late"]


def test_hook_attached_during_the_request_runs_and_is_gone_afterwards(
    call: Any, mount: Any
) -> None:
    seen = []

    def handler() -> Any:
        serving.request.hooks.attach("before_finalize", lambda: seen.append("hook"))
        return b""

    app = mount(Site(handler))
    call(app)
    call(app)
    assert seen == ["hook", "hook"]


def test_hooks_of_a_request_class_hang_on_all_its_requests(call: Any, mount: Any) -> None:
    seen = []

    class Watched(Request):
        hooks = Request.hooks.copy()

    Watched.hooks.attach("before_handler", lambda: seen.append("class"))
    app = mount(Site(lambda: b""))
    app.request_class = Watched
    call(app)
    assert seen == ["class"]
    assert Request.hooks["before_handler"] == []


def test_first_error_of_a_point_wins_and_failsafe_hooks_still_run(call: Any, mount: Any) -> None:
    seen = []

    def first() -> None:
        raise HTTPError(403, "first")

    def skipped() -> None:
        seen.append("skipped")

    def safe() -> None:
        seen.append("safe")
        raise HTTPError(409, "second")

    config = {
        "hooks.before_handler.a": Hook(first, priority=1),
        "hooks.before_handler.b": Hook(skipped, priority=2),
        "hooks.before_handler.c": Hook(safe, failsafe=True, priority=3),
    }
    assert call(mount(Site(lambda: b""), {"/": config})).code == 403
    assert seen == ["safe"]


def test_timed_out_response_is_an_error(call: Any, mount: Any) -> None:
    def slow() -> Any:
        serving.response.timeout = -1
        serving.response.check_timeout()
        return b""

    answer = call(mount(Site(slow)))
    assert answer.code == 500
    assert "TimeoutError" in answer.text


def test_class_attributes_are_the_documented_defaults() -> None:
    assert Request.methods_with_bodies == ("POST", "PUT", "PATCH")
    assert Request.throws == (KeyboardInterrupt, SystemExit, InternalRedirect)
    assert Request.show_tracebacks is True
    assert Response.stream is False
    assert Response.timeout == 300


def test_unknown_attributes_can_be_hung_on_a_request(call: Any, mount: Any) -> None:
    def handler() -> Any:
        serving.request.anything = "kept"
        return serving.request.anything.encode()

    assert call(mount(Site(handler))).text == "kept"


def test_request_says_what_it_is(call: Any, mount: Any) -> None:
    def handler(**_: Any) -> Any:
        request = serving.request
        return "\n".join(
            [request.base, request.request_line, request.remote.ip, request.headers["x-a"]]
        ).encode()

    answer = call(mount(Site(handler)), "/?q=1", headers={"X-A": "b"})
    assert answer.text.split("\n") == [
        "http://example.com",
        "GET /?q=1 HTTP/1.1",
        "192.0.2.1",
        "b",
    ]
