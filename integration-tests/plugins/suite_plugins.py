"""Sites that use plug-ins of others, tested by CherryPy's documented test cases."""
# mypy: ignore-errors

import os
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import cherrypy_cors
import cherrypy_jinja2  # noqa: F401 - adds its tool
import marbaloo_mako
import sqlalchemy
from cherrys import RedisSession
from cp_sqlalchemy import SQLAlchemyPlugin, SQLAlchemyTool
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ws4py.client.threadedclient import WebSocketClient
from ws4py.server.cherrypyserver import WebSocketPlugin, WebSocketTool
from ws4py.websocket import EchoWebSocket

import cherrypy
from cherrypy.test import helper

PATIENCE = 30


class CorsTest(helper.CPWebCase):
    """cherrypy-cors: cross-origin requests, by a tool and by functions in handlers."""

    @staticmethod
    def setup_server() -> None:
        cherrypy_cors.install()

        class Root:
            @cherrypy.expose
            @cherrypy_cors.tools.expose(origins=["http://friend.example"])
            def index(self) -> str:
                return "shared"

            @cherrypy.expose
            def change(self) -> str:
                if cherrypy.request.method == "OPTIONS":
                    cherrypy_cors.preflight(allowed_methods=["PUT"])
                return "changed"

        cherrypy.tree.mount(Root())

    def test_a_friend_may_read(self) -> None:
        self.getPage("/", [("Origin", "http://friend.example")])
        self.assertHeader("Access-Control-Allow-Origin", "http://friend.example")
        self.assertHeaderItemValue("Vary", "Origin")
        self.getPage("/", [("Origin", "http://other.example")])
        self.assertNoHeader("Access-Control-Allow-Origin")

    def test_a_browser_may_ask_first(self) -> None:
        fields = [("Origin", "http://a.example"), ("Access-Control-Request-Method", "PUT")]
        self.getPage("/change", fields, method="OPTIONS")
        self.assertHeader("Access-Control-Allow-Methods", "PUT")


class Jinja2Test(helper.CPWebCase):
    """cherrypy-jinja2 and marbaloo-mako: tools that render what handlers return."""

    @classmethod
    def setup_server(cls) -> None:
        cls.templates = TemporaryDirectory()
        Path(cls.templates.name, "page.html").write_text("<p>{{ name }}</p>", encoding="utf-8")
        Path(cls.templates.name, "page.mako").write_text("<b>${name}</b>", encoding="utf-8")
        cherrypy.tools.mako = marbaloo_mako.Tool()

        class Root:
            @cherrypy.expose
            @cherrypy.tools.jinja2(template="page.html")
            def jinja(self, name: str) -> dict[str, str]:
                return {"name": name}

            @cherrypy.expose
            @cherrypy.tools.mako(filename="page.mako")
            def mako(self, name: str) -> dict[str, str]:
                return {"name": name}

        config = {
            "tools.jinja2.search_path": cls.templates.name,
            "tools.mako.on": False,
            "tools.mako.directories": [cls.templates.name],
        }
        cherrypy.tree.mount(Root(), "", {"/": config})

    @classmethod
    def teardown_class(cls) -> None:
        super().teardown_class()
        cls.templates.cleanup()

    def test_jinja(self) -> None:
        self.getPage("/jinja?name=bird")
        self.assertBody("<p>bird</p>")

    def test_mako(self) -> None:
        self.getPage("/mako?name=bird")
        self.assertBody("<b>bird</b>")


class Base(DeclarativeBase):
    """The tables."""


class Bird(Base):
    """A row."""

    __tablename__ = "birds"
    name: Mapped[str] = mapped_column(primary_key=True)


class SQLAlchemyTest(helper.CPWebCase):
    """CherryPy-SQLAlchemy: a plug-in of the bus, and a tool that overrides `_setup`."""

    @classmethod
    def setup_server(cls) -> None:
        cls.directory = TemporaryDirectory()
        cls.plugin = SQLAlchemyPlugin(
            cherrypy.engine, Base, f"sqlite:///{cls.directory.name}/birds.db"
        )
        cls.plugin.subscribe()
        cls.plugin.create()
        cherrypy.tools.db = SQLAlchemyTool()

        class Root:
            @cherrypy.expose
            def add(self, name: str) -> str:
                cherrypy.request.db.add(Bird(name=name))
                return "added"

            @cherrypy.expose
            def index(self) -> str:
                return ",".join(cherrypy.request.db.scalars(sqlalchemy.select(Bird.name)))

        cherrypy.tree.mount(Root(), "", {"/": {"tools.db.on": True}})

    @classmethod
    def teardown_class(cls) -> None:
        super().teardown_class()
        cls.directory.cleanup()

    def test_what_a_request_adds_the_next_one_finds(self) -> None:
        self.getPage("/add?name=owl")
        self.assertBody("added")
        self.getPage("/")
        self.assertBody("owl")


class RedisSessionTest(helper.CPWebCase):
    """cherrys: a store for sessions, on the documented methods."""

    @staticmethod
    def setup_server() -> None:
        class Root:
            @cherrypy.expose
            def count(self) -> str:
                cherrypy.session["n"] = cherrypy.session.get("n", 0) + 1
                return str(cherrypy.session["n"])

            @cherrypy.expose
            def end(self) -> str:
                cherrypy.lib.sessions.expire()
                cherrypy.session.delete()
                return "gone"

        config = {
            "tools.sessions.on": True,
            "tools.sessions.storage_class": RedisSession,
            "tools.sessions.url": os.environ["PLUGINS_REDIS"],
        }
        cherrypy.tree.mount(Root(), "", {"/": config})

    def test_a_session_lasts(self) -> None:
        self.getPage("/count")
        cookies = self.cookies
        for number in ("2", "3"):
            self.getPage("/count", cookies)
            self.assertBody(number)
        self.getPage("/end", cookies)
        self.getPage("/count", cookies)
        self.assertBody("1")


class Talk(WebSocketClient):
    """A client that says something, and keeps what comes back."""

    def __init__(self, url: str) -> None:
        super().__init__(url, protocols=["chat"])
        self.answers: list[str] = []
        self.closed_now = threading.Event()

    def opened(self) -> None:
        self.send("hello")
        self.send("ä" * 1000)

    def received_message(self, message: object) -> None:
        self.answers.append(str(message))
        if len(self.answers) == 2:
            self.close(reason="enough")

    def closed(self, code: int, reason: str | None = None) -> None:
        self.closed_now.set()


class WebSocketTest(helper.CPWebCase):
    """ws4py: takes the connection over after a request."""

    @classmethod
    def setup_server(cls) -> None:
        cls.plugin = WebSocketPlugin(cherrypy.engine)
        cls.plugin.subscribe()
        cherrypy.tools.websocket = WebSocketTool()

        class Root:
            @cherrypy.expose
            def index(self) -> str:
                return "page"

            @cherrypy.expose
            def ws(self) -> str:
                assert cherrypy.request.ws_handler
                return ""

        options = {"handler_cls": EchoWebSocket, "protocols": ["chat"], "on": True}
        config = {f"tools.websocket.{name}": value for name, value in options.items()}
        cherrypy.tree.mount(Root(), "", {"/ws": config})

    def test_messages_come_back(self) -> None:
        for _ in range(3):
            talk = Talk(f"ws://{self.HOST}:{self.PORT}/ws")
            talk.connect()
            assert talk.closed_now.wait(PATIENCE)
            assert talk.answers == ["hello", "ä" * 1000]
        self.getPage("/")
        self.assertBody("page")

    def test_who_does_not_upgrade_gets_its_error(self) -> None:
        self.getPage("/ws")
        self.assertErrorPage(500, pattern="HandshakeError")
