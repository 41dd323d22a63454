"""The tutorials: each is run as `python -m` does, and its pages are asked for."""

from __future__ import annotations

import pkgutil
import runpy
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
import cherrypy.tutorial
from cherrypy_testing import Client, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    Start = Callable[[str], Client]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Start:
    """Run a tutorial, and return a client of what it would have served."""

    def started(name: str) -> Client:
        served: list[tuple[Any, Any]] = []
        monkeypatch.setattr(
            cherrypy, "quickstart", lambda root, config: served.append((root, config))
        )
        runpy.run_module(f"cherrypy.tutorial.{name}", run_name="__main__")
        ((root, config),) = served
        assert config == cherrypy.tutorial.CONFIG
        return Client(cherrypy.Application(root))

    return started


def test_there_are_the_documented_ten() -> None:
    names = [module.name for module in pkgutil.iter_modules(cherrypy.tutorial.__path__)]
    assert [name[:5] for name in sorted(names)] == [f"tut{number:02}" for number in range(1, 11)]


def test_their_config_is_for_this_machine_alone() -> None:
    from cherrypy_config import as_dict

    settings = as_dict(cherrypy.tutorial.CONFIG)["global"]
    assert settings["server.socket_host"] == "127.0.0.1"
    assert settings["server.socket_port"] == 8080


def test_01_says_hello(start: Start) -> None:
    assert start("tut01_helloworld").get("/").text == "Hello world!"


def test_02_links_one_page_to_the_other(start: Start) -> None:
    client = start("tut02_expose_methods")
    assert 'href="show_msg"' in client.get("/").text
    assert client.get("/show_msg").text == "Hello world!"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?name=Quijote", "Hey Quijote, what's up?"),
        ("?name=%3Cb%3E", "Hey &lt;b&gt;, what's up?"),
        ("?name=", "No, really, enter your name"),
        ("", "Please enter your name"),
    ],
)
def test_03_greets(start: Start, query: str, expected: str) -> None:
    assert expected in start("tut03_get_and_post").get(f"/greetUser{query}").text


def test_03_takes_the_form_by_post_too(start: Start) -> None:
    client = start("tut03_get_and_post")
    assert 'action="greetUser"' in client.get("/").text
    assert "Hey Sancho" in client.post("/greetUser", data={"name": "Sancho"}).text


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", "home page"),
        ("/joke/", "other site"),
        ("/links/", "useful links"),
        ("/links/extra/", "extra useful links"),
    ],
)
def test_04_is_a_tree(start: Start, path: str, expected: str) -> None:
    assert expected in start("tut04_complex_site").get(path).text


def test_05_has_one_frame_for_all(start: Start) -> None:
    client = start("tut05_derived_objects")
    assert "<h2>Tutorial 5</h2>" in client.get("/").text
    assert "<h2>Another Page</h2>" in client.get("/another/").text
    assert client.get("/header").status_code == 404


def test_06_answers_for_what_has_no_method(start: Start) -> None:
    client = start("tut06_default_method")
    assert '<a href="./hendrik">Hendrik</a>' in client.get("/").text
    assert "co-developer &amp; crazy German" in client.get("/hendrik").text
    assert "Unknown user" in client.get("/somebody").text
    assert client.get("/hendrik/more").status_code == 404


def test_07_counts_for_each_visitor(start: Start) -> None:
    client = start("tut07_sessions")
    other = Client(client.application)
    assert "this page 1 times" in client.get("/").text
    assert "this page 2 times" in client.get("/").text
    assert "this page 1 times" in other.get("/").text


def test_08_yields_its_page(start: Start) -> None:
    response = start("tut08_generators_and_yield").get("/")
    assert "Remi<br>Carlos<br>Hendrik<br>Lorenzo Lamas<br>" in response.text
    assert "content-length" in {name.lower() for name in response.headers}


def test_09_takes_and_gives_files(start: Start) -> None:
    client = start("tut09_files")
    assert 'enctype="multipart/form-data"' in client.get("/").text
    text = client.post("/upload", files={"myFile": Upload("<a>.txt", b"x" * 10_000)}).text
    assert "<dd>10000</dd>" in text
    assert "<dd>&lt;a&gt;.txt</dd>" in text
    download = client.get("/download")
    assert download.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "server.socket_host" in download.text


def test_10_shows_errors(start: Start) -> None:
    client = start("tut10_http_errors")
    assert "Toggle tracebacks" in client.get("/").text
    assert client.get("/doesNotExist").status_code == 404
    assert "is in the page" in client.get("/messageArg").text
    for code in (400, 404, 500, 503):
        assert client.get(f"/error?code={code}").status_code == code
    own = client.get("/error?code=403")
    assert own.status_code == 403
    assert "You can't do that!" in own.text


def test_10_toggles_tracebacks(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    client = start("tut10_http_errors")
    monkeypatch.setitem(cherrypy.config, "request.show_tracebacks", True)
    assert ">off</a>" in client.get("/").text
    assert client.get("/toggleTracebacks").status_code == 303
    assert ">on</a>" in client.get("/").text
    assert "Traceback" not in client.get("/error?code=500").text
