"""The examples of the chapter on the basics; those on static content have a module of their own."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import md5
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.lib import auth_basic, auth_digest
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Hello:
    """A page that says which application it belongs to."""

    def __init__(self, name: str = "hello world!") -> None:
        self.name = name

    @cherrypy.expose
    def index(self) -> str:
        return self.name


@pytest.fixture
def started(site: Assembly) -> list[Client]:
    """Let quickstart return once the engine has started, with a client of what it serves."""
    clients: list[Client] = []

    def end() -> None:
        clients.append(Client(site.tree))
        site.engine.exit()

    site.engine.signal_handler.handlers = {}  # a test catches no signals
    site.engine.subscribe("start", end, priority=99)
    return clients


# Hosting.


def test_quickstart_serves_at_the_root(site: Assembly, started: list[Client]) -> None:
    site.quickstart(Hello(), "/")
    assert started[0].get("/").text == "hello world!"


def test_quickstart_serves_below_a_path(site: Assembly, started: list[Client]) -> None:
    site.quickstart(Hello("blog"), "/blog")
    assert started[0].get("/blog/").text == "blog"
    assert started[0].get("/").status_code == 404


def test_sections_are_relative_to_the_mount_point(site: Assembly, started: list[Client]) -> None:
    site.quickstart(Hello("blog"), "/blog", {"/": {"tools.gzip.on": True}})
    answer = started[0].get("/blog/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_several_applications_beside_each_other(site: Assembly) -> None:
    site.tree.mount(Hello("blog"), "/blog", {"/": {"response.headers.X-App": "b"}})
    site.tree.mount(Hello("forum"), "/forum", {"/": {"tools.gzip.on": True}})
    site.engine.start()
    ask = Client(site.tree, headers={"Accept-Encoding": "gzip"})
    assert ask.get("/blog/").text == "blog"
    assert ask.get("/blog/").headers["X-App"] == "b"
    assert "X-App" not in ask.get("/forum/").headers
    assert ask.get("/forum/").headers["Content-Encoding"] == "gzip"


def test_mount_and_quickstart_together(site: Assembly, started: list[Client]) -> None:
    site.tree.mount(Hello("blog"), "/blog")
    site.quickstart(Hello("forum"), "/forum")
    assert [started[0].get(path).text for path in ("/blog/", "/forum/")] == ["blog", "forum"]


# Logging.


def test_a_line_and_an_exception_in_the_log(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "error.log"
    site.config.update({"log.error_file": str(file)})

    def fail() -> None:
        raise ZeroDivisionError("nothing to divide")

    site.log("hello there")
    try:
        fail()
    except ZeroDivisionError:
        site.log("kaboom!", traceback=True)
    first, second, *_, last = file.read_text("utf-8").splitlines()
    assert first.endswith("hello there")
    assert second.endswith("kaboom!")
    assert last == "ZeroDivisionError: nothing to divide"


def test_requests_are_logged_in_the_common_format(site: Assembly, tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    site.config.update({"log.access_file": str(file)})
    site.tree.mount(Hello())
    Client(site.tree).get("/")
    (line,) = file.read_text("utf-8").splitlines()
    assert line.startswith("127.0.0.1 - - [")
    assert '] "GET / HTTP/1.1" 200 12 "" "' in line


def test_logs_are_turned_off(
    site: Assembly, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"log.access_file": tmp_path / "access.log", "log.error_file": tmp_path / "error.log"}
    site.config.update({"log.screen": True, **{key: str(file) for key, file in files.items()}})
    site.config.update({"log.screen": False, "log.access_file": "", "log.error_file": ""})
    site.tree.mount(Hello())
    Client(site.tree).get("/")
    site.log("hello there")
    assert [file.read_text("utf-8") for file in files.values()] == ["", ""]
    assert capsys.readouterr() == ("", "")


# Config.


def test_the_server_is_configured_from_a_dict_and_from_a_file(
    site: Assembly, tmp_path: Path
) -> None:
    site.config.update({"server.socket_port": 9090})
    assert (site.server.socket_port, site.config["server.socket_port"]) == (9090, 9090)
    file = tmp_path / "server.conf"
    file.write_text("[global]\nserver.socket_port: 9091\n", "utf-8")
    site.config.update(str(file))
    assert (site.server.socket_port, site.config["server.socket_port"]) == (9091, 9091)


class Decorated:
    @cherrypy.expose
    @cherrypy.tools.gzip()
    def index(self) -> str:
        return "hello world!"


class Attached:
    @cherrypy.expose
    def index(self) -> str:
        return "hello world!"

    index._cp_config = {"tools.gzip.on": True}  # type: ignore[attr-defined]  # noqa: RUF012 - as documented


@pytest.mark.parametrize(
    ("root", "config"),
    [
        (Hello(), {"/": {"tools.gzip.on": True}}),
        (Hello(), "[/]\ntools.gzip.on: True\n"),
        (Decorated(), None),
        (Attached(), None),
    ],
    ids=["dict", "file", "decorator", "attribute"],
)
def test_a_tool_is_turned_on_in_four_ways(
    site: Assembly, tmp_path: Path, root: object, config: Any
) -> None:
    if isinstance(config, str):
        (tmp_path / "app.conf").write_text(config, "utf-8")
        config = str(tmp_path / "app.conf")
    site.tree.mount(root, "", config)
    answer = Client(site.tree).get("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_settings_of_the_application_are_for_its_pages(site: Assembly, tmp_path: Path) -> None:
    class Root:
        @cherrypy.expose
        def index(self) -> str:
            return str(cherrypy.request.app.config["googleapi"]["appid"])

    file = tmp_path / "app.conf"
    file.write_text('[/]\ntools.gzip.on: True\n[googleapi]\nkey = "k"\nappid = "a 7"\n', "utf-8")
    site.mount(Root(), "/", str(file))
    assert Client(site.tree).get("/").text == "a 7"


# Cookies and sessions.


class Cookies:
    @cherrypy.expose
    def set(self) -> str:
        cookie = cherrypy.response.cookie
        cookie["cookieName"] = "cookieValue"
        cookie["cookieName"]["path"] = "/"
        cookie["cookieName"]["max-age"] = 3600
        cookie["cookieName"]["version"] = 1
        return "sent"

    @cherrypy.expose
    def read(self) -> str:
        cookie = cherrypy.request.cookie
        return f"{len(cookie)}: " + ", ".join(f"{k}={v.value}" for k, v in cookie.items())

    @cherrypy.expose
    def remove(self) -> None:
        cherrypy.response.cookie["cookieName"] = "gone"
        cherrypy.response.cookie["cookieName"]["path"] = "/"
        cherrypy.response.cookie["cookieName"]["expires"] = 0


def test_cookies_come_go_and_are_removed(site: Assembly) -> None:
    site.tree.mount(Cookies(), "/cookie")
    ask = Client(site.tree)
    sent = ask.get("/cookie/set").headers["Set-Cookie"]
    assert sent == "cookieName=cookieValue; Max-Age=3600; Path=/; Version=1"
    answer = ask.get("/cookie/read")
    assert answer.text == "1: cookieName=cookieValue"
    assert "Set-Cookie" not in answer.headers  # what comes in does not go out by itself
    ask.get("/cookie/remove")
    assert ask.get("/cookie/read").text == "0: "


class Counter:
    @cherrypy.expose
    def index(self) -> str:
        if "count" not in cherrypy.session:
            cherrypy.session["count"] = 0
        cherrypy.session["count"] += 1
        return str(cherrypy.session["count"])


class OwnSession(cherrypy.lib.sessions.RamSession):
    """A store of a program's own."""


@pytest.mark.parametrize(
    "store",
    ["", "cherrypy.lib.sessions.FileSession", f"{__name__}.OwnSession"],
    ids=["memory", "files", "own"],
)
def test_a_session_counts_the_visits_of_each_client(
    site: Assembly, tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cherrypy, "documented_store", OwnSession, raising=False)
    config = "[/]\ntools.sessions.on: True\n"
    if store.endswith("FileSession"):
        config += f"tools.sessions.storage_class = {store}\n"
        config += f"tools.sessions.storage_path = {str(tmp_path)!r}\n"
    elif store:
        config += "tools.sessions.storage_class = cherrypy.documented_store\n"
    (tmp_path / "app.conf").write_text(config, "utf-8")
    site.mount(Counter(), "/", str(tmp_path / "app.conf"))
    one, other = Client(site.tree), Client(site.tree)
    assert [one.get("/").text, one.get("/").text, other.get("/").text] == ["1", "2", "1"]
    files = [path for path in tmp_path.iterdir() if path.name.startswith("session-")]
    assert bool(files) == store.endswith("FileSession")


# JSON.


class Documents:
    @cherrypy.expose
    @cherrypy.tools.json_in()
    def take(self) -> str:
        return repr(cherrypy.request.json)

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def give(self) -> dict[str, str]:
        return {"key": "value"}


def test_json_is_decoded_and_encoded(site: Assembly) -> None:
    site.tree.mount(Documents())
    ask = Client(site.tree)
    assert ask.post("/take", json={"a": [1, None]}).text == "{'a': [1, None]}"
    answer = ask.get("/give")
    assert (answer.headers["Content-Type"], answer.json()) == ("application/json", {"key": "value"})


# Credentials.

USERS = {"jon": "secret"}


class Area:
    def __init__(self) -> None:
        self.protected = self

    @cherrypy.expose
    def area(self) -> str:
        return f"hello {cherrypy.request.login}"


def test_an_area_is_behind_basic_credentials(site: Assembly) -> None:
    def validate_password(realm: str, username: str, password: str) -> bool:
        return username in USERS and USERS[username] == password

    config = {
        "/protected/area": {
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": "localhost",
            "tools.auth_basic.checkpassword": validate_password,
        }
    }
    site.tree.mount(Area(), "/", config)
    ask = Client(site.tree)
    refused = ask.get("/protected/area")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith('Basic realm="localhost"')
    answers = [
        ask.get("/protected/area", headers={"Authorization": f"Basic {credentials}"})
        for credentials in (b64encode(b"jon:wrong").decode(), b64encode(b"jon:secret").decode())
    ]
    assert answers[0].status_code == 401
    assert answers[1].text == "hello jon"
    assert auth_basic.checkpassword_dict(USERS)("localhost", "jon", "secret")


def test_an_area_is_behind_digest_credentials(site: Assembly) -> None:
    config = {
        "/protected/area": {
            "tools.auth_digest.on": True,
            "tools.auth_digest.realm": "localhost",
            "tools.auth_digest.get_ha1": auth_digest.get_ha1_dict_plain(USERS),
            "tools.auth_digest.key": "a565c27146791cfb",
        }
    }
    site.tree.mount(Area(), "/", config)
    ask = Client(site.tree)
    refused = ask.get("/protected/area")
    assert refused.status_code == 401
    given = dict(re.findall(r'(\w+)="([^"]*)"', refused.headers["WWW-Authenticate"]))
    assert given["realm"] == "localhost"
    secret, asked = digest("jon:localhost:secret"), digest("GET:/protected/area")
    response = digest(f"{secret}:{given['nonce']}:00000001:c:auth:{asked}")
    credentials = (
        f'Digest username="jon", realm="localhost", nonce="{given["nonce"]}", '
        f'uri="/protected/area", qop=auth, nc=00000001, cnonce="c", response="{response}"'
    )
    answer = ask.get("/protected/area", headers={"Authorization": credentials})
    assert answer.text == "hello jon"


def digest(text: str) -> str:
    return md5(text.encode()).hexdigest()
