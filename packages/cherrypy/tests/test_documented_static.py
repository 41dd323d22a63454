"""The examples of the chapters on static content and the favicon, as the documentation has them."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.lib.static import serve_file
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class HelloWorld:
    @cherrypy.expose
    def index(self) -> str:
        return "Hello World!"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home" / "site"
    (home / "static" / "js").mkdir(parents=True)
    (home / "static" / "js" / "my.js").write_text("let my")
    (home / "static" / "index.html").write_text("<p>The index</p>")
    (home / "style.css").write_text("body { color: blue }")
    (home / "myfavicon.ico").write_bytes(b"my icon")
    return home


def serve(site: Assembly, home: Path, config: str, root: object = None) -> Client:
    """Mount as `quickstart` does, with a config file in which /home/site is the directory."""
    file = home.parent / "app.conf"
    file.write_text(config.replace("/home/site", str(home)))
    site.mount(root or HelloWorld(), "/", str(file))
    return Client(site.tree)


def test_further_media_types(site: Assembly, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "static" / "table.csv").write_text("a,b")
    monkeypatch.setitem(mimetypes.types_map, ".csv", "text/csv")
    ask = serve(
        site,
        home,
        '[/static]\ntools.staticdir.on = True\ntools.staticdir.dir = "/home/site/static"\n',
    )
    assert ask.get("/static/table.csv").headers["Content-Type"] == "text/csv"


def test_a_single_file(site: Assembly, home: Path) -> None:
    ask = serve(
        site,
        home,
        "[/style.css]\ntools.staticfile.on = True\n"
        'tools.staticfile.filename = "/home/site/style.css"\n',
    )
    assert ask.get("/style.css").text == "body { color: blue }"
    assert ask.get("/").text == "Hello World!"


def test_a_whole_directory(site: Assembly, home: Path) -> None:
    ask = serve(
        site,
        home,
        '[/static]\ntools.staticdir.on = True\ntools.staticdir.dir = "/home/site/static"\n',
    )
    assert ask.get("/static/js/my.js").text == "let my"
    # Without an index, the directory itself is not found.
    answer = ask.get("/static/")
    assert answer.status_code == 404
    assert "The path &#x27;/static/&#x27; was not found." in answer.text


def test_a_root_for_several_sections(site: Assembly, home: Path) -> None:
    ask = serve(
        site,
        home,
        '[/]\ntools.staticdir.root = "/home/site"\n\n'
        '[/static]\ntools.staticdir.on = True\ntools.staticdir.dir = "static"\n',
    )
    assert ask.get("/static/js/my.js").text == "let my"
    assert ask.get("/style.css").status_code == 404


def test_an_index_file(site: Assembly, home: Path) -> None:
    ask = serve(
        site,
        home,
        '[/static]\ntools.staticdir.on = True\ntools.staticdir.dir = "/home/site/static"\n'
        'tools.staticdir.index = "index.html"\n',
    )
    assert ask.get("/static/").text == "<p>The index</p>"


def test_a_download(site: Assembly, home: Path) -> None:
    class Root:
        @cherrypy.expose
        def download(self, filepath: str) -> Any:
            return serve_file(filepath, "application/x-download", "attachment")

    site.mount(Root(), "/", {})
    ask = Client(site.tree)
    answer = ask.get("/download", params={"filepath": str(home / "style.css")})
    assert answer.text == "body { color: blue }"
    assert answer.headers["Content-Type"] == "application/x-download"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="style.css"'


def test_an_icon_of_ones_own(site: Assembly, home: Path) -> None:
    config = {
        "/favicon.ico": {
            "tools.staticfile.on": True,
            "tools.staticfile.filename": str(home / "myfavicon.ico"),
        }
    }
    site.mount(HelloWorld(), "/", config)
    assert Client(site.tree).get("/favicon.ico").body == b"my icon"


def test_an_icon_of_ones_own_from_a_file(site: Assembly, home: Path) -> None:
    ask = serve(
        site,
        home,
        "[/favicon.ico]\ntools.staticfile.on: True\n"
        'tools.staticfile.filename: "/home/site/myfavicon.ico"\n',
    )
    assert ask.get("/favicon.ico").body == b"my icon"


def test_only_relative_paths_are_complained_of(site: Assembly, home: Path) -> None:
    ask = serve(
        site, home, '[/static]\ntools.staticdir.on = True\ntools.staticdir.dir = "./public"\n'
    )
    answer = ask.get("/static/css/style.css")
    assert answer.status_code == 500
    assert "&#x27;./public&#x27; is a relative path" in answer.text
