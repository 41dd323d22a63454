"""The recipes of the documentation that need a library which is installed for these tests only."""
# mypy: ignore-errors

import runpy
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

from ws4py.client.threadedclient import WebSocketClient

import cherrypy
from cherrypy.test import helper

PROGRAMS = Path(__file__).parents[2] / "docs" / "recipes" / "programs"
PATIENCE = 60


class NotesTest(helper.CPWebCase):
    """SQLAlchemy, with a plugin and a tool."""

    @classmethod
    def setup_server(cls) -> None:
        program = runpy.run_path(str(PROGRAMS / "notes.py"))
        cls.place = TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        cls.database = program["Database"](cherrypy.engine, f"sqlite:///{cls.place.name}/notes.db")
        cls.database.subscribe()
        cherrypy.tree.mount(program["Notes"]())

    def test_what_an_error_did_is_forgotten(self) -> None:
        form = [("Content-Type", "application/x-www-form-urlencoded")]
        for body, status in (("text=%3Cb%3E", 303), ("text=+", 400), ("text=c", 303)):
            self.getPage("/add", [*form, ("Content-Length", str(len(body)))], "POST", body)
            self.assertStatus(status)
        self.getPage("/")
        self.assertInBody("<ul><li>&lt;b&gt;<li>c</ul>")


class Visitor(WebSocketClient):
    """A client that says hello, and waits until it hears it."""

    def __init__(self, url: str, headers: list[tuple[str, str]]) -> None:
        super().__init__(url, headers=headers)
        self.heard: list[str] = []
        self.gone = threading.Event()

    def opened(self) -> None:
        self.send("hello")

    def received_message(self, message: object) -> None:
        self.heard.append(str(message))
        self.close(reason="enough")

    def closed(self, code: int, reason: str | None = None) -> None:
        self.gone.set()


class ChatTest(helper.CPWebCase):
    """WebSocket, by ws4py."""

    @classmethod
    def setup_server(cls) -> None:
        program = runpy.run_path(str(PROGRAMS / "chat.py"))
        cherrypy.tree.mount(program["Chat"](), "", program["CONFIG"])

    def test_a_visitor_hears_what_is_said(self) -> None:
        here = f"{self.HOST}:{self.PORT}"
        visitor = Visitor(f"ws://{here}/room", [("Origin", f"http://{here}")])
        visitor.connect()
        assert visitor.gone.wait(PATIENCE)
        assert visitor.heard == ["hello"]

    def test_pages_of_other_sites_may_not_listen(self) -> None:
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        fields = {
            "Origin": "http://other.example",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": "13",
        }
        self.getPage("/room", list(fields.items()))
        self.assertStatus(403)
