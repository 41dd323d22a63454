"""What can be chosen for an application, and how paths and urls come out in every form."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from cherrypy_config import NamespaceSet
from cherrypy_dispatch import expose
from cherrypy_httputil import HTTPError, HTTPRedirect
from cherrypy_serving import serving
from cherrypy_web import Application, Hook, Request, Response, Tool, Toolbox, Tree, url


class Where:
    @expose
    def index(self) -> bytes:
        request = serving.request
        return f"{request.script_name}|{request.path_info}".encode()

    @expose
    def default(self, *segments: str) -> bytes:
        return f"{serving.request.script_name}|{'|'.join(segments)}".encode()


class Links:
    @expose
    def link(self, *_: str, path: str = "", relative: Any = None) -> bytes:
        return url(path, relative=relative).encode()


# Paths.


@pytest.mark.parametrize("mount", ["", "/é", "/日本"])
def test_path_is_decoded_below_any_mount_point(call: Any, mount: str) -> None:
    tree = Tree()
    tree.mount(Where(), mount)
    assert call(tree, f"{mount}/ü/日").text == f"{mount}|ü|日"


def test_path_that_is_not_utf_8_is_latin_1(call: Any) -> None:
    tree = Tree()
    tree.mount(Where(), "/é")
    assert call(tree, extra={"PATH_INFO": "/\xe9/\xfc"}).text == "/é|ü"


def test_encoding_of_paths_is_that_of_the_application_s_section(call: Any) -> None:
    config = {"/": {}, "/old": {"request.uri_encoding": "cp1251"}}
    app = Application(Where(), "/app", config)
    info = "/old/" + "ж".encode("cp1251").decode("latin-1")
    assert call(app, extra={"SCRIPT_NAME": "/app", "PATH_INFO": info}).text == "/app|old|ж"


@pytest.mark.parametrize(
    ("sent", "name"),
    [("", ""), ("/", ""), ("/a", "/a"), ("/a/", "/a"), ("/\xc3\xa9", "/é"), ("/\xe9", "/é")],
)
def test_script_name_from_the_server_in_every_form(call: Any, sent: str, name: str) -> None:
    app = Application(Where(), None)
    extra = {"SCRIPT_NAME": sent, "PATH_INFO": "/b"}
    assert call(app, extra=extra, checks=False).text == f"{name}|b"


def test_script_name_may_be_missing_from_the_environ(call: Any, make_environ: Any) -> None:
    app = Application(Where(), None)
    environ = make_environ("/b", "GET", "", b"", {})
    del environ["SCRIPT_NAME"]
    answer: Any = app(environ, lambda *_: None)
    assert b"".join(answer) == b"|b"
    answer.close()


# Urls.


@pytest.mark.parametrize(
    ("choice", "path", "link"),
    [
        (False, "/x/y", "http://example.com/app/x/y"),
        ("server", "/x/y", "/app/x/y"),
        (True, "/x/y", "../x/y"),
        (True, "other", "other"),
        (True, "/link/", ""),
    ],
)
def test_relative_urls_of_the_application(call: Any, choice: Any, path: str, link: str) -> None:
    app = Application(Links(), "/app")
    app.relative_urls = choice
    assert call(app, f"/link/a?path={path}").text == link


@pytest.mark.parametrize("mount", ["", "/app"])
@pytest.mark.parametrize(
    ("path", "link"),
    [
        ("../x", "/x"),
        ("../../../x", "/x"),
        ("./x", "/link/x"),
        ("..", "/"),
        ("", "/link/a"),
        ("%3Fb=1", "/link/a?b=1"),
        ("%23b", "/link/a#b"),
    ],
)
def test_relative_path_never_leaves_the_application(
    call: Any, mount: str, path: str, link: str
) -> None:
    app = Application(Links(), mount)
    answer = call(app, f"/link/a?path={path}")
    assert answer.text == f"http://example.com{mount}{link}"


@pytest.mark.parametrize(
    ("relative", "link"), [(True, "a"), ("server", "/a"), (None, "http://s/a")]
)
def test_url_outside_of_a_request_can_be_relative(relative: Any, link: str) -> None:
    assert url("/a", relative=relative, server_base=lambda: "http://s") == link


def test_redirect_to_a_non_ascii_url_is_percent_encoded(call: Any) -> None:
    class Root:
        @expose
        def index(self) -> None:
            raise HTTPRedirect("/日?a=%20é#x")

    answer = call(Application(Root()))
    assert answer.headers["location"] == "http://example.com/%E6%97%A5?a=%20%C3%A9#x"


# Namespaces and hooks.


def test_namespace_of_a_request_class_is_called_for_its_requests_alone(call: Any) -> None:
    seen: list[tuple[str, Any]] = []

    class Own(Request):
        namespaces: ClassVar = Request.namespaces.copy()

    Own.namespaces["own"] = lambda key, value: seen.append((key, value))
    config = {"/": {"own.key": 1}}
    plain, special = Application(Where(), config=config), Application(Where(), config=config)
    special.request_class = Own
    call(plain)
    assert seen == []
    call(special)
    call(special)
    assert seen == [("key", 1)] * 2
    assert "own" not in Request.namespaces


def test_namespace_of_the_application_is_called_when_config_is_merged(call: Any) -> None:
    seen: list[tuple[str, Any]] = []
    app = Application(Where())
    assert isinstance(app.namespaces, NamespaceSet)
    app.namespaces["own"] = lambda key, value: seen.append((key, value))
    app.merge({"/": {"own.key": 1}, "/a": {"own.other": 2}})
    call(app)
    assert seen == [("key", 1)]


def mark() -> None:
    serving.response.headers["X-Mark"] = "dotted"


def test_hooks_come_from_config_in_every_form(call: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr("cherrypy_web.hooks.mark", mark, raising=False)
    config = {
        "hooks.before_handler": lambda: seen.append("plain"),
        "hooks.before_handler.named": Hook(lambda **given: seen.extend(given), priority=1, hook=1),
        "hooks.before_finalize": "cherrypy_web.hooks.mark",
    }
    answer = call(Application(Where(), config={"/": config}))
    assert seen == ["hook", "plain"]
    assert answer.headers["x-mark"] == "dotted"


# Classes.


def test_request_and_response_class_can_be_replaced(call: Any) -> None:
    class MyRequest(Request):
        show_tracebacks = False

    class MyResponse(Response):
        server_header = "Mine/1"

    class Root:
        @expose
        def index(self) -> bytes:
            return f"{type(serving.request).__name__} {type(serving.response).__name__}".encode()

    app = Application(Root())
    app.request_class, app.response_class = MyRequest, MyResponse
    answer = call(app)
    assert answer.text == "MyRequest MyResponse"
    assert answer.headers["server"] == "Mine/1"


def test_get_and_release_serving_can_be_overridden(call: Any) -> None:
    seen: list[str] = []

    class Mine(Application):
        def get_serving(self, *args: Any) -> tuple[Request, Response]:
            seen.append("get")
            return super().get_serving(*args)

        def release_serving(self) -> None:
            seen.append("release")
            super().release_serving()

    call(Mine(Where()))
    assert seen == ["get", "release"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("prev", None),
        ("method", "GET"),
        ("query_string", ""),
        ("query_string_encoding", "utf8"),
        ("protocol", (1, 1)),
        ("params", {}),
        ("header_list", []),
        ("process_request_body", True),
        ("methods_with_bodies", ("POST", "PUT", "PATCH")),
        ("script_name", ""),
        ("path_info", "/"),
        ("login", None),
        ("app", None),
        ("handler", None),
        ("toolmaps", {}),
        ("config", None),
        ("is_index", None),
        ("error_page", {}),
        ("show_tracebacks", True),
        ("show_mismatched_params", True),
        ("throw_errors", False),
        ("closed", False),
        ("stage", None),
        ("scheme", "http"),
        ("server_protocol", "HTTP/1.1"),
    ],
)
def test_attribute_of_a_new_request_has_its_documented_default(name: str, value: object) -> None:
    assert getattr(Request(None, None), name) == value  # type: ignore[arg-type]  # not looked at


def test_request_without_an_application_is_answered_with_500() -> None:
    request, response = Request(None, None), Response()  # type: ignore[arg-type]  # not looked at
    serving.load(request, response)
    try:
        request.run("GET", "/", "", "HTTP/1.1", [("Host", "a")], None)
    finally:
        serving.clear()
    assert response.status == "500 Internal Server Error"


@pytest.mark.parametrize("scope", ["site", "root", "path", "_cp_config"])
def test_built_in_namespaces_act_in_every_scope(
    call: Any, mount: Any, toolbox: Any, scope: str
) -> None:
    seen: list[str] = []
    toolbox.note = Tool("before_handler", lambda word="": seen.append(word))
    entries = {
        "tools.note.on": True,
        "tools.note.word": "tool",
        "hooks.before_handler": lambda: seen.append("hook"),
        "request.own": "attribute",
        "request.body.maxbytes": 7,
        "response.timeout": 8,
        "response.headers.X-A": "header",
        "error_page.410": lambda **_: "page",
    }

    class Root:
        @expose
        def page(self) -> bytes:
            request, response = serving.request, serving.response
            return f"{request.own} {request.body.maxbytes} {response.timeout}".encode()

        @expose
        def gone(self) -> None:
            raise HTTPError(410)

    sections: dict[str, Any] = {"root": {"/": entries}, "path": {"/page": entries}}
    app = mount(Root(), sections.get(scope))
    if scope == "site":
        type(app).site_config = entries
    elif scope == "_cp_config":
        Root._cp_config = entries  # type: ignore[attr-defined]  # as users do
    answer = call(app, "/page")
    assert answer.text == "attribute 7 8"
    assert answer.headers["x-a"] == "header"
    assert seen == ["hook", "tool"]
    assert (call(app, "/gone").text == "page") is (scope != "path")


def test_own_sections_are_there_for_handlers(call: Any) -> None:
    class Root:
        @expose
        def index(self) -> bytes:
            key: str = serving.request.app.config["api"]["key"]
            return key.encode()

    assert call(Application(Root(), config={"/": {}, "api": {"key": "secret"}})).text == "secret"


def test_namespaces_act_in_the_documented_order(call: Any, mount: Any, toolbox: Any) -> None:
    seen: list[str] = []

    class Own(Request):
        namespaces: ClassVar = Request.namespaces.copy()

    def own(key: str, _: Any) -> None:
        seen.append(key)
        assert serving.request.attribute
        serving.request.hooks.attach("before_handler", lambda: seen.append("hook of own"))

    Own.namespaces["own"] = own
    toolbox.note = Tool("before_handler", lambda: seen.append("tool"))
    other = Toolbox("other")
    other.note = Tool("before_handler", lambda: seen.append("other tool"))
    config = {
        "other.note.on": True,
        "own.key": 1,
        "tools.note.on": True,
        "hooks.before_handler": lambda: seen.append("hook"),
        "request.attribute": True,
    }
    app = mount(Where(), {"/": config})
    app.request_class = Own
    app.toolboxes = {"other": other, **app.toolboxes}
    call(app)
    assert seen == ["key", "hook", "tool", "hook of own", "other tool"]


def test_context_manager_gets_the_entries_of_its_namespace_and_then_the_end(call: Any) -> None:
    seen: list[object] = []

    class Collecting:
        def __enter__(self) -> Any:
            seen.append("begin")
            return lambda key, value: seen.append((key, value))

        def __exit__(self, kind: object, *_: object) -> None:
            seen.append(("end", kind))

    class Own(Request):
        namespaces: ClassVar = Request.namespaces.copy()

    Own.namespaces["own"] = Collecting()
    app = Application(Where(), config={"/": {"own.a": 1, "own.b": 2}})
    app.request_class = Own
    call(app)
    assert seen == ["begin", ("a", 1), ("b", 2), ("end", None)]


def test_namespace_handler_may_answer_with_an_error(call: Any) -> None:
    def refuse(_: str, value: int) -> None:
        raise HTTPError(value)

    class Own(Request):
        namespaces: ClassVar = Request.namespaces.copy()

    Own.namespaces["own"] = refuse
    app = Application(Where(), config={"/": {"own.code": 418}})
    app.request_class = Own
    assert call(app).code == 418


def test_built_in_namespace_may_have_another_handler(call: Any) -> None:
    seen: list[tuple[str, Any]] = []

    class Own(Request):
        namespaces: ClassVar = Request.namespaces.copy()

    Own.namespaces["request"] = lambda key, value: seen.append((key, value))
    app = Application(Where(), config={"/": {"request.own": 1}})
    app.request_class = Own
    call(app)
    assert seen == [("own", 1)]
