"""Test cases whose site Apache's httpd serves, in three ways."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from test_foreign_servers import MODULES

import cherrypy
from cherrypy.test import helper
from cherrypy.test.apache import ApacheSupervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

CASE = """
import os

import cherrypy


class Cases:
    @staticmethod
    def setup_server():
        class Root:
            @cherrypy.expose
            def echo(self, message):
                return message

            @cherrypy.expose
            def where(self, *path):
                return f"{cherrypy.request.script_name!r} {path} {os.getpid()}"

        cherrypy.tree.mount(Root())
"""


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A directory that every user may read, with all that a site imports."""
    with tempfile.TemporaryDirectory(prefix="apache-") as directory:
        place = Path(directory)
        place.chmod(0o755)
        code = MODULES.replace("multipart", "cherrypy.test, flup, multipart")
        for path in subprocess.check_output([sys.executable, "-c", code], text=True).split():
            into = place / Path(path).name
            (shutil.copytree if Path(path).is_dir() else shutil.copy)(path, into)
        (place / "tests").mkdir()
        (place / "tests" / "site_of_apache.py").write_text(CASE, "utf-8")
        yield place


@pytest.mark.requires("apache2")
@pytest.mark.parametrize("name", ["modwsgi", "modfcgid", "modfastcgi"])
def test_a_case_is_served_by_apache(
    name: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(place / "tests"))
    site = importlib.import_module("site_of_apache")
    monkeypatch.setitem(sys.modules, "site_of_apache", site)
    monkeypatch.setenv("CHERRYPY_TEST_SERVER", name)
    if os.geteuid() == 0:
        monkeypatch.setattr(ApacheSupervisor, "path", [str(place)])
        monkeypatch.setattr(ApacheSupervisor, "python", "/usr/bin/python3")

    class Case(helper.CPWebCase):
        setup_server = staticmethod(site.Cases.setup_server)

        def test_pages(self) -> None:
            self.getPage("/echo?message=Hello%20world")
            self.assertStatus("200 OK")
            self.assertBody("Hello world")
            self.getPage("/where/a%2Fb/%C3%A9")
            self.assertStatus("200 OK")
            self.assertMatchesBody(r"^'' \('a/b', 'é'\) \d+$")
            seen.append(int((self.body or b"").split()[-1]))
            self.getPage("/missing")
            self.assertStatus("404 Not Found")

    seen: list[int] = []
    Case.__module__, Case.__qualname__ = "site_of_apache", "Cases"
    result = unittest.TestResult()
    Case.setup_class()
    try:
        Case("test_pages").run(result)
    finally:
        told = getattr(Case.supervisor, "log", str)()
        Case.teardown_class()
    assert result.testsRun
    assert not [*result.errors, *result.failures], "\n".join(
        [*(text for _, text in [*result.errors, *result.failures]), told]
    )
    assert (seen[0] == os.getpid()) == (name == "modfastcgi")
    assert cherrypy.engine.state is not cherrypy.engine.states.STARTED


@pytest.mark.requires("apache2")
def test_apache_that_cannot_start_says_why() -> None:
    supervisor: Any = helper.CPWebCase.available_servers["modwsgi"](port=1)
    supervisor.template = "NoSuchDirective"
    with pytest.raises(RuntimeError, match=r"httpd does not listen on 127\.0\.0\.1:1"):
        supervisor.start(__name__)
