"""The site map of ``cherryd routes``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cherrypy
from cherrypy.cherryd.routes import table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cherrypy.assembly import Assembly


class Pages:
    @cherrypy.expose
    def index(self) -> str:
        return ""

    @cherrypy.expose
    def greet(self, name: str, *, loud: bool = False) -> str:
        return ""


@cherrypy.expose
class Resource:
    def GET(self) -> str:  # noqa: N802
        return ""

    def POST(self, text: str) -> str:  # noqa: N802
        return ""


def site_map(site: Assembly) -> list[list[str]]:
    return [line.split(maxsplit=1) for line in table(site.tree)]


def test_pages_stand_with_their_parameters_below_where_they_are_mounted(site: Assembly) -> None:
    site.tree.mount(Pages(), "/a")
    here = f"{__name__}.Pages"
    assert site_map(site) == [
        ["/a/", f"{here}.index()"],
        ["/a/greet/{name?}", f"{here}.greet(name: 'str', *, loud: 'bool' = False)"],
    ]


def test_resources_stand_with_their_methods(site: Assembly) -> None:
    root = type("Root", (), {"notes": Resource(), "pages": Pages()})()
    by_method = {"request.dispatch": cherrypy.dispatch.MethodDispatcher()}
    site.tree.mount(root, "/api", {"/": by_method})
    assert list(table(site.tree)) == [f"/api/notes  GET, HEAD, POST  {__name__}.Resource"]


def test_routes_stand_as_they_are_written(site: Assembly) -> None:
    dispatcher = cherrypy.dispatch.RoutesDispatcher()
    dispatcher.connect("p", "/p/{name}", Pages(), action="greet", conditions={"method": ["GET"]})
    site.tree.mount(None, "", {"/": {"request.dispatch": dispatcher}})
    assert list(table(site.tree)) == [f"/p/{{name}}  GET  {__name__}.Pages.greet"]


def test_what_nobody_knows_is_named(site: Assembly) -> None:
    def application(environ: object, start_response: object) -> Iterable[bytes]:
        raise AssertionError

    def other(path: str) -> None:
        raise AssertionError

    site.tree.graft(application, "/wsgi")
    site.tree.mount(Pages(), "/x", {"/": {}, "/o": {"request.dispatch": other}})
    lines = list(table(site.tree))
    assert [line.split()[0] for line in lines] == [
        "/wsgi/{*}",
        "/x/",
        "/x/greet/{name?}",
        "/x/o/{*}",
    ]
    assert "WSGI application" in lines[0]
    assert "decided by" in lines[-1]


def test_the_default_icon_is_no_page_of_the_site(site: Assembly) -> None:
    site.tree.mount(Pages())
    assert [path for path, _ in site_map(site)] == ["/", "/greet/{name?}"]
