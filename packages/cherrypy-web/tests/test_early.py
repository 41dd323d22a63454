"""What is asked for or set before a request runs, and what a class sets for all of its requests."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from cherrypy_dispatch import Dispatcher, expose
from cherrypy_httputil import Host, HTTPError
from cherrypy_serving import serving
from cherrypy_web import Application, HookMap, Request, Tool, Toolbox


class Site:
    @expose
    def index(self, **params: Any) -> bytes:
        request = serving.request
        return "|".join(
            [
                request.headers["X-A"],
                request.cookie["c"].value,
                request.base,
                request.login,
                request.request_line,
                repr(sorted(params)),
                repr(request.prev),
                repr(len(request.header_list)),
                repr((request.multithread, request.multiprocess)),
            ]
        ).encode()

    @expose
    def fail(self) -> None:
        raise HTTPError(404)


def watched(seen: Any, **options: Any) -> Application:
    class Watched(Application):
        before_request = (seen,)

    return Watched(Site(), **options)


EARLY: list[tuple[str, Any]] = [
    ("prev", None),
    ("base", ""),
    ("request_line", ""),
    ("header_list", []),
    ("headers", {}),
    ("login", None),
    ("body", None),
    ("config", None),
    ("toolmaps", {}),
    ("error_page", {}),
    ("multithread", False),
    ("multiprocess", False),
]


def test_what_is_asked_for_early_does_not_stay_as_it_was(call: Any) -> None:
    seen: list[tuple[str, Any]] = []

    def look() -> None:
        seen.extend((name, getattr(serving.request, name)) for name, _ in EARLY)
        assert not serving.request.cookie

    asked = {
        "path": "/?q=1",
        "method": "POST",
        "body": b"b=2",
        "headers": {"X-A": "1", "Cookie": "c=3"},
        "extra": {"REMOTE_USER": "me", "wsgi.multiprocess": True},
    }
    answer = call(watched(look), **asked)
    assert seen == EARLY
    assert answer.text == call(Application(Site()), **asked).text
    assert answer.text.startswith("1|3|http://example.com|me|POST /?q=1 HTTP/1.1|['b', 'q']|None|")


@pytest.mark.parametrize("name", ["prev", "base", "header_list", "headers", "login", "params"])
def test_class_shows_the_documented_default(name: str) -> None:
    assert getattr(Request, name) == (dict(EARLY) | {"params": {}})[name]


def test_what_is_set_on_a_request_outside_of_any_is_kept() -> None:
    request = Request(None, None)  # type: ignore[arg-type]  # not looked at
    request.headers["X-A"] = "1"
    request.cookie["c"] = "2"
    assert (request.headers["X-A"], request.cookie["c"].value) == ("1", "2")


def test_config_that_is_set_again_and_again_outside_of_a_request_adds_nothing() -> None:
    request = Request(Host("127.0.0.1", 80), Host("127.0.0.1", 1111))
    request.config = {}
    before = request.early_names
    request.config = {"a": 1}
    assert request.early_names == before
    assert request.config == {"a": 1}


def test_config_that_is_set_early_is_worked_out_anew(call: Any) -> None:
    def put() -> None:
        serving.request.config = {"response.status": 500}

    app = watched(put, config={"/": {"response.headers.X-B": "b"}})
    answer = call(app, "/fail")
    assert (answer.code, answer.headers["x-b"]) == (404, "b")


@pytest.fixture
def site_with_tool() -> Any:
    """An application whose tool leaves a mark, and the list of marks."""
    marks: list[str] = []
    box = Toolbox("tools")
    box.mark = Tool("before_handler", lambda: marks.append("tool"))

    class Marked(Application):
        toolboxes: ClassVar = {"tools": box}

    return Marked(Site(), config={"/": {"tools.mark.on": True}}), marks


def test_hook_attached_before_the_request_runs_beside_its_tools(
    call: Any, site_with_tool: Any
) -> None:
    app, marks = site_with_tool
    type(app).before_request = (
        lambda: serving.request.hooks.attach("before_handler", lambda: marks.append("early")),
    )
    for _ in range(2):
        call(app, "/fail")
    assert marks == ["early", "tool"] * 2


def test_hook_attached_by_a_dispatch_method_runs_beside_the_tools(
    call: Any, site_with_tool: Any
) -> None:
    app, marks = site_with_tool

    class Root:
        def _cp_dispatch(self, vpath: list[str]) -> Any:
            vpath.clear()
            serving.request.hooks.attach("before_handler", lambda: marks.append("dispatched"))
            return self

        @expose
        def index(self) -> bytes:
            return b""

    app.root = Root()
    assert call(app, "/anything").code == 200
    assert marks == ["dispatched", "tool"]


def test_map_of_hooks_that_is_set_early_replaces_those_of_the_class(
    call: Any, site_with_tool: Any
) -> None:
    app, marks = site_with_tool

    class Watched(Request):
        hooks = Request.hooks.copy()

    Watched.hooks.attach("before_handler", lambda: marks.append("class"))
    app.request_class = Watched
    call(app, "/fail")
    assert marks == ["class", "tool"]
    del marks[:]
    type(app).before_request = (lambda: setattr(serving.request, "hooks", HookMap()),)
    call(app, "/fail")
    assert marks == ["tool"]


def test_hooks_of_a_class_with_other_points_do_not_hide_the_tools(
    call: Any, site_with_tool: Any
) -> None:
    app, marks = site_with_tool

    def look() -> None:
        serving.request.hooks = HookMap(["of_my_own"])

    type(app).before_request = (look,)
    assert call(app, "/fail").code == 404
    assert marks == ["tool"]


def test_hooks_of_a_class_may_lack_points(call: Any, site_with_tool: Any) -> None:
    app, marks = site_with_tool

    class Poor(Request):
        hooks = HookMap(["on_start_resource"])

    app.request_class = Poor
    assert call(app, "/fail").code == 404
    assert marks == ["tool"]


def test_hooks_of_a_class_run_by_priority_where_no_config_is_known(call: Any) -> None:
    seen: list[str] = []

    class Watched(Request):
        hooks = HookMap()

    Watched.hooks.attach("before_finalize", lambda: seen.append("late"), priority=90)
    Watched.hooks.attach("before_finalize", lambda: seen.append("soon"), priority=10)
    app = Application(Site())
    app.request_class = Watched
    assert call(app, headers={"Host": ""}).code == 400
    assert seen == ["soon", "late"]


def test_error_page_set_early_stays_beside_those_of_the_config(call: Any) -> None:
    def put() -> None:
        serving.request.error_page[404] = lambda **_: "early"
        serving.request.error_page[405] = lambda **_: "early"

    pages = []
    config = {
        "error_page.405": lambda **_: "config",
        "hooks.before_finalize": lambda: pages.append(serving.request.error_page),
    }
    app = watched(put, config={"/": config})
    assert call(app, "/fail").text == "early"
    assert pages[0][405]() == "config"


def test_error_pages_of_a_class_lie_below_those_of_the_config(call: Any) -> None:
    class Own(Request):
        error_page = {404: lambda **_: "class", 405: lambda **_: "class"}  # noqa: RUF012 - as users do

    app = Application(Site(), config={"/": {"error_page.405": lambda **_: "config"}})
    app.request_class = Own
    assert call(app, "/fail").text == "class"
    app.config["/"]["error_page.404"] = lambda **_: "config"
    assert call(app, "/fail").text == "config"
    assert sorted(Own.error_page) == [404, 405]
    assert Request.error_page == {}


def test_error_pages_are_a_request_s_own(call: Any) -> None:
    class Root:
        @expose
        def index(self) -> None:
            serving.request.error_page = {404: lambda **_: "mine"}
            raise HTTPError(404)

    app = Application(Root())
    assert call(app).text == "mine"
    assert "mine" not in call(app, "/nope").text


def test_hooks_set_on_a_class_later_are_kept_from_its_requests(call: Any) -> None:
    class Later(Request):
        pass

    seen: list[str] = []
    Later.hooks = HookMap()  # type: ignore[assignment]  # as users do
    Later.hooks.attach("before_handler", lambda: seen.append("class"))

    class Root:
        @expose
        def index(self) -> bytes:
            serving.request.hooks.attach("before_finalize", lambda: seen.append("own"))
            return b""

    app = Application(Root())
    app.request_class = Later
    call(app)
    call(app)
    assert seen == ["class", "own"] * 2
    assert Request.hooks["before_handler"] == []


def test_request_class_may_inherit_from_an_abstract_one() -> None:
    from abc import ABC, abstractmethod

    class Named(ABC):
        @abstractmethod
        def name(self) -> str: ...

    class Mine(Request, Named):
        def name(self) -> str:
            return "mine"

    assert Mine(None, None).name() == "mine"  # type: ignore[arg-type]  # not looked at


def test_tool_options_read_by_a_dispatcher_do_not_hide_the_later_ones(
    call: Any, site_with_tool: Any
) -> None:
    app, marks = site_with_tool

    class Curious(Dispatcher):
        def __call__(self, path_info: str) -> None:
            marks.append(serving.request.toolmaps)
            super().__call__(path_info)

    app.config["/"]["request.dispatch"] = Curious()
    app.config["/"]["hooks.before_finalize"] = lambda: marks.append(serving.request.toolmaps)
    call(app, "/fail")
    assert marks == [{}, "tool", {"tools": {"mark": {"on": True}}}]


def test_request_that_is_run_by_hand_knows_where_its_application_is() -> None:
    app = Application(Site(), "/app")
    request, response = app.get_serving(None, None, "https", "HTTP/1.1")  # type: ignore[arg-type]  # not looked at
    try:
        fields = [("Host", "a:1"), ("X-A", "1"), ("Cookie", "c=2")]
        request.login = "me"
        assert request.run("GET", "/app/", "", "HTTP/1.1", fields, None) is response
        assert (request.script_name, request.path_info) == ("/app", "/")
        assert b"".join(response.body).startswith(b"1|2|https://a:1|me|GET /app/ HTTP/1.1|")
    finally:
        app.release_serving()


@pytest.mark.parametrize("own", ["plan", "early", "steps", "stage_of_life"])
def test_names_that_applications_hang_on_requests_are_theirs(call: Any, own: str) -> None:
    class Root:
        @expose
        def index(self) -> bytes:
            request = serving.request
            setattr(request, own, "theirs")
            request.hooks.attach("before_finalize", lambda: None)
            return f"{getattr(request, own)} {request.config} {request.toolmaps}".encode()

    assert call(Application(Root())).text == "theirs {} {}"
