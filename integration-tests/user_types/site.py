"""A typed program on the whole API, as its author checks it: strictly, and without an exception."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import cherrypy
from cherrypy.lib import auth_basic, auth_digest, httputil, sessions, static
from cherrypy.process import plugins
from cherrypy.test import helper
from cherrypy_testing import Client

# Tools of one's own, with options.


def mark(name: str = "X-Mark", *, value: str = "yes") -> None:
    cherrypy.response.headers[name] = value


cherrypy.tools.mark = cherrypy.Tool("before_finalize", mark, priority=60)
marked = cherrypy.Tool("before_finalize", mark)


class Timing(cherrypy.Tool[[str]]):
    def __init__(self) -> None:
        super().__init__("on_start_resource", self.begin)

    def begin(self, label: str) -> None:
        cherrypy.log(f"begin {label}")


class Money:
    def __init__(self, text: str) -> None:
        self.cents = round(float(text) * 100)


# Handlers.


class Pages:
    _cp_config = {"tools.encode.on": True}

    @cherrypy.expose
    def index(self, name: str = "World") -> str:
        request, response = cherrypy.request, cherrypy.response
        response.headers["X-Method"] = request.method
        response.status = 201
        cherrypy.session["name"] = name
        if request.headers.get("Accept") is None:
            raise cherrypy.HTTPRedirect(cherrypy.url("/other", qs={"a": 1}))
        return f"Hello {name}, {request.remote.ip}"

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def data(self) -> dict[str, Any]:
        return {"got": cherrypy.request.json}

    @cherrypy.expose(["alias"])
    @cherrypy.tools.gzip(compress_level=6, mime_types=["text/*"])
    @cherrypy.config(**{"response.stream": True})
    def stream(self) -> Iterator[str]:
        yield "piece"

    @cherrypy.expose
    @marked(value="no")
    def download(self) -> Any:
        return static.serve_download("/tmp/file", "name.txt")

    @cherrypy.expose
    def upload(self, file: Any) -> str:
        body: bytes = file.file.read()
        return str(len(body))

    @cherrypy.expose
    def missing(self) -> str:
        raise cherrypy.NotFound


@cherrypy.popargs("year", "month")
class Archive:
    exposed = True

    def GET(self, year: str, month: str = "1") -> str:
        return f"{year}-{month} {httputil.HTTPDate()}"


# Plug-ins, sessions, config.


class Mailer(plugins.SimplePlugin):
    def start(self) -> None:
        self.bus.log("mailer started")
        self.bus.subscribe("mail", self.send)

    def send(self, to: str) -> None:
        self.bus.log(f"mail to {to}")


class TableSession(sessions.Session):
    rows: dict[str, tuple[dict[str, Any], datetime]] = {}

    def _exists(self) -> bool:
        return self.id in self.rows

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        return self.rows.get(self.id)

    def _save(self, expiration_time: datetime) -> None:
        self.rows[self.id] = (self._data, expiration_time)

    def _delete(self) -> None:
        self.rows.pop(self.id, None)

    def acquire_lock(self) -> None:
        self.locked = True

    def release_lock(self) -> None:
        self.locked = False


def error_page(status: str, message: str, traceback: str, version: str) -> str:
    return f"{status}: {message}"


users = {"bird": "nest"}
config: dict[str, dict[str, Any]] = {
    "/": {
        "tools.sessions.on": True,
        "tools.sessions.storage_class": TableSession,
        "error_page.404": error_page,
    },
    "/archive": {"request.dispatch": cherrypy.dispatch.MethodDispatcher()},
    "/basic": {"tools.auth_basic.checkpassword": auth_basic.checkpassword_dict(users)},
    "/digest": {"tools.auth_digest.get_ha1": auth_digest.get_ha1_dict_plain(users)},
}


def main() -> None:
    Mailer(cherrypy.engine).subscribe()
    plugins.Monitor(cherrypy.engine, lambda: None, frequency=5).subscribe()
    cherrypy.engine.subscribe("start", lambda: None, priority=70)
    cherrypy.engine.autoreload.frequency = 2
    cherrypy.config.update({"server.socket_port": 0, "environment": "production"})
    cherrypy.server.socket_host = "127.0.0.1"
    app = cherrypy.tree.mount(Pages(), "/pages", config)
    app.merge({"/": {"tools.mark.on": True}})
    cherrypy.tree.graft(app.wsgiapp, "/again")
    cherrypy.engine.start()
    answers = cherrypy.engine.publish("mail", "you")
    cherrypy.log(str(answers))
    cherrypy.engine.exit()
    cherrypy.quickstart(Pages(), "", config)


# Tests.


def check_in_process() -> None:
    client: Client = cherrypy.Application(Pages()).test_client(follow_redirects=True)
    assert client.get("/", params={"name": "bird"}).status_code == 201


class PagesTest(helper.CPWebCase):
    @staticmethod
    def setup_server() -> None:
        cherrypy.tree.mount(Pages())

    def test_index(self) -> None:
        status, headers, body = self.getPage("/", headers=[("Accept", "*/*")])
        self.assertStatus(201)
        self.assertHeader("X-Method", "GET")
        self.assertInBody("Hello")
        assert (status, headers[0][0], body[:1]) != ("", "", b"")
