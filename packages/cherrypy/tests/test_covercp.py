"""Which lines of a site ran, and the pages that show it."""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING

import pytest

from cherrypy_testing import Client

coverage = pytest.importorskip("coverage")

from cherrypy.lib import covercp  # noqa: E402 - after what it needs

if TYPE_CHECKING:
    from pathlib import Path

    from cherrypy.assembly import Assembly

SITE = """\
import threading
import urllib.request

import cherrypy
from cherrypy.lib import covercp


class Root:
    @cherrypy.expose
    def index(self):
        return threading.current_thread().name

    @cherrypy.expose
    def unused(self):
        return "unused"


settings = {"server.socket_port": 0, "log.screen": False, "engine.autoreload.on": False}
cherrypy.config.update(settings)
cherrypy.tree.mount(Root())
cherrypy.engine.subscribe("start", covercp.start)
cherrypy.engine.start()
covercp.start()
with urllib.request.urlopen(cherrypy.server.base()) as answer:
    print(answer.read().decode() != threading.current_thread().name)
cherrypy.engine.exit()
print(covercp.get_tree("/", "nothing-like-it") != {})
"""


@pytest.fixture(scope="module")
def shop_py(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a site that ran once, beside what was recorded of it."""
    path = tmp_path_factory.mktemp("site") / "shop.py"
    path.write_text(SITE)
    command = [sys.executable, str(path)]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "True\nTrue\n"), done.stderr
    return path


def recorded(shop_py: Path) -> covercp.CoverStats:
    record = coverage.Coverage(data_file=str(shop_py.with_name("coverage.cache")))
    record.load()
    return covercp.CoverStats(record)


def test_pages_served_in_other_threads_are_recorded(shop_py: Path, site: Assembly) -> None:
    site.tree.mount(recorded(shop_py))
    page = Client(site.tree).get(f"/report?name={urllib.parse.quote(str(shop_py))}").text
    assert "   11 &gt;         return threading" in page
    assert "<mark>   15 !         return" in page


def test_menu_shows_what_was_recorded(shop_py: Path, site: Assembly) -> None:
    site.tree.mount(recorded(shop_py))
    ask = Client(site.tree)
    base = urllib.parse.quote(str(shop_py.parent))
    for path in ("/", f"/menu?base={base}&exclude=nothing"):
        assert "shop.py</a>" in ask.get(path).text
    assert ask.get(f"/menu?base={base}&exclude=shop.py").text.count("shop.py</a>") == 0
    assert "shop.py</a>" in ask.get(f"/menu?base={base}&exclude=shop[.]py").text
    assert ask.get("/menu?pct=many").status_code == 400
    assert ask.get("/report?name=/etc/passwd").status_code == 404


def test_lines_are_marked_by_themselves(shop_py: Path) -> None:
    lines = list(recorded(shop_py).annotated_file(str(shop_py), [1, 2], [], [2]))
    assert lines[:2] == [
        "    1 &gt; import threading",
        "<mark>    2 ! import urllib.request</mark>",
    ]


def test_tree_of_another_record(shop_py: Path) -> None:
    record = recorded(shop_py).coverage
    assert covercp.get_tree(str(shop_py.parent), "nothing", record) == {"shop.py": None}


def test_record_is_served_from_the_command_line(shop_py: Path) -> None:
    command = [sys.executable, "-m", "cherrypy.lib.covercp", "coverage.cache", "0"]
    with subprocess.Popen(
        command, cwd=shop_py.parent, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            said = (re.search(r"Serving on (http://127\.0\.0\.1:\d+)", s) for s in process.stderr)
            base = next(match[1] for match in said if match)
            with urllib.request.urlopen(base) as answer:
                assert b"shop.py</a>" in answer.read()
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
    assert process.returncode == 0


def test_record_that_is_not_there_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        covercp._main([str(tmp_path / "nowhere")])
    assert f"there is no record of coverage in {tmp_path / 'nowhere'}" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "no record"])
def test_file_that_is_no_record_is_told(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes"
    path.write_text(content)
    with pytest.raises(SystemExit):
        covercp._main([str(path)])
    assert f"{path} is no record of coverage: " in capsys.readouterr().err
    assert path.read_text() == content


def test_record_of_another_time_is_told(tmp_path: Path) -> None:
    path = tmp_path / "coverage.cache"
    with contextlib.closing(sqlite3.connect(path)) as record, record:
        record.execute("create table coverage_schema (version integer)")
        record.execute("insert into coverage_schema values (1)")
    with pytest.raises(ValueError, match=r"cache is no record of coverage: .*wrong schema"):
        covercp.serve(path)


def test_missing_package_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "coverage", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'cherrypy\[coverage\]'"):
        covercp._coverage("record")


def test_importing_the_module_loads_no_coverage() -> None:
    program = "import sys, cherrypy.lib.covercp; print('coverage' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"False\n"
