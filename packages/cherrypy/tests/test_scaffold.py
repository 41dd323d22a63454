"""The scaffold: each page of it, and that its entries are kept."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import cherrypy
from cherrypy.scaffold import Guestbook, application
from cherrypy.scaffold.__main__ import CONFIG, main
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """A client of the scaffold; its pages speak to the engine of the module."""
    monkeypatch.setattr(cherrypy.tree, "apps", {})
    guestbook = Guestbook(cherrypy.engine, tmp_path)
    monkeypatch.setattr(cherrypy.engine, "guestbook", guestbook, raising=False)
    app = cherrypy.tree.mount(application())
    app.merge(CONFIG)
    guestbook.start()
    yield Client(cherrypy.tree)
    guestbook.stop()


def test_index_counts_the_visits_of_a_session(ask: Client) -> None:
    assert "the first time" in ask.get("/").text
    assert "2 times" in ask.get("/").text
    assert "the first time" in Client(cherrypy.tree).get("/").text


def test_greeting_is_escaped(ask: Client) -> None:
    assert "Hello, &lt;b&gt;!" in ask.get("/greet", params={"name": "<b>"}).text


def test_entry_is_shown_on_the_page_and_as_json(ask: Client) -> None:
    answer = ask.post("/guestbook/sign", data={"name": "Ann", "words": "<hi>"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://localhost/guestbook/")
    assert "<b>Ann</b>: &lt;hi&gt;" in ask.get("/guestbook/").text
    assert ask.get("/entries").json() == {"entries": [{"name": "Ann", "words": "<hi>"}]}


def test_entry_needs_a_post_and_all_its_fields(ask: Client) -> None:
    assert ask.get("/guestbook/sign", params={"name": "a", "words": "b"}).status_code == 405
    refused = ask.post("/guestbook/sign", data={"name": " ", "words": "b"})
    assert refused.status_code == 400
    assert "name must have 1 to 80 characters" in refused.text


def test_a_fault_shows_no_traceback(ask: Client) -> None:
    cherrypy.engine.subscribe("guestbook-latest", fault := (lambda count: 1 / 0))
    try:
        answer = ask.get("/guestbook/")
    finally:
        cherrypy.engine.unsubscribe("guestbook-latest", fault)
    assert answer.status_code == 500
    assert "Traceback" not in answer.text


def test_entries_are_kept(ask: Client, tmp_path: Path) -> None:
    ask.post("/guestbook/sign", data={"name": "Ann", "words": "hi"})
    again = Guestbook(cherrypy.engine, tmp_path)
    again.start()
    again.stop()
    assert [entry.name for entry in again.latest(5)] == ["Ann"]


def test_style_sheet_is_served(ask: Client) -> None:
    answer = ask.get("/static/site.css")
    assert answer.headers["Content-Type"] == "text/css"
    assert "color-scheme" in answer.text


@pytest.mark.parametrize("port", ["http", "65536", "-1"])
def test_port_that_is_none_is_refused(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--port", port])
    assert stopped.value.code == 2
    assert "invalid port (0 to 65535) value" in capsys.readouterr().err


def test_a_port_in_use_is_told_at_the_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "cherrypy.scaffold", "--port", port]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["check", "routes"])
def test_cherryd_takes_its_config_file(command: str) -> None:
    run = [sys.executable, "-m", "cherrypy", command, "-c", "site.conf"]
    done = subprocess.run(run, cwd=CONFIG.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert ("/guestbook/sign" in done.stdout) is (command == "routes")
