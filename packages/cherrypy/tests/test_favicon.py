"""The icon of a site: the default one, another one, or none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy.assembly import Assembly

ICON = Path(cherrypy.__file__).with_name("favicon.ico").read_bytes()


class Root:
    @cherrypy.expose
    def default(self, *segments: str) -> str:
        return f"page {segments}"


def icon(site: Assembly, root: object, script_name: str = "", config: Any = None) -> Any:
    site.tree.mount(root, script_name, config)
    return Client(site.tree).get(f"{script_name}/favicon.ico")


def test_a_site_has_an_icon(site: Assembly) -> None:
    answer = icon(site, Root())
    assert (answer.status_code, answer.body) == (200, ICON)
    assert answer.headers["Content-Type"] in {"image/vnd.microsoft.icon", "image/x-icon"}
    assert ICON[:6] == b"\0\0\1\0\3\0"
    headers = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert Client(site.tree).get("/favicon.ico", headers=headers).status_code == 304
    assert Client(site.tree).post("/favicon.ico").status_code == 404


def test_other_pages_are_the_applications(site: Assembly) -> None:
    icon(site, Root())
    assert Client(site.tree).get("/favicon.png").text == "page ('favicon.png',)"


def test_a_page_of_the_root_comes_first(site: Assembly) -> None:
    class Own(Root):
        @cherrypy.expose
        def favicon_ico(self) -> str:
            return "own"

    assert icon(site, Own()).text == "own"


def test_a_root_can_refuse_it(site: Assembly) -> None:
    class Without:
        favicon_ico = None

    assert icon(site, Without()).status_code == 404


def test_a_config_comes_first(site: Assembly, tmp_path: Path) -> None:
    (tmp_path / "my.ico").write_bytes(b"mine")
    entries = {"tools.staticfile.on": True, "tools.staticfile.filename": str(tmp_path / "my.ico")}
    root = Root()
    assert icon(site, root, config={"/favicon.ico": entries}).body == b"mine"
    assert not hasattr(root, "favicon_ico")


def test_a_page_that_is_published_later_comes_first(site: Assembly) -> None:
    root: Any = Root()
    icon(site, root)
    root.favicon_ico = cherrypy.expose(lambda: "later")
    assert Client(site.tree).get("/favicon.ico").text == "later"


def test_an_application_below_the_root_has_none(site: Assembly) -> None:
    assert icon(site, Root(), "/app").text == "page ('favicon.ico',)"


def test_an_application_that_was_made_before_has_none(site: Assembly) -> None:
    app = site.application_class(Root())
    assert icon(site, app).text == "page ('favicon.ico',)"


def test_a_root_without_attributes_has_none(site: Assembly) -> None:
    class Fixed:
        __slots__ = ()

    assert icon(site, Fixed()).status_code == 404
    site.tree.mount(None)


@pytest.mark.parametrize("make", [cherrypy.dispatch.MethodDispatcher, cherrypy.dispatch.Dispatcher])
def test_the_dispatcher_finds_it(site: Assembly, make: Callable[[], Any]) -> None:
    config = {"/": {"request.dispatch": make()}}
    assert icon(site, type("Bare", (), {})(), config=config).body == ICON


def test_two_sites_have_it_from_one_root(site: Assembly) -> None:
    root = Root()
    assert icon(site, root).body == icon(site, root).body == ICON
