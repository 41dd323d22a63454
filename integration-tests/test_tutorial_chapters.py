"""The programs of the tutorial in the documentation: each is run, those with pages in a browser."""

from __future__ import annotations

import runpy
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from webdriver import Browser, chromium

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(__file__).parents[1] / "docs" / "tutorial" / "programs"
ACCEPT = {"Accept": "text/plain"}
AWAY = "The server does not answer. Try again later."


@contextmanager
def running(place: Path, *chapters: str, serve: bool = False) -> Iterator[Assembly]:
    """Run the program of the last chapter that has one, among the files of all of them.

    The program is a ``__main__``; what it would have started is another site than this process's.
    """
    for chapter in chapters:
        shutil.copytree(PROGRAMS / f"tut{chapter}", place, dirs_exist_ok=True)
    site = Assembly(f"chapter {chapters}")
    site.log.screen = False
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.engine.autoreload.unsubscribe()
    if not serve:
        site.server.unsubscribe()
    program = max(place.glob("tut*.py"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cherrypy, "engine", site.engine)
        patched.setattr(cherrypy, "tools", site.tools)
        patched.setattr(
            cherrypy,
            "quickstart",
            lambda root, path="", config=None: site.tree.mount(root, path.rstrip("/"), config),
        )
        runpy.run_path(str(program), run_name="__main__")
        site.engine.start()
        try:
            yield site
        finally:
            site.engine.exit()


@pytest.fixture
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Client]:
    """A client of the program whose number is in the test's name."""
    number = request.node.originalname.split("_")[1]
    with running(tmp_path, number) as site:
        yield Client(site.tree)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The one browser of this module."""
    with chromium() as started:
        yield started


def test_01_says_hello(client: Client) -> None:
    assert client.get("/").text == "Hello world!"


def test_02_makes_a_string_at_its_own_path(client: Client) -> None:
    assert client.get("/").text == "Hello world!"
    first, second = client.get("/generate").text, client.get("/generate").text
    assert len(first) == 8
    assert first != second
    assert client.get("/generator").status_code == 404


@pytest.mark.parametrize(("query", "length"), [("", 8), ("?length=16", 16), ("?length=64", 64)])
def test_03_takes_a_parameter(client: Client, query: str, length: int) -> None:
    assert len(client.get(f"/generate{query}").text) == length


@pytest.mark.parametrize(
    ("query", "status"),
    [("length=abc", 400), ("length=0", 400), ("length=65", 400), ("length=1e9", 400), ("x=1", 404)],
)
def test_03_refuses_what_is_no_length(client: Client, query: str, status: int) -> None:
    assert client.get(f"/generate?{query}").status_code == status


def test_04_takes_its_form_by_post_too(client: Client) -> None:
    assert len(client.post("/generate", data={"length": "5"}).text) == 5


def test_05_keeps_the_string_of_a_visitor(client: Client) -> None:
    assert client.get("/display").text == "There is no string yet."
    made = client.get("/generate").text
    assert client.get("/display").text == made
    assert Client(client.application).get("/display").text == "There is no string yet."


def test_06_has_a_style_sheet(client: Client) -> None:
    assert "lightblue" in client.get("/static/css/style.css").text
    assert client.get("/static/%2e%2e/tut06.py").status_code in (403, 404)


def test_07_is_a_resource_of_four_methods(client: Client) -> None:
    assert client.get("/").status_code == 404
    assert client.put("/", data={"another_string": "x"}).status_code == 404
    made = client.post("/")
    assert (made.status_code, len(made.text)) == (200, 8)
    assert made.headers["Content-Type"].startswith("text/plain")
    assert client.get("/", headers=ACCEPT).text == made.text
    assert client.get("/", headers={"Accept": "application/json"}).status_code == 406
    client.put("/", params={"another_string": "hello"})
    assert client.get("/").text == "hello"
    client.delete("/")
    assert client.get("/").status_code == 404
    assert client.request("PATCH", "/").status_code == 405


def test_11_sells_what_is_in_stock(tmp_path: Path) -> None:
    with running(tmp_path, "11") as site:
        client = Client(site.tree)
        assert 'action="buy"' in client.get("/till/").text
        assert client.get("/till/buy").status_code == 405
        bought = client.post("/till/buy")
        assert bought.text == "Here is your apple."
        assert bought.headers["X-Receipt"].startswith("Corner store, ")
        answer = client.post("/checkout")
        assert answer.json() == {"item": "apple"}
        assert "X-Receipt" not in answer.headers
        assert client.post("/checkout").status_code == 200
        assert client.post("/checkout").status_code == 503


@pytest.mark.requires("chromium")
def test_04_has_a_form(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, "04", serve=True) as site:
        browser.open(site.server.base())
        browser.write("[name=length]", "12")
        browser.click("button")
        browser.arrive("/generate")
        assert len(browser.evaluate("document.body.innerText")) == 12


@pytest.mark.requires("chromium")
def test_05_shows_the_string_again_on_another_page(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, "05", serve=True) as site:
        browser.open(site.server.base())
        browser.click("button")
        browser.arrive("/generate")
        made = browser.evaluate("document.body.innerText")
        browser.open(site.server.base())
        browser.click("a")
        browser.arrive("/display")
        assert browser.evaluate("document.body.innerText") == made
        browser.reload()
        assert browser.evaluate("document.body.innerText") == made


@pytest.mark.requires("chromium")
def test_06_is_blue(browser: Browser, tmp_path: Path) -> None:
    with running(tmp_path, "06", serve=True) as site:
        browser.open(site.server.base())
        color = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert color == "rgb(173, 216, 230)"


@pytest.mark.requires("chromium")
@pytest.mark.parametrize(
    "chapters", [("08",), ("08", "09"), ("08", "09", "10")], ids=["ajax", "database", "react"]
)
def test_a_page_without_a_reload(
    browser: Browser, tmp_path: Path, chapters: tuple[str, ...]
) -> None:
    with running(tmp_path, *chapters, serve=True) as site:
        browser.open(site.server.base())
        assert_creates(browser)
        browser.reload()
        made = browser.until("document.querySelector('#edit:not([hidden]) input')?.value")
        assert len(made) == 12
        assert_replaces(browser, made)
        browser.reload()
        assert browser.until("document.querySelector('#edit:not([hidden]) input')?.value") == "<i>"
        browser.click("#delete")
        assert_said(browser, "done", "Deleted")
        assert browser.evaluate("document.querySelector('#edit:not([hidden])')") is None
        browser.click("#create button")
        assert_said(browser, "done", "Created")
    browser.click("#edit button")
    assert_said(browser, "problem", AWAY)
    browser.click("#create button")
    assert_said(browser, "problem", AWAY)


@pytest.mark.requires("chromium")
def test_the_recipe_for_uploads_shows_its_progress(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.png").write_bytes(b"x" * 100_000)
    shutil.copy(PROGRAMS.parents[1] / "recipes" / "programs" / "upload.py", tmp_path / "tut.py")
    with running(tmp_path, serve=True) as site:
        browser.open(site.server.base())
        browser.write("[type=file]", str(tmp_path / "picture.png"))
        browser.click("button")
        browser.until("document.querySelector('[role=status]').textContent")
        said = browser.evaluate("document.querySelector('[role=status]').textContent")
        assert said == "picture.png: 100000 bytes"
        assert browser.evaluate("document.querySelector('progress').value") == 1
    assert [file.stat().st_size for file in (tmp_path / "uploads").iterdir()] == [100_000]


def assert_creates(browser: Browser) -> None:
    browser.write("#create input", "12")
    browser.click("#create button")
    assert_said(browser, "done", "Created")


def assert_replaces(browser: Browser, made: str) -> None:
    assert browser.evaluate("document.querySelector('#edit input').value") == made
    browser.write("#edit input", "<i>")
    browser.click("#edit button")
    assert_said(browser, "done", "Replaced")


def assert_said(browser: Browser, where: str, words: str) -> None:
    browser.until(f"document.querySelector('#{where}').textContent === {words!r}")
