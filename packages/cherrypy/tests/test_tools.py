"""The default tools, as config turns them on in an assembled site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cherrypy
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return "x" * 2000

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def double(self) -> Any:
        return {"twice": cherrypy.request.json["number"] * 2}

    @cherrypy.expose
    def count(self) -> str:
        cherrypy.session["count"] = cherrypy.session.get("count", 0) + 1
        return str(cherrypy.session["count"])

    @cherrypy.expose
    def who(self) -> str:
        return str(cherrypy.request.login)


def client(site: Assembly, config: dict[str, dict[str, Any]]) -> Client:
    site.tree.mount(Root(), config=config)
    return Client(site.tree)


def test_gzip_compresses_for_those_who_take_it(site: Assembly) -> None:
    ask = client(site, {"/": {"tools.gzip.on": True}})
    plain = ask.get("/")
    packed = ask.get("/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)


def test_json_comes_in_and_goes_out(site: Assembly) -> None:
    ask = client(site, {})
    answer = ask.post("/double", json={"number": 21})
    assert answer.json() == {"twice": 42}
    assert answer.headers["Content-Type"] == "application/json"


def test_broken_json_is_400_with_its_place(site: Assembly) -> None:
    answer = client(site, {}).post(
        "/double", data=b'{"number": }', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400
    assert "line 1 column 12" in answer.text


def test_other_media_type_is_415(site: Assembly) -> None:
    assert client(site, {}).post("/double", data={"number": "1"}).status_code == 415


def test_session_counts_for_each_client(site: Assembly) -> None:
    site.engine.start()
    first = client(site, {"/": {"tools.sessions.on": True}})
    second = Client(site.tree)
    assert [first.get("/count").text for _ in range(3)] == ["1", "2", "3"]
    assert second.get("/count").text == "1"


def test_session_locking_has_four_ways(site: Assembly) -> None:
    ask = client(site, {"/": {"tools.sessions.on": True, "tools.sessions.locking": "sometimes"}})
    answer = ask.get("/count")
    assert answer.status_code == 500
    assert "tools.sessions.locking is &#x27;sometimes&#x27;" in answer.text


def test_directory_is_served_and_nothing_outside_of_it(site: Assembly, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.css").write_text("body {}", encoding="utf-8")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    ask = client(
        site,
        {
            "/": {"tools.staticdir.root": str(tmp_path)},
            "/static": {"tools.staticdir.on": True, "tools.staticdir.dir": "./public"},
        },
    )
    answer = ask.get("/static/a.css")
    assert (answer.text, answer.headers["Content-Type"]) == ("body {}", "text/css")
    assert ask.get("/static/%2e%2e/secret").status_code in {403, 404}
    assert ask.get("/static/nope").status_code == 404


def test_one_file_is_served(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "style.css"
    file.write_text("x", encoding="utf-8")
    entries = {"tools.staticfile.on": True, "tools.staticfile.filename": str(file)}
    assert client(site, {"/style.css": entries}).get("/style.css").text == "x"


def test_basic_credentials_are_asked_for(site: Assembly) -> None:
    from cherrypy.lib.auth_basic import checkpassword_dict

    ask = client(
        site,
        {
            "/": {
                "tools.auth_basic.on": True,
                "tools.auth_basic.realm": "earth",
                "tools.auth_basic.checkpassword": checkpassword_dict({"bird": "bebop"}),
            }
        },
    )
    refused = ask.get("/who")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('Basic realm="earth"')
    let_in = ask.get("/who", headers={"Authorization": "Basic YmlyZDpiZWJvcA=="})
    assert let_in.text == "bird"


def test_response_headers_are_added(site: Assembly) -> None:
    entries = {
        "tools.response_headers.on": True,
        "tools.response_headers.headers": [("X-Frame-Options", "DENY")],
    }
    assert client(site, {"/": entries}).get("/").headers["X-Frame-Options"] == "DENY"


def test_resource_is_dispatched_by_method(site: Assembly) -> None:
    @cherrypy.expose
    class Resource:
        @cherrypy.tools.accept(media="text/plain")
        def GET(self) -> str:  # noqa: N802 - the method's name is the request's
            return "got"

        def PUT(self, value: str) -> str:  # noqa: N802
            return value

    dispatcher = cherrypy.dispatch.MethodDispatcher()
    site.tree.mount(Resource(), config={"/": {"request.dispatch": dispatcher}})
    ask = Client(site.tree)
    assert ask.get("/").text == "got"
    assert ask.get("/", headers={"Accept": "application/json"}).status_code == 406
    assert ask.put("/", params={"value": "v"}).text == "v"
    refused = ask.delete("/")
    assert refused.status_code == 405
    assert refused.headers["Allow"] == "GET, HEAD, PUT"
