"""The pages of the site, asked in process, and its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import cherrypy

if TYPE_CHECKING:
    from cherrypy_testing import Client


def test_visits_are_counted(client: Client) -> None:
    assert "the first time" in client.get("/").text
    assert "2 times" in client.get("/").text


def test_a_greeting_is_escaped(client: Client) -> None:
    assert "Hello, &lt;b&gt;!" in client.get("/greet", params={"name": "<b>"}).text


def test_an_entry_is_kept(client: Client) -> None:
    client.post("/guestbook/sign", data={"name": "Ann", "words": "Hi"})
    assert "<b>Ann</b>: Hi" in client.get("/guestbook/").text
    assert client.get("/entries").json() == {"entries": [{"name": "Ann", "words": "Hi"}]}


def test_an_entry_needs_words(client: Client) -> None:
    answer = client.post("/guestbook/sign", data={"name": "Ann", "words": " "})
    assert answer.status_code == 400
    assert "words must have 1 to 500 characters" in answer.text


@pytest.mark.parametrize("path", ["/static/../site.conf", "/static/none", "/nowhere"])
def test_nothing_else_is_published(client: Client, path: str) -> None:
    assert client.get(path).status_code in (403, 404)


def test_the_style_sheet_is_served(client: Client) -> None:
    assert client.get("/static/site.css").headers["Content-Type"] == "text/css"


@pytest.mark.usefixtures("client")
def test_production_is_hardened() -> None:
    cherrypy.config.update("production.conf")
    assert cherrypy.config["environment"] == "hardened"
    assert cherrypy.config["request.show_tracebacks"] is False
    assert cherrypy.server.allowed_hosts
