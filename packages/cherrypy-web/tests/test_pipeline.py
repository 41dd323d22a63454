"""What stands around an application in WSGI, and how it is chosen and changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_dispatch import expose
from cherrypy_serving import serving
from cherrypy_web import Application, AppResponse, CPWSGIApp, Tree

if TYPE_CHECKING:
    from collections.abc import Iterable


class Where:
    @expose
    def default(self, *_: str) -> bytes:
        request = serving.request
        return f"{request.script_name}|{request.path_info}".encode()

    index = default


def tagging(nextapp: Any, tag: str = "plain") -> Any:
    def tagged(environ: Any, start_response: Any) -> Any:
        def start(status: Any, fields: Any, exc_info: Any = None) -> Any:
            return start_response(status, [*fields, ("X-Tag", tag)], exc_info)

        return nextapp(environ, start)

    return tagged


def tags(call: Any, app: Any) -> list[str]:
    return [value for name, value in call(app).fields if name == "X-Tag"]


def test_pipeline_that_is_changed_while_it_serves_is_built_anew(call: Any) -> None:
    app = Application(Where())
    assert tags(call, app) == []
    app.wsgiapp.pipeline.append(("tag", tagging))
    assert tags(call, app) == ["plain"]
    app.wsgiapp.config["tag"] = {"tag": "set"}
    assert tags(call, app) == ["set"]
    app.wsgiapp.config["tag"]["tag"] = "in place"
    assert tags(call, app) == ["in place"]
    app.merge({"/": {"wsgi.tag.tag": "merged", "wsgi.pipeline": [("again", tagging)]}})
    assert tags(call, app) == ["plain", "merged"]
    app.wsgiapp.pipeline.clear()
    assert tags(call, app) == []


def test_middleware_is_made_once(call: Any) -> None:
    made: list[str] = []

    def factory(nextapp: Any) -> Any:
        made.append("once")
        return nextapp

    app = Application(Where(), config={"/": {"wsgi.pipeline": [("made", factory)]}})
    call(app)
    call(app)
    assert made == ["once"]


def test_middleware_stands_there_once_however_often_config_is_merged(call: Any) -> None:
    app = Application(Where(), config={"/": {"wsgi.pipeline": [("tag", tagging)]}})
    app.merge({"/": {"wsgi.tag.tag": "merged"}})
    assert tags(call, app) == ["merged"]


def test_head_that_is_set_by_hand_is_the_outermost(call: Any) -> None:
    app = Application(Where())
    app.wsgiapp.head = tagging(app.wsgiapp.tail, "head")
    assert tags(call, app) == ["head"]


def test_class_of_pipelines_may_have_one_for_all(call: Any) -> None:
    class Tagging(CPWSGIApp):
        pipeline = [("tag", tagging)]  # noqa: RUF012 - as users do
        config = {"tag": {"tag": "class"}}  # noqa: RUF012

    apps = [Application(Where()), Application(Where())]
    for app in apps:
        app.wsgiapp = Tagging(app)
    apps[0].wsgiapp.config["tag"]["tag"] = "own"
    apps[0].wsgiapp.pipeline.append(("more", tagging))
    assert [tags(call, app) for app in apps] == [["plain", "own"], ["class"]]


def test_any_wsgi_application_may_stand_in_for_the_pipeline(call: Any) -> None:
    app = Application(Where())
    inner: Any = app.wsgiapp
    app.wsgiapp = tagging(inner, "outside")
    assert tags(call, app) == ["outside"]


def test_error_that_the_trapper_is_told_to_throw_reaches_the_server(call: Any) -> None:
    class FatalError(Exception):
        pass

    class Root:
        @expose
        def index(self) -> None:
            raise FatalError

    app = Application(Root(), config={"/": {"request.throw_errors": True}})
    assert call(app).code == 500
    app.merge({"/": {"wsgi.ExceptionTrapper.throws": (FatalError,)}})
    with pytest.raises(FatalError):
        call(app)


@pytest.mark.parametrize("by_class", [True, False])
def test_translated_headers_can_be_added_to(call: Any, by_class: bool) -> None:
    class Translating(AppResponse):
        def translate_headers(self, environ: dict[str, Any]) -> Iterable[tuple[str, str]]:
            own: Any = AppResponse if by_class else super()
            arguments = (self, environ) if by_class else (environ,)
            yield from own.translate_headers(*arguments)
            yield "X-Added", "yes"

    class Root:
        @expose
        def index(self) -> bytes:
            headers = serving.request.headers
            return f"{headers['X-Added']} {headers['Remote-Addr']} {headers['Host']}".encode()

    app = Application(Root(), config={"/": {"wsgi.response_class": Translating}})
    assert call(app).text == "yes 192.0.2.1 example.com"


# The path below the application.


@pytest.mark.parametrize("sent", ["//a//b/", "/a/b/", "/a///b//"])
def test_slashes_in_a_row_are_one(call: Any, sent: str) -> None:
    assert call(Application(Where()), sent, checks=False).text == "|/a/b/"


@pytest.mark.parametrize(("script_name", "answer"), [("/app", "/app|"), ("", "|/")])
def test_mount_point_without_its_slash_has_an_empty_path_below_it(
    call: Any, script_name: str, answer: str
) -> None:
    app = Application(Where(), script_name)
    assert (
        call(app, extra={"SCRIPT_NAME": script_name, "PATH_INFO": ""}, checks=False).text == answer
    )


@pytest.mark.parametrize(
    ("sent", "where"),
    [
        ("/a/x", "/a|/x"),
        ("//a/x", "/a|/x"),
        ("/a//x", "/a|/x"),
        ("/a//b/x", "/a/b|/x"),
        ("/a/b//", "/a/b|/"),
        ("/ab//a", "|/ab/a"),
        ("//é//x", "/é|/x"),
    ],
)
def test_slashes_in_a_row_lead_to_the_same_application(call: Any, sent: str, where: str) -> None:
    tree = Tree()
    for script_name in ("", "/a", "/a/b", "/é"):
        tree.mount(Where(), script_name)
    assert call(tree, sent, checks=False).text == where


def test_grafted_application_gets_the_rest_of_the_path_as_it_came(call: Any) -> None:
    def raw(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}".encode()]

    tree = Tree()
    tree.graft(raw, "/proxy")
    assert call(tree, "/proxy/http://a/").text == "/proxy|/http://a/"
