"""Profiles of the pages of a site, and the pages that show them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import cherrypy
from cherrypy.lib import profiler
from cherrypy_testing import Client

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly


class Root:
    def __init__(self, path: Path, kind: type[profiler.Profiler] = profiler.Profiler) -> None:
        self.p = kind(str(path))

    @cherrypy.expose
    def index(self) -> str:
        return self.p.run(self._index)

    def _index(self) -> str:
        return "Hello, world!"


def test_page_is_profiled_and_shown(site: Assembly, tmp_path: Path) -> None:
    site.tree.mount(Root(tmp_path))
    ask = Client(site.tree)
    assert ask.get("/").text == "Hello, world!"
    for menu in ("/p/", "/p/menu"):
        assert "report?filename=cp_0001.prof" in ask.get(menu).text
    assert "(_index)" in ask.get("/p/report?filename=cp_0001.prof").text


def test_pages_are_added_up(site: Assembly, tmp_path: Path) -> None:
    site.tree.mount(Root(tmp_path, profiler.ProfileAggregator))
    ask = Client(site.tree)
    ask.get("/")
    ask.get("/")
    page = ask.get("/p/report?filename=cp_0001.prof&sort=name").text
    assert re.search(r'\(_index\)</a></td>.*<td class="number">2</td>', page)


def test_what_is_not_there_is_404(site: Assembly, tmp_path: Path) -> None:
    site.tree.mount(Root(tmp_path))
    ask = Client(site.tree)
    ask.get("/")
    assert ask.get("/p/report?filename=../secret").status_code == 404
    assert ask.get("/p/report?filename=cp_0001.prof&function=nobody").status_code == 404
    assert ask.get("/p/report?filename=cp_0001.prof&sort=colour").status_code == 400
    (tmp_path / "cp_0002.prof").touch()
    assert ask.get("/p/report?filename=cp_0002.prof").status_code == 503


def test_all_requests_are_profiled_by_middleware(site: Assembly, tmp_path: Path) -> None:
    class Page:
        @cherrypy.expose
        def index(self) -> str:
            return cherrypy.request.method

    app: Any = site.tree.mount(Page())
    app.wsgiapp.pipeline.append(("profiler", profiler.make_app))
    app.wsgiapp.config["profiler"] = {"path": tmp_path, "aggregate": True}
    ask = Client(site.tree)
    assert [ask.get("/").text, ask.get("/").text] == ["GET", "GET"]
    (name,) = profiler.Profiler(tmp_path).statfiles()
    assert "(index)" in profiler.Profiler(tmp_path).stats(name)


def test_profiles_are_served_from_the_command_line(tmp_path: Path) -> None:
    profiler.Profiler(tmp_path).run(sorted, [])
    command = [sys.executable, "-m", "cherrypy.lib.profiler", str(tmp_path), "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = (re.search(r"Serving on (http://127\.0\.0\.1:\d+)", s) for s in process.stderr)
            base = next(match[1] for match in said if match)
            with urllib.request.urlopen(f"{base}/report?filename=cp_0001.prof") as answer:
                assert b"builtins.sorted" in answer.read()
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0
