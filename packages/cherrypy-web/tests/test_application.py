"""Applications, trees of them, and their WSGI pipelines."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import Application, Tree, normalize_path, url


class Where:
    @expose
    def index(self) -> Any:
        request = serving.request
        return f"{request.script_name}|{request.path_info}".encode()

    @expose
    def link(self, path: Any = "", relative: Any = None) -> Any:
        return url(path, relative=relative).encode()


def raw(environ: Any, start_response: Any) -> Any:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"raw {environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode()]


@pytest.fixture
def tree() -> Any:
    tree = Tree()
    tree.mount(Where(), "/blog")
    tree.mount(Where(), "")
    tree.graft(raw, "/raw")
    return tree


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/", "|/"),
        ("/blog/", "/blog|/"),
        ("/raw/a/b", "raw /raw|/a/b"),
        ("/raw", "raw /raw|"),
    ],
)
def test_deepest_application_on_the_path_answers(
    call: Any, tree: Tree, path: Any, body: Any
) -> None:
    assert call(tree, path).text == body


def test_path_without_an_application_is_404(call: Any) -> None:
    tree = Tree()
    tree.mount(Where(), "/only")
    assert call(tree, "/other").status == "404 Not Found"


def test_mount_point_may_be_non_ascii(call: Any) -> None:
    tree = Tree()
    tree.mount(Where(), "/é")
    assert call(tree, "/é/").text == "/é|/"


def test_mount_needs_a_script_name() -> None:
    with pytest.raises(TypeError, match="grafted"):
        Tree().mount(Where(), None)


def test_application_is_mounted_where_it_says(call: Any) -> None:
    tree = Tree()
    app = Application(Where(), "/there")
    assert tree.mount(app) is app
    assert tree.apps == {"/there": app}
    with pytest.raises(ValueError, match="mounted at '/there', not at '/elsewhere'"):
        tree.mount(app, "/elsewhere")


def test_script_name_needs_its_slash() -> None:
    with pytest.raises(ValueError, match="'blog' must begin with a slash"):
        Application(Where(), "blog")


def test_script_name_can_come_from_the_server(call: Any) -> None:
    app = Application(Where(), None)
    assert call(app, "/", extra={"SCRIPT_NAME": "/mounted"}).text == "/mounted|/"


def test_config_without_sections_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match="stands in no section; put it in one"):
        Application(Where(), config={"tools.x.on": True})


@pytest.mark.parametrize(
    ("path", "value"),
    [("/a/b", 1), ("/a/b/c/d", 1), ("/a", "root"), ("/", "root"), ("", "root"), ("/x", "root")],
)
def test_find_config_looks_from_the_path_up(path: Any, value: Any) -> None:
    app = Application(Where(), config={"/": {"k": "root"}, "/a/b": {"k": 1}})
    assert app.find_config(path, "k") == value
    assert app.find_config(path, "other", "default") == "default"


def test_application_namespaces_are_called_when_config_is_merged() -> None:
    seen = []
    app = Application(Where())
    app.namespaces["own"] = lambda key, value: seen.append((key, value))
    app.merge({"/": {"own.key": 1}})
    assert seen == [("key", 1)]


def test_pipeline_wraps_the_application_with_options(call: Any) -> None:
    class Tagged:
        def __init__(self, nextapp: Any, tag: Any = "none") -> None:
            self.nextapp = nextapp
            self.tag = tag

        def __call__(self, environ: Any, start_response: Any) -> Any:
            def start(status: Any, headers: Any, exc_info: Any = None) -> Any:
                return start_response(status, [*headers, ("X-Tag", self.tag)], exc_info)

            return self.nextapp(environ, start)

    config = {"/": {"wsgi.pipeline": [("outer", Tagged), ("inner", Tagged)], "wsgi.outer.tag": "o"}}
    answer = call(Application(Where(), config=config))
    assert [value for name, value in answer.fields if name == "X-Tag"] == ["none", "o"]


def test_error_in_middleware_is_a_plain_500(call: Any, caplog: pytest.LogCaptureFixture) -> None:
    def broken(nextapp: Any) -> Any:
        def fail(environ: Any, start_response: Any) -> None:
            raise RuntimeError("middleware")

        return fail

    answer = call(Application(Where(), config={"/": {"wsgi.pipeline": [("broken", broken)]}}))
    assert answer.status == "500 Internal Server Error"
    assert answer.body == b"Unrecoverable error in the server."
    assert "middleware" in caplog.text


def test_observers_see_each_request_begin_and_end(call: Any) -> None:
    seen = []

    class Watched(Application):
        before_request = (lambda: seen.append("begin"),)
        after_request = (lambda: seen.append("end"),)

    call(Watched(Where()))
    assert seen == ["begin", "end"]


@pytest.mark.parametrize(
    ("query", "link"),
    [
        ("", "http://example.com/blog/link"),
        ("path=other", "http://example.com/blog/other"),
        ("path=/top", "http://example.com/blog/top"),
        ("path=/top&relative=server", "/blog/top"),
        ("path=/a/../b", "http://example.com/blog/b"),
    ],
)
def test_url_is_resolved_against_the_request(call: Any, tree: Tree, query: Any, link: Any) -> None:
    assert call(tree, f"/blog/link?{query}").text == link


def test_relative_url_climbs_from_where_the_request_is(call: Any, tree: Tree) -> None:
    assert call(tree, "/blog/link?path=/a/b&relative=1").text == "a/b"


def test_url_outside_of_a_request_needs_a_base() -> None:
    assert url("/a", qs={"b": [1, 2]}, base="http://x") == "http://x/a?b=1&b=2"
    assert url("/a", server_base=lambda: "http://s") == "http://s/a"
    with pytest.raises(LookupError, match="give it a base"):
        url("/a")


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("/../../b", "/b"),
        ("/a/..", "/"),
        ("/a/.", "/a/"),
        ("/a.b/c", "/a.b/c"),
        ("/a/b/../", "/a/"),
        ("a/../b", "b"),
        ("../a", "a"),
        ("./a", "a"),
        ("a/b/..", "a/"),
        ("", ""),
    ],
)
def test_dot_segments_are_removed(path: Any, normal: Any) -> None:
    assert normalize_path(path) == normal


def test_responses_that_are_being_made_are_kept_for_who_watches(call: Any) -> None:
    seen: list[bool] = []

    class Watched(Application):
        running: ClassVar[dict[int, Any]] = {}

    class Root:
        @expose
        def index(self) -> bytes:
            seen.append(Watched.running[id(serving.response)] is serving.response)
            return b"page"

        @expose
        def fail(self) -> None:
            raise RuntimeError("broken")

    app = Watched(Root())
    for path in ("/", "/fail", "/missing"):
        call(app, path)
        assert Watched.running == {}
    assert seen == [True]
