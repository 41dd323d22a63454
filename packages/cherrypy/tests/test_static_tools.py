"""Static files as config, decorators and page handlers serve them in an assembled site."""

from __future__ import annotations

import inspect
import mimetypes
import os
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
import cherrypy_static
from cherrypy.lib import static
from cherrypy.process.wspbus import ChannelFailures
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / "static" / "js").mkdir(parents=True)
    (home / "static" / "js" / "my.js").write_text("let x")
    (home / "static" / "index.html").write_text("<p>Index</p>")
    (home / "static" / ".hidden").write_text("hidden")
    (home / "style.css").write_text("body {}")
    (tmp_path / "secret").write_text("secret")
    return home


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "page"


def client(site: Assembly, config: dict[str, dict[str, Any]], root: object = None) -> Client:
    site.tree.mount(root or Root(), config=config)
    return Client(site.tree)


def directory(home: Path, **options: Any) -> dict[str, Any]:
    """Return config that serves the directory."""
    options = {"on": True, "dir": str(home / "static"), **options}
    return {f"tools.staticdir.{name}": value for name, value in options.items()}


def file(path: Any, **options: Any) -> dict[str, Any]:
    """Return config that serves a file."""
    options = {"on": True, "filename": str(path), **options}
    return {f"tools.staticfile.{name}": value for name, value in options.items()}


def test_a_directory_is_served_below_its_section(site: Assembly, home: Path) -> None:
    ask = client(site, {"/static": directory(home)})
    answer = ask.get("/static/js/my.js")
    assert (answer.status_code, answer.text) == (200, "let x")
    assert answer.headers["Content-Type"] == mimetypes.types_map[".js"]
    assert answer.headers["Content-Length"] == "5"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Last-Modified"]


def test_a_file_is_served(site: Assembly, home: Path) -> None:
    answer = client(site, {"/style.css": file(home / "style.css")}).get("/style.css")
    assert (answer.text, answer.headers["Content-Type"]) == ("body {}", "text/css")


def test_a_root_serves_several_sections(site: Assembly, home: Path) -> None:
    ask = client(
        site,
        {
            "/": {"tools.staticdir.root": str(home), "tools.staticfile.root": str(home)},
            "/static": {"tools.staticdir.on": True, "tools.staticdir.dir": "static"},
            "/scripts": {"tools.staticdir.on": True, "tools.staticdir.dir": "static/js"},
            "/style.css": {"tools.staticfile.on": True, "tools.staticfile.filename": "style.css"},
        },
    )
    paths = ("/static/js/my.js", "/scripts/my.js", "/style.css")
    assert [ask.get(path).text for path in paths] == ["let x", "let x", "body {}"]


def test_the_root_of_a_directory_is_not_found_without_an_index(site: Assembly, home: Path) -> None:
    ask = client(site, {"/static": directory(home)})
    for path in ("/static/", "/static", "/static/js", "/static/js/"):
        answer = ask.get(path)
        assert answer.status_code == 404
        assert f"The path &#x27;{path}&#x27; was not found" in answer.text


def test_an_index_is_served(site: Assembly, home: Path) -> None:
    ask = client(site, {"/static": directory(home, index="index.html")})
    assert ask.get("/static/").text == "<p>Index</p>"
    answer = ask.get("/static?a=1")
    assert (answer.status_code, answer.headers["Location"]) == (
        301,
        "http://localhost/static/?a=1",
    )
    assert ask.get("/static/js/").status_code == 404


def test_below_a_mount_point_the_section_is_that_of_the_application(
    site: Assembly, home: Path
) -> None:
    site.tree.mount(Root(), "/app", {"/static": directory(home, index="index.html")})
    ask = Client(site.tree)
    assert ask.get("/app/static/js/my.js").text == "let x"
    assert ask.get("/app/static").headers["Location"] == "http://localhost/app/static/"


def test_what_is_no_file_is_left_to_the_application(site: Assembly, home: Path) -> None:
    class Pages:
        @cherrypy.expose
        def default(self, *segments: str) -> str:
            return f"page {segments}"

    ask = client(site, {"/": directory(home, index="index.html")}, Pages())
    assert ask.get("/js/my.js").text == "let x"
    assert ask.get("/").text == "<p>Index</p>"
    assert ask.get("/js/none.js").text == "page ('js', 'none.js')"
    assert ask.post("/js/my.js").text == "page ('js', 'my.js')"


def test_a_decorator_serves_a_directory(site: Assembly, home: Path) -> None:
    @cherrypy.tools.staticdir(dir=str(home / "static"), etag=True, max_age=60)
    class Files:
        @cherrypy.expose
        def index(self) -> str:
            return "a page of files"

    class Site(Root):
        files = Files()

    ask = client(site, {}, Site())
    answer = ask.get("/files/js/my.js")
    assert (answer.text, answer.headers["Cache-Control"]) == ("let x", "max-age=60")
    assert answer.headers["ETag"].startswith('"')
    assert ask.get("/files/").text == "a page of files"


def test_a_decorator_serves_a_file(site: Assembly, home: Path) -> None:
    class Site(Root):
        @cherrypy.expose
        @cherrypy.tools.staticfile(filename=str(home / "style.css"), match=r"\.css$")
        def default(self, *_: str) -> str:
            return "no file"

    ask = client(site, {}, Site())
    assert ask.get("/any.css").text == "body {}"
    assert ask.get("/any.js").text == "no file"


def test_a_handler_serves_a_directory(site: Assembly, home: Path) -> None:
    class Site(Root):
        files = cherrypy.tools.staticdir.handler(section="/files", root=str(home), dir="static")

    ask = client(site, {}, Site())
    assert ask.get("/files/js/my.js").text == "let x"
    assert ask.get("/files/none").status_code == 404


def test_types_come_from_config_and_from_mimetypes_as_it_is_now(
    site: Assembly, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "static" / "table.x-own").touch()
    ask = client(
        site,
        {
            "/static": directory(home),
            "/typed": directory(home, content_types={"js": "text/x-script"}),
        },
    )
    kind = "application/octet-stream"
    assert ask.get("/static/table.x-own").headers["Content-Type"] == kind
    monkeypatch.setitem(mimetypes.types_map, ".x-own", "text/x-own")
    assert ask.get("/static/table.x-own").headers["Content-Type"] == "text/x-own"
    assert ask.get("/typed/js/my.js").headers["Content-Type"] == "text/x-script"


def test_every_option_can_stand_in_config(site: Assembly, home: Path) -> None:
    (home / "static" / "js" / "my.js.gz").write_text("packed")
    (home / "style.css.br").write_text("packed")
    (home / "static" / "out").symlink_to("../../secret")
    options = {
        "follow_symlinks": True,
        "dotfiles": True,
        "etag": True,
        "max_age": 5,
        "precompressed": True,
        "debug": True,
        "match": ".",
    }
    shared = {key: options[key] for key in ("etag", "max_age", "precompressed", "debug", "match")}
    ask = client(
        site,
        {"/static": directory(home, **options), "/style.css": file(home / "style.css", **shared)},
    )
    assert ask.get("/static/.hidden").text == "hidden"
    assert ask.get("/static/out").text == "secret"
    for path in ("/static/js/my.js", "/style.css"):
        answer = ask.get(path, headers={"Accept-Encoding": "gzip, br"})
        assert (answer.text, answer.headers["Cache-Control"]) == ("packed", "max-age=5")
        again = ask.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 200
        headers = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": "gzip, br"}
        assert ask.get(path, headers=headers).status_code == 304


@pytest.mark.parametrize("name", ["staticdir", "staticfile"])
def test_the_tools_have_all_options_of_the_functions(name: str) -> None:
    ours = inspect.signature(getattr(static, name)).parameters
    full = inspect.signature(getattr(cherrypy_static, name)).parameters
    assert [*ours] == [*full][2:]
    optional = [key for key, one in full.items() if one.default is not one.empty]
    assert [ours[key] for key in optional] == [full[key] for key in optional]


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret",
        "/static/..%2fsecret",
        "/static/%2e%2e/secret",
        "/static/%252e%252e/secret",
        "/static/..%5csecret",
        "/static/%c0%ae%c0%ae/secret",
        "/static/js%00/../../../secret",
        "/static//%2fetc/passwd",
        "/static/js/my.js%00.css",
        "/static/.hidden",
        "/static/%ff%fe",
        "/static/" + "a/" * 2000,
        "/static/" + "a" * 5000,
    ],
)
def test_hostile_paths_find_nothing(site: Assembly, home: Path, path: str) -> None:
    answer = client(site, {"/static": directory(home)}).get(path)
    assert answer.status_code in {403, 404}
    assert "secret" not in answer.text.replace("secret&#x27; was not found", "")


def test_parts_of_a_file_are_served(site: Assembly, home: Path) -> None:
    ask = client(site, {"/style.css": file(home / "style.css")})
    answer = ask.get("/style.css", headers={"Range": "bytes=5-6"})
    assert (answer.status_code, answer.text) == (206, "{}")
    assert answer.headers["Content-Range"] == "bytes 5-6/7"
    answer = ask.get("/style.css", headers={"Range": "bytes=0-1,5-6"})
    assert answer.headers["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert answer.headers["Content-Length"] == str(len(answer.body))
    answer = ask.get("/style.css", headers={"Range": "bytes=7-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */7")
    assert "Last-Modified" not in answer.headers
    assert "first-byte-pos greater than Content-Length" in answer.text


def test_conditions_are_honoured(site: Assembly, home: Path) -> None:
    ask = client(site, {"/style.css": file(home / "style.css")})
    modified = ask.get("/style.css").headers["Last-Modified"]
    answer = ask.get("/style.css", headers={"If-Modified-Since": modified})
    assert (answer.status_code, answer.body) == (304, b"")
    assert answer.headers["Last-Modified"] == modified
    assert "Content-Length" not in answer.headers
    answer = ask.get("/style.css", headers={"If-Match": '"other"'})
    assert answer.status_code == 412


@pytest.mark.parametrize("size", [7, 200_000])
def test_head_tells_what_get_would(site: Assembly, home: Path, size: int) -> None:
    (home / "style.css").write_bytes(b"x" * size)
    ask = client(site, {"/style.css": file(home / "style.css")})
    told, got = ask.head("/style.css"), ask.get("/style.css")
    assert (told.status_code, told.body) == (200, b"")
    assert {**told.headers, "Date": ""} == {**got.headers, "Date": ""}
    assert told.headers["Content-Length"] == str(size) == str(len(got.body))


def test_compression_leaves_parts_alone_and_changes_the_rest(site: Assembly, home: Path) -> None:
    entries = file(home / "style.css", etag=True) | {
        "tools.gzip.on": True,
        "tools.gzip.mime_types": ["text/css"],
    }
    (home / "style.css").write_bytes(b"body {}\n" * 1000)
    ask = client(site, {"/style.css": entries})
    packed = ask.get("/style.css", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"].startswith('W/"')
    assert "Accept-Ranges" not in packed.headers
    part = ask.get("/style.css", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-3"})
    assert (part.status_code, part.text) == (206, "body")
    assert "Content-Encoding" not in part.headers


def test_a_handler_sends_a_file_as_a_download(site: Assembly, home: Path) -> None:
    class Site(Root):
        @cherrypy.expose
        def download(self, filepath: str) -> Any:
            return static.serve_file(filepath, "application/x-download", "attachment")

        @cherrypy.expose
        def shorter(self) -> Any:
            return static.serve_download(str(home / "style.css"), "na\xefve.css")

        @cherrypy.expose
        def opened(self) -> Any:
            file = (home / "style.css").open("rb")
            return static.serve_fileobj(file, "text/css", "inline", "own.css")

    ask = client(site, {}, Site())
    answer = ask.get("/download", params={"filepath": str(home / "style.css")})
    assert (answer.text, answer.headers["Content-Type"]) == ("body {}", "application/x-download")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="style.css"'
    answer = ask.get("/shorter")
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"naive.css\"; filename*=UTF-8''na%C3%AFve.css"
    )
    answer = ask.get("/opened", headers={"Range": "bytes=-2"})
    assert (answer.status_code, answer.text) == (206, "{}")
    assert answer.headers["Content-Disposition"] == 'inline; filename="own.css"'
    answer = ask.get("/download", params={"filepath": str(home / "none")})
    assert answer.status_code == 404
    assert "The path &#x27;/download&#x27; was not found." in answer.text
    assert ask.get("/download", params={"filepath": "style.css"}).status_code == 500


def test_a_file_that_may_not_be_read_is_forbidden(
    site: Assembly, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = client(site, {"/static": directory(home)})

    def refuse(path: str, _flags: int) -> None:
        raise PermissionError(path)

    monkeypatch.setattr("cherrypy_static.files.open_unlinked", lambda _path: None)
    monkeypatch.setattr(os, "open", refuse)
    assert ask.get("/static/js/my.js").status_code == 403


@pytest.mark.parametrize(
    ("entries", "advice"),
    [
        ({"tools.staticdir.on": True}, "set tools.staticdir.dir to its path"),
        ({"tools.staticfile.on": True}, "set tools.staticfile.filename to its path"),
        (
            {"tools.staticdir.on": True, "tools.staticdir.dir": "static"},
            "&#x27;static&#x27; is a relative path: make it absolute, or set an absolute `root`",
        ),
        (
            {"tools.staticfile.on": True, "tools.staticfile.filename": "a.css"},
            "&#x27;a.css&#x27; is a relative path: make it absolute, or set an absolute `root`",
        ),
    ],
)
def test_a_path_that_says_not_where_is_an_error_of_the_request(
    site: Assembly, entries: dict[str, Any], advice: str
) -> None:
    answer = client(site, {"/static": entries}).get("/static/a.css")
    assert answer.status_code == 500
    assert advice in answer.text


def test_a_match_that_is_no_pattern_is_found_at_the_start(site: Assembly, home: Path) -> None:
    client(site, {"/static": directory(home, match="(")})
    with pytest.raises(ChannelFailures) as caught:
        site.engine.start()
    assert "tools.staticdir: `match` is '(', which is no regular expression" in str(caught.value)


def test_a_relative_path_does_not_hinder_the_start(site: Assembly) -> None:
    client(site, {"/static": {"tools.staticdir.on": True, "tools.staticdir.dir": "static"}})
    site.engine.start()


def test_the_functions_serve_the_running_request(site: Assembly, home: Path) -> None:
    class Site(Root):
        @cherrypy.expose
        def default(self, *_: str) -> Any:
            served = static.staticdir("/", str(home), match="css$")
            assert served == static.staticfile(str(home / "style.css"), match="css$")
            return cherrypy.response.body if served else f"served: {served}"

    ask = client(site, {}, Site())
    assert ask.get("/style.css").text == "body {}"
    assert ask.get("/style.txt").text == "served: False"


def test_advice_is_given_on_the_config_in_force(home: Path) -> None:
    assert list(static.advice({})) == []
    assert list(static.advice({"tools.staticdir.dir": "relative"})) == []
    assert list(static.advice(directory(home) | file(home / "style.css"))) == []
    first, second = static.advice(directory(home, dir="static") | file("none", root=str(home)))
    assert first.startswith("tools.staticdir: `dir` is the relative path 'static', and there is no")
    assert second == f"tools.staticfile: There is no regular file '{home}/none'."
