"""Another path served in place of the one that was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_httputil import InternalRedirect
from cherrypy_serving import serving
from cherrypy_web import Application, Request, Tool, Tree


class Site:
    @expose
    def default(self, *segments: str, **params: Any) -> bytes:
        request = serving.request
        return f"{request.script_name}|{'/'.join(segments)}|{sorted(params.items())}".encode()


@pytest.mark.parametrize(
    ("asked", "to", "served"),
    [
        ("/go", "/there", "there"),
        ("/go", "there", "there"),
        ("/go/a/b", "there", "go/a/there"),
        ("/go/a/b/", "there", "go/a/b/there"),
        ("/go/a/b", "./there", "go/a/there"),
        ("/go/a", "../there", "there"),
        ("/go/a", "../../../there", "there"),
        ("/go", "/a/../b/./c", "b/c"),
        ("/go", "/app/there", "app/there"),
        ("/go/é/a", "ü", "go/é/ü"),
        ("/go", "/日本", "日本"),
        ("/go", "/Ã©", "Ã©"),
        ("/go", "/a%20b", "a%20b"),
    ],
)
@pytest.mark.parametrize("script_name", ["", "/app", "/é"])
def test_path_is_one_of_the_application_s_own(
    call: Any, script_name: str, asked: str, to: str, served: str
) -> None:
    class Root:
        @expose
        def default(self, *segments: str) -> bytes:
            if segments[0] == "go" and serving.request.prev is None:
                raise InternalRedirect(to)
            return f"{serving.request.script_name}|{'/'.join(segments)}".encode()

    tree = Tree()
    tree.mount(Root(), script_name)
    assert call(tree, script_name + asked).text == f"{script_name}|{served}"


def test_path_is_encoded_as_the_application_decodes_it(call: Any) -> None:
    class Root:
        @expose
        def go(self) -> None:
            raise InternalRedirect("/ж")

        @expose
        def default(self, *segments: str) -> bytes:
            return "/".join(segments).encode()

    config = {"/": {"request.uri_encoding": "cp1251"}}
    assert call(Application(Root(), config=config), "/go").text == "ж"


@pytest.mark.parametrize(
    ("to", "query", "params"),
    [
        ("/x?a=1", "", [("a", "1")]),
        ("/x", "a=1", [("a", "1")]),
        ("/x", "", []),
        ("/x?a=1", "b=2", [("a", "1")]),
    ],
)
def test_query_string_is_the_one_of_the_redirect(
    call: Any, to: str, query: str, params: Any
) -> None:
    class Root(Site):
        @expose
        def go(self, **_: str) -> None:
            raise InternalRedirect(to, query)

    assert call(Application(Root()), "/go?old=1").text == f"|x|{params}"


def test_body_and_method_are_not_handed_on(call: Any) -> None:
    class Root:
        @expose
        def go(self, **_: str) -> None:
            raise InternalRedirect("/there")

        @expose
        def there(self, **params: str) -> bytes:
            request = serving.request
            return repr((request.method, params, request.rfile.read())).encode()

    answer = call(Application(Root()), "/go", method="POST", body=b"a=1")
    assert answer.text == "('GET', {}, b'')"


def test_config_and_tools_are_those_of_the_new_path(call: Any, mount: Any, toolbox: Any) -> None:
    class Root:
        @expose
        def old(self) -> None:
            raise InternalRedirect("/new")

        @expose
        def new(self) -> bytes:
            config = serving.request.config
            return repr((config["own.key"], serving.request.toolmaps["tools"])).encode()

    seen: list[tuple[str, str]] = []
    toolbox.note = Tool(
        "before_handler", lambda word: seen.append((serving.request.path_info, word))
    )
    config = {
        path: {"own.key": path, "tools.note.on": True, "tools.note.word": f"word of {path}"}
        for path in ("/old", "/new")
    }
    answer = call(mount(Root(), config), "/old")
    assert answer.text == "('/new', {'note': {'on': True, 'word': 'word of /new'}})"
    assert seen == [("/old", "word of /old"), ("/new", "word of /new")]


def test_request_from_before_is_closed_and_known(call: Any) -> None:
    seen: list[str] = []

    class Root:
        @expose
        def old(self) -> None:
            serving.request.note = "kept"
            serving.response.headers["X-Old"] = "1"
            raise InternalRedirect("/new")

        @expose
        def new(self) -> bytes:
            before: Request = serving.request.prev
            seen.append("new")
            return repr((before.path_info, before.note, before.closed)).encode()  # type: ignore[attr-defined]  # set there

    config = {"hooks.on_end_request": lambda: seen.append(f"end {serving.request.path_info}")}
    answer = call(Application(Root(), config={"/": config}), "/old")
    assert answer.text == "('/old', 'kept', True)"
    assert "x-old" not in answer.headers
    assert seen == ["end /old", "new", "end /new"]


@pytest.mark.parametrize(
    "point",
    [
        "on_start_resource",
        "before_request_body",
        "before_handler",
        "before_finalize",
        "on_end_resource",
    ],
)
def test_hook_may_redirect_internally(call: Any, point: str) -> None:
    def leave() -> None:
        raise InternalRedirect("/there")

    app = Application(Site(), config={"/here": {f"hooks.{point}": leave}})
    assert call(app, "/here").text == "|there|[]"


def test_error_response_may_redirect_internally(call: Any) -> None:
    class Root(Site):
        @expose
        def fail(self) -> None:
            raise RuntimeError

    def leave() -> None:
        raise InternalRedirect("/sorry")

    app = Application(Root(), config={"/fail": {"request.error_response": leave}})
    assert call(app, "/fail").text == "|sorry|[]"


@pytest.mark.parametrize("to", ["", "/go", "go", "./go", "/x/../go"])
def test_path_that_leads_to_itself_is_an_error(
    call: Any, caplog: pytest.LogCaptureFixture, to: str
) -> None:
    class Root:
        @expose
        def go(self) -> None:
            raise InternalRedirect(to)

    assert call(Application(Root()), "/go").code == 500
    assert "visited the same URL twice: '/go'" in caplog.text


def test_same_path_with_another_query_string_is_no_circle(call: Any) -> None:
    class Root:
        @expose
        def count(self, to: str = "0") -> bytes:
            if to == "3":
                return b"three"
            raise InternalRedirect(f"/count?to={int(to) + 1}")

    assert call(Application(Root()), "/count").text == "three"


def test_visiting_twice_can_be_allowed(call: Any) -> None:
    visits: list[int] = []

    class Root:
        @expose
        def again(self) -> bytes:
            visits.append(len(visits))
            if len(visits) == 3:
                return b"third"
            raise InternalRedirect("/again")

    app = Application(Root(), config={"/": {"wsgi.InternalRedirector.recursive": True}})
    assert call(app, "/again").text == "third"
