"""What beginners get wrong: each mistake has a message that says what to write instead."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy.assembly import Assembly
from cherrypy_testing import Client

if TYPE_CHECKING:
    from collections.abc import Callable


class Fine:
    @cherrypy.expose
    def index(self) -> str:
        return "fine"


class Unmarked:
    def index(self) -> str:
        return "lost"


class Selfless:
    @cherrypy.expose
    def index() -> str:  # type: ignore[misc]  # the mistake
        return "lost"


def found(root: Any, config: Any = None, site_config: Any = None) -> str:
    """Return what the checker says of a site."""
    site = Assembly("mistakes")
    site.config.update(site_config or {})
    site.tree.mount(root, "/app", config or {})
    return "\n".join(site.checker.messages())


@pytest.mark.parametrize(
    ("root", "config", "site_config", "advice"),
    [
        (
            Unmarked(),
            {},
            {},
            "Unmarked.index is not exposed.*\n.*\n.*@cherrypy.expose",
        ),
        (Selfless(), {}, {}, r"Selfless.index takes no argument.\n.*\nWrite def index\(self\)"),
        (Fine, {}, {}, r"is the class Fine.*\n.*\nMount an object of it: Fine\(\)"),
        (Fine(), {}, {"/": {"tools.gzip.on": True}}, "give them to cherrypy.tree.mount"),
        (
            Fine(),
            {"static": {"tools.staticdir.on": False}},
            {},
            "section 'static', to which no path.*\n.*\n.*write '/static'",
        ),
        (Fine(), {"/static/": {}}, {}, "section '/static/', to which.*\n.*\n.*write '/static'"),
        (Fine(), {"/": {"server.socket_port": 1}}, {}, "Move it to a .global. section"),
        (Fine(), {"/": {"tools.gzipp.on": False}}, {}, "Is tools.gzip meant?"),
        (Fine(), {}, {"server.socket_port": "8080"}, "Write a number in place of '8080'"),
        (
            Fine(),
            {"/s": {"tools.staticdir.on": True, "tools.staticdir.dir": "public"}},
            {},
            "the relative path 'public', and there is no `root`: make it absolute",
        ),
        (
            Fine(),
            {"/s": {"tools.staticdir.on": True, "tools.staticdir.dir": "/no/where"}},
            {},
            "There is no directory '/no/where'",
        ),
    ],
)
def test_the_checker_tells(root: Any, config: Any, site_config: Any, advice: str) -> None:
    said = found(root, config, site_config)
    assert re.search(advice, said), said


def test_the_checker_says_nothing_of_a_site_that_is_fine() -> None:
    class Static:
        @staticmethod
        @cherrypy.expose
        def index() -> str:
            return "fine"

    hung = Unmarked()
    hung.index = cherrypy.expose(lambda: "found")  # type: ignore[method-assign]

    class Page:
        exposed = True

        def default(self) -> str:
            return "a helper"

        def __call__(self) -> str:
            return self.default()

    for root in (Fine(), Page(), hung, Static(), Static, cherrypy.expose(lambda: "x"), None):
        assert found(root, {"/": {"request.show_tracebacks": False}}) == ""


async def page() -> str:
    return "never"


@pytest.mark.parametrize(
    ("answer", "advice"),
    [
        (lambda: 42, "not 42; return str(42)"),
        (lambda: True, "not True; return str(True)"),
        (lambda: cherrypy.HTTPRedirect("/x"), "; raise it, in place of returning it"),
        (lambda: cherrypy.HTTPError(404), "; raise it, in place of returning it"),
        (page, "; a page is a plain function, not an async one"),
        (object, "a body has to be text, bytes, an iterable of these, a file or None"),
        (lambda: cherrypy.session["a"], "turn it on with the config entry tools.sessions.on"),
        (lambda: cherrypy.request.json, "decorate the page with @cherrypy.tools.json_in()"),
        (lambda: cherrypy.request.json, "; a request without a body, such as GET, has none"),
    ],
)
def test_a_page_that_cannot_work_says_why(answer: Callable[[], Any], advice: str) -> None:
    class Root:
        @cherrypy.expose
        def index(self) -> Any:
            return answer()

    shown = Client(cherrypy.Application(Root())).get("/", headers={"Accept": "text/plain"})
    assert shown.status_code == 500
    assert advice in shown.text


@pytest.mark.parametrize(
    ("mistake", "advice"),
    [
        (lambda: cherrypy.tools.gzipp, "there is no tool 'gzipp'; is 'gzip' meant?"),
        (lambda: cherrypy.tools.zzz, "there is no tool 'zzz'$"),
        (
            lambda: cherrypy.tools.gzip(level=3),  # type: ignore[call-arg]  # the mistake
            "no option 'level'; it has compress_level",
        ),
        (lambda: Assembly("m").config.update({"environment": "prod"}), "known .*: .*'production'"),
        (lambda: Assembly("m").tree.mount(Fine(), "app"), "must begin with a slash, as in '/app'"),
        (
            lambda: Assembly("m").tree.mount(Fine(), "", {"tools.gzip.on": True}),
            r"stands in no section; put it in one: \{'/'",
        ),
        (lambda: cherrypy.HTTPError("not found"), "has to be a number from 100 to 599"),
        (lambda: cherrypy.session["a"], "turn it on with the config entry tools.sessions.on"),
    ],
)
def test_a_call_that_cannot_work_says_why(mistake: Callable[[], Any], advice: str) -> None:
    with pytest.raises(Exception, match=advice):
        mistake()


@pytest.mark.parametrize(
    ("entry", "advice"),
    [
        ("engine.autoreload.on: true", "line 2: .*there is no builtin and no module 'true'"),
        ("server.socket_host: 0.0.0.0", "line 2: .*a value is one Python expression, text in quo"),
    ],
)
def test_a_config_file_that_is_wrong_says_where(tmp_path: Path, entry: str, advice: str) -> None:
    file = tmp_path / "site.conf"
    file.write_text(f"[global]\n{entry}\n")
    with pytest.raises(ValueError, match=advice):
        Assembly("mistakes").config.update(str(file))


def test_a_port_in_use_is_named() -> None:
    site = Assembly("mistakes")
    site.log.screen = False
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        site.server.socket_port = port
        with pytest.raises(Exception, match=rf"Cannot listen on 127.0.0.1:{port}"):
            site.engine.start()


@pytest.mark.parametrize(
    ("query", "advice"), [("", "Missing parameters: name"), ("name=a&x=1", "parameters: x")]
)
def test_parameters_that_do_not_fit_are_named(query: str, advice: str) -> None:
    class Root:
        @cherrypy.expose
        def greet(self, name: str) -> str:
            return name

    assert advice in Client(cherrypy.Application(Root())).get(f"/greet?{query}").text


def cherryd(place: Path, module: str, text: str) -> str:
    (place / f"{module}.py").write_text(text)
    command = [sys.executable, "-m", "cherrypy", "routes", "-i", module]
    done = subprocess.run(
        command, cwd=place, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    return done.stderr.splitlines()[-1]


def test_a_module_with_the_name_of_one_of_pythons_own_is_told(tmp_path: Path) -> None:
    told = cherryd(tmp_path, "site", "")
    assert "another module 'site' was found in place of 'site.py'" in told
    assert "give your file another name" in told


def test_a_module_that_serves_while_it_is_imported_is_told(tmp_path: Path) -> None:
    told = cherryd(
        tmp_path,
        "shop",
        "import cherrypy\n"
        "cherrypy.config.update({'server.socket_port': 0, 'engine.autoreload.on': False})\n"
        "cherrypy.engine.subscribe('start', cherrypy.engine.exit, priority=90)\n"
        "cherrypy.quickstart(None)\n",
    )
    assert "the module 'shop' served the site while it was imported" in told
    assert "below if __name__ == '__main__'" in told


def test_a_file_called_cherrypy_is_told(tmp_path: Path) -> None:
    """Such a file hides the package: where ours is imported all the same, it says so."""
    (tmp_path / "cherrypy.py").touch()
    done = subprocess.run(
        [Path(sys.executable).with_name("cherryd"), "routes", "-i", "app"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "the file 'cherrypy.py' hides CherryPy: give it another name" in done.stderr
