"""The examples of the chapter on advanced features.

Those on timeouts, the native server and grafting with it are tested in `test_timeouts` and
`test_native`, the test case in `test_webcase`, WebSocket among the plug-ins of others.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Aliased:
    @cherrypy.expose(["generer", "generar"])
    def generate(self, length: str = "8") -> str:
        return string.hexdigits[: int(length)]

    @cherrypy.expose("other")
    def one(self) -> str:
        return "one"


def test_a_page_has_further_names(site: Assembly) -> None:
    site.tree.mount(Aliased())
    ask = Client(site.tree)
    texts = {ask.get(f"/{name}?length=4").text for name in ("generate", "generer", "generar")}
    assert texts == {"0123"}
    assert [ask.get(path).text for path in ("/one", "/other")] == ["one", "one"]


# Segments of a path that are data.


class Album:
    @cherrypy.expose
    def index(self, artist: str, title: str) -> str:
        return f"About {title} by {artist}..."


class Band:
    def __init__(self) -> None:
        self.albums = Album()

    def _cp_dispatch(self, vpath: list[str]) -> Any:
        params = cherrypy.request.params
        if len(vpath) == 1:
            params["name"] = vpath.pop()
            return self
        if len(vpath) == 3:
            params["artist"] = vpath.pop(0)
            vpath.pop(0)
            params["title"] = vpath.pop(0)
            return self.albums
        return vpath

    @cherrypy.expose
    def index(self, name: str) -> str:
        return f"About {name}..."


def test_a_node_takes_segments_away(site: Assembly) -> None:
    site.tree.mount(Band())
    ask = Client(site.tree)
    assert ask.get("/nirvana/").text == "About nirvana..."
    assert ask.get("/nirvana/albums/nevermind/").text == "About nevermind by nirvana..."


@cherrypy.popargs("track_num", "track_title")
class Track:
    @cherrypy.expose
    def index(self, band_name: str, album_title: str, track_num: str, track_title: str) -> str:
        return f"{band_name}, {album_title}, {track_num}: {track_title}"


@cherrypy.popargs("album_title")
class NamedAlbum:
    def __init__(self) -> None:
        self.tracks = Track()

    @cherrypy.expose
    def index(self, band_name: str, album_title: str) -> str:
        return f"About {album_title} by {band_name}..."


@cherrypy.popargs("band_name")
class NamedBand:
    def __init__(self) -> None:
        self.albums = NamedAlbum()

    @cherrypy.expose
    def index(self, band_name: str) -> str:
        return f"About {band_name}..."


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/nirvana/", "About nirvana..."),
        ("/nirvana/albums/nevermind/", "About nevermind by nirvana..."),
        ("/nirvana/albums/nevermind/tracks/3/polly", "nirvana, nevermind, 3: polly"),
    ],
)
def test_segments_get_names(site: Assembly, path: str, text: str) -> None:
    site.tree.mount(NamedBand())
    assert Client(site.tree).get(path, follow_redirects=True).text == text


# Errors.


class Files:
    @cherrypy.expose
    def refuse(self) -> None:
        raise cherrypy.HTTPError(401, "Unauthorized")

    @cherrypy.expose
    def thing(self, path: str) -> str:
        with cherrypy.HTTPError.handle(FileNotFoundError, 404), open(path) as file:  # noqa: PTH123
            return file.read()


def test_an_error_is_the_answer(site: Assembly, tmp_path: Path) -> None:
    site.tree.mount(Files())
    ask = Client(site.tree)
    assert ask.get("/refuse").status_code == 401
    (tmp_path / "there").write_text("content", "utf-8")
    assert ask.get("/thing", params={"path": str(tmp_path / "there")}).text == "content"
    assert ask.get("/thing", params={"path": str(tmp_path / "not")}).status_code == 404
    assert ask.get("/thing", params={"path": str(tmp_path)}).status_code == 500


# Streams.


class Streaming:
    def __init__(self) -> None:
        self.made: list[str] = []

    @cherrypy.expose
    def thing(self, allowed: str) -> Iterable[str]:
        cherrypy.response.headers["Content-Type"] = "text/plain"
        if allowed != "yes":
            raise cherrypy.NotFound

        def content() -> Iterator[str]:
            for word in ("Hello, ", "world"):
                self.made.append(word)
                yield word

        return content()

    thing._cp_config = {"response.stream": True}  # type: ignore[attr-defined]  # noqa: RUF012 - as documented

    @cherrypy.expose
    def gathered(self) -> Iterator[str]:
        for word in ("Hello, ", "world"):
            self.made.append(word)
            yield word


def test_a_stream_is_made_while_it_is_sent(site: Assembly) -> None:
    root = Streaming()
    site.tree.mount(root)
    ask = Client(site.tree)
    with ask.stream("GET", "/thing?allowed=yes") as answer:
        assert answer.headers["Content-Type"] == "text/plain;charset=utf-8"
        assert "Content-Length" not in answer.headers
        assert root.made == ["Hello, "]
        assert answer.read().text == "Hello, world"
    assert ask.get("/thing?allowed=no").status_code == 404


def test_what_is_yielded_is_gathered_where_nothing_streams(site: Assembly) -> None:
    root = Streaming()
    site.tree.mount(root)
    with Client(site.tree).stream("GET", "/gathered") as answer:
        assert root.made == ["Hello, ", "world"]
        assert answer.headers["Content-Length"] == "12"


# Security.


@pytest.mark.parametrize("certificate", [None, "cert.pem"])
def test_a_tool_of_ones_own_secures_all_pages(
    site: Assembly, tmp_path: Path, certificate: str | None
) -> None:
    @site.tools.register("before_finalize", priority=60)
    def secureheaders() -> None:
        headers = cherrypy.response.headers
        headers["X-Frame-Options"] = "DENY"
        headers["X-XSS-Protection"] = "1; mode=block"
        headers["Content-Security-Policy"] = "default-src='self'"
        if site.server.ssl_certificate is not None and site.server.ssl_private_key is not None:
            headers["Strict-Transport-Security"] = "max-age=31536000"

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            cherrypy.session["a"] = 1
            return "hello"

    site.server.ssl_certificate = site.server.ssl_private_key = certificate
    file = tmp_path / "app.conf"
    file.write_text(
        "[/]\ntools.secureheaders.on = True\ntools.sessions.on = True\n"
        "tools.sessions.secure = True\ntools.sessions.httponly = True\n",
        "utf-8",
    )
    site.mount(Root(), "", str(file))
    headers = Client(site.tree, base_url="https://localhost").get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-XSS-Protection"] == "1; mode=block"
    assert headers["Content-Security-Policy"] == "default-src='self'"
    assert ("Strict-Transport-Security" in headers) == (certificate is not None)
    assert {"Secure", "HttpOnly"} <= set(headers["Set-Cookie"].split("; "))


# WSGI.


class Hello:
    @cherrypy.expose
    def index(self) -> str:
        return "hello"


def test_an_application_is_a_wsgi_application() -> None:
    app = cherrypy.Application(Hello(), "/", config={"/": {"response.headers.X-Own": "1"}})
    answer = Client(app, validate=True).get("/")
    assert (answer.text, answer.headers["X-Own"]) == ("hello", "1")
    assert app not in cherrypy.tree.apps.values()


def test_a_foreign_application_is_grafted(site: Assembly) -> None:
    def raw_wsgi_app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-type", "text/plain")])
        return [environ["SCRIPT_NAME"].encode(), b" Hello world!"]

    site.tree.graft(raw_wsgi_app, "/")
    site.tree.mount(Hello(), "/own")
    ask = Client(site.tree)
    assert ask.get("/any/path").text == " Hello world!"
    assert ask.get("/own/").text == "hello"
    site.tree.graft(raw_wsgi_app, "/raw")
    assert ask.get("/raw/path").text == "/raw Hello world!"


# Signals and servers.


def test_signals_have_two_names_and_are_left_alone_by_the_engine(site: Assembly) -> None:
    assert site.engine.signals is site.engine.signal_handler
    site.engine.signals.handlers = {}
    site.engine.signals.subscribe()  # as one does who starts the engine by oneself
    site.engine.start()
    site.engine.stop()
    site.engine.signals.unsubscribe()


def test_a_site_listens_on_several_ports(site: Assembly) -> None:
    site.tree.mount(Hello())
    servers = [site.server_class() for _ in range(2)]
    for server in servers:
        server.socket_port = 0
        server.subscribe()
    site.engine.start()
    try:
        assert len({server.base() for server in servers}) == 2
        for server in servers:
            with urlopen(server.base(), timeout=60) as answer:
                assert answer.read() == b"hello"
    finally:
        site.engine.exit()
    assert not any(server.running for server in servers)
