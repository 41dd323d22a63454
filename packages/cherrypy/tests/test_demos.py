"""The demos and the benchmark of the test package, and sites in processes of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

import cherrypy
from cherrypy.test import benchmark, helper, newexit, sessiondemo, setup, teardown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cherrypy.assembly import Assembly


def test_session_demo(site: Assembly) -> None:
    client = site.tree.mount(sessiondemo.Root(), "", sessiondemo.CONFIG).test_client()
    assert "Visit 1" in client.get("/").text
    assert "Visit 2" in client.get("/").text
    before = client.cookies["session_id"]
    assert "Another id" in client.get("/regen").text
    assert client.cookies["session_id"] != before
    assert "Visit 3" in client.get("/").text
    assert "has expired" in client.get("/expire").text
    assert "Visit 1" in client.get("/").text


def test_checker_demo_is_full_of_mistakes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cherrypy.test.checkerdemo"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.count("CherryPy Checker:") > 4
    assert "the 'tool' config namespace is unknown" in done.stderr


REPORT = """
Complete requests:      200
Failed requests:        0
Requests per second:    103.69 [#/sec] (mean)
Time per request:       96.439 [ms] (mean)
Time per request:       9.644 [ms] (mean, across all concurrent requests)
Transfer rate:          19.08 [Kbytes/sec] received
"""


@pytest.fixture
def ab(tmp_path: Path) -> Path:
    """A program that says what `ab` says, and writes down what it was asked."""
    program = tmp_path / "ab"
    program.write_text(
        f"#!{sys.executable}\nimport json, sys, urllib.request\n"
        f"urllib.request.urlopen(sys.argv[-1]).read()\n"
        f"open({str(tmp_path / 'asked')!r}, 'a').write(json.dumps(sys.argv[1:]) + '\\n')\n"
        f"print('''{REPORT}''')\n"
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("option", [[], ["--null"]])
def test_benchmark_prints_what_ab_found(ab: Path, option: list[str]) -> None:
    command = ["-m", "cherrypy.test.benchmark", f"--ab={ab}", "--requests=200", *option]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=True)
    assert "103.69" in done.stdout
    assert "9.644" in done.stdout
    asked = json.loads((ab.parent / "asked").read_text().splitlines()[0])
    assert asked[:5] == ["-k", "-n", "200", "-c", "1"]
    assert asked[5].endswith("/cpbench/users/rdelon/apps/blog/hello")


def test_benchmark_without_ab_says_what_to_install() -> None:
    command = [sys.executable, "-m", "cherrypy.test.benchmark", "--ab=/nowhere/ab"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "install apache2-utils" in done.stdout


def test_numbers_of_a_benchmark_are_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        benchmark.ABSession(requests=0).args()


def test_exits_that_would_end_the_tests_can_be_seen() -> None:
    usual = os._exit
    setup()
    try:
        assert os._exit is not usual
        with pytest.raises(SystemExit):
            newexit()
    finally:
        teardown()
    assert os._exit is usual


# Sites in processes of their own.


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[helper.CPProcess]:
    (tmp_path / "site_of_a_process.py").write_text(
        "import cherrypy, os\n"
        "class Root:\n"
        "    @cherrypy.expose\n"
        "    def index(self): return str(os.getpid())\n"
        "cherrypy.tree.mount(Root())\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    process = helper.CPProcess()
    yield process
    process.kill()


def test_a_process_serves_until_it_is_told_to_end(process: helper.CPProcess) -> None:
    process.write_conf(extra="own.entry: 1")
    assert "own.entry: 1" in Path(process.config_file).read_text()
    process.start(imports="site_of_a_process")
    with urlopen(f"http://{process.host}:{process.port}/") as answer:
        assert int(answer.read()) == process.get_pid()
    os.kill(process.get_pid(), signal.SIGTERM)
    process.join()
    assert process.exit_code == 0
    assert "Bus EXITED" in Path(process.error_log).read_text()
    assert '"GET / HTTP/1.1" 200' in Path(process.access_log).read_text()


def test_a_process_that_cannot_start_tells_why(process: helper.CPProcess) -> None:
    process.write_conf()
    with pytest.raises(RuntimeError, match="no_such_module"):
        process.start(imports=["no_such_module"])


def test_a_process_can_be_a_daemon(tmp_path: Path, process: helper.CPProcess) -> None:
    daemon = helper.CPProcess(daemonize=True)
    daemon.write_conf()
    daemon.start(imports="site_of_a_process")
    try:
        assert daemon.exit_code == 0
        with urlopen(f"http://{daemon.host}:{daemon.port}/") as answer:
            assert int(answer.read()) == daemon.get_pid()
        os.kill(daemon.get_pid(), signal.SIGTERM)
        daemon.join()
    finally:
        daemon.kill()


def test_a_process_has_to_be_started_first(process: helper.CPProcess) -> None:
    with pytest.raises(ValueError, match=r"call start\(\) first"):
        process.get_pid()


@pytest.mark.parametrize("name", ["cpmodpy", "modpygw"])
def test_servers_that_are_not_started_say_what_to_do(name: str) -> None:
    supervisor = helper.CPWebCase.available_servers[name](port=1)
    assert supervisor.using_apache
    with pytest.raises(NotImplementedError, match="HOST and PORT"):
        supervisor.start("module")
    supervisor.stop()
    assert cherrypy.engine.state is not cherrypy.engine.states.STARTED
