"""The command line ``cherryd``, up to where a site is served: each run is a process of its own."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest

from cherrypy.cherryd.options import parse
from cherrypy.daemon import run

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """
import cherrypy

class Root:
    @cherrypy.expose
    def index(self, name="World"):
        return f"Hello {name}"

cherrypy.tree.mount(Root(), SCRIPT_NAME)

@cherrypy.engine.subscribe("start", priority=10)
def show():
    for key in ("a.b", "log.screen", "engine.autoreload.on", "server.socket_port"):
        print(key, cherrypy.config.get(key), cherrypy.tree.apps[SCRIPT_NAME].config)
    raise SystemExit(0)
""".replace("SCRIPT_NAME", '""')


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "hello.py").write_text(MODULE)
    (tmp_path / "site.conf").write_text("[global]\na.b: 1\nlog.screen: True\n[/]\nc.d: 2\n")
    return tmp_path


def cherryd(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cherrypy", *arguments]
    return subprocess.run(
        command, cwd=home, capture_output=True, text=True, timeout=60, check=False
    )


def complaint(of: subprocess.CompletedProcess[str]) -> str:
    assert of.returncode == 1, of
    assert "Traceback" not in of.stderr
    (line,) = [line for line in of.stderr.splitlines() if line.startswith("cherryd: ")]
    return line.removeprefix("cherryd: ")


def test_the_command_is_installed() -> None:
    (command,) = entry_points(group="console_scripts", name="cherryd")
    assert command.load() is run


def test_a_config_file_is_the_sites_and_that_of_the_only_application(home: Path) -> None:
    shown = cherryd(home, "-c", "site.conf", "-i", "hello").stdout
    assert shown.startswith("a.b 1 {'global': {'a.b': 1, 'log.screen': True}, '/': {'c.d': 2}}")


def test_later_config_files_are_stronger(home: Path) -> None:
    (home / "more.conf").write_text("[global]\na.b: 5\n")
    shown = cherryd(home, "-c", "site.conf", "-c", "more.conf", "-i", "hello").stdout
    assert shown.startswith("a.b 5 ")


def test_the_environment_lies_over_the_files(home: Path) -> None:
    shown = cherryd(home, "-c", "site.conf", "-e", "production", "-i", "hello").stdout
    assert "log.screen False" in shown
    assert "engine.autoreload.on False" in shown


def test_an_import_may_be_a_file(home: Path) -> None:
    (home / "below").mkdir()
    (home / "hello.py").rename(home / "below" / "hello.py")
    assert "a.b None" in cherryd(home, "-i", "below/hello.py").stdout


def test_path_is_where_modules_are_looked_for_too(home: Path) -> None:
    (home / "below").mkdir()
    (home / "hello.py").rename(home / "below" / "hello.py")
    assert "a.b None" in cherryd(home, "-P", "below", "-i", "hello").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-i", "nobody"], "there is no module 'nobody' (option -i)"),
        (["-i", "nobody.at.all"], "there is no module 'nobody.at.all' (option -i)"),
        (["-i", "nobody.py"], "there is no file 'nobody.py' (option -i)"),
        (["-c", "none.conf", "-i", "hello"], "the config file 'none.conf': No such file"),
        (["-c", "hello.py", "-i", "hello"], "the config file 'hello.py': 'hello.py', line 2"),
        (["-e", "prod", "-i", "hello"], "there is no environment 'prod'"),
        ([], "no application is mounted; -i names a module that calls cherrypy.tree.mount"),
        (["routes"], "no application is mounted"),
        (["--workers", "2", "-f", "-i", "hello"], "--workers serves HTTP only, not fastcgi"),
    ],
)
def test_what_an_operator_can_mend_is_said_without_a_traceback(
    home: Path, arguments: list[str], words: str
) -> None:
    assert words in complaint(cherryd(home, *arguments))


def test_a_module_that_a_module_lacks_is_not_taken_for_the_one_asked_for(home: Path) -> None:
    (home / "broken.py").write_text("import missing_library\n")
    ended = cherryd(home, "-i", "broken")
    assert ended.returncode == 1
    assert "import missing_library" in ended.stderr  # where it stands: it is for a programmer


def test_a_site_that_cannot_start_says_so_at_the_end(home: Path) -> None:
    failing = "import cherrypy\ncherrypy.tree.mount(object())\ncherrypy.server.unsubscribe()\n"
    (home / "failing.py").write_text(
        f"{failing}cherrypy.engine.subscribe('start', lambda: open('/none/at/all'))\n"
    )
    ended = cherryd(home, "-i", "failing")
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("cherryd: [Errno 2] No such file")


def test_daemon_without_a_log_is_warned_of(home: Path) -> None:
    ended = cherryd(home, "-d", "-i", "hello")
    assert "cherryd: a daemon has no screen: without log.error_file" in ended.stderr
    assert "log.screen False" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [["-f", "-s"], ["--workers", "0"], ["--workers", "two"], ["start"], ["--unknown"]],
)
def test_options_that_make_no_sense_are_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(arguments)
    assert stopped.value.code == 2
    assert "cherryd: error: " in capsys.readouterr().err


LIVING = """
import os
import cherrypy

class Root:
    @cherrypy.expose
    def index(self):
        return "here"

def say(channel):
    with open("said", "w") as said:
        said.write(f"{os.getpid()} {channel}\\n")

cherrypy.tree.mount(Root())
cherrypy.engine.subscribe("start", lambda: say("start"), 90)
cherrypy.engine.subscribe("exit", lambda: say("exit"), 90)
cherrypy.config.update({"server.socket_file": "site.sock", "log.error_file": "log"})
"""


def hear(said: int) -> tuple[int, str]:
    """Read the next line that a daemon writes to its named pipe."""
    assert select.select([said], [], [], 60)[0]
    pid, _, channel = os.read(said, 1000).decode().partition(" ")
    return int(pid), channel


@pytest.mark.skipif(sys.platform == "win32", reason="it takes fork")
def test_a_daemon_has_a_pid_file_and_listens_to_signals(home: Path) -> None:
    (home / "living.py").write_text(LIVING)
    os.mkfifo(home / "said")
    said = os.open(home / "said", os.O_RDWR)  # for writing, too: so it has no end meanwhile
    try:
        assert cherryd(home, "-d", "-p", "site.pid", "-i", "living").returncode == 0
        pid, channel = hear(said)
        assert channel == "start\n"
        assert (home / "site.pid").read_text() == f"{pid}\n"
        os.kill(pid, signal.SIGTERM)
        assert hear(said) == (pid, "exit\n")
    finally:
        os.close(said)
    assert not (home / "site.pid").exists()
    assert "ENGINE Bus STARTED" in (home / "log").read_text()


def test_scgi_is_spoken_in_place_of_http(home: Path) -> None:
    (home / "living.py").write_text(
        LIVING.replace('"log.error_file": "log"', '"log.screen": False')
    )
    os.mkfifo(home / "said")
    said = os.open(home / "said", os.O_RDWR)
    command = [sys.executable, "-m", "cherrypy", "-s", "-i", "living"]
    process = subprocess.Popen(command, cwd=home)
    try:
        hear(said)
        fields = {"CONTENT_LENGTH": "0", "SCGI": "1", "REQUEST_METHOD": "GET", "REQUEST_URI": "/"}
        fields |= {"SCRIPT_NAME": "", "PATH_INFO": "/", "SERVER_PROTOCOL": "HTTP/1.1"}
        fields |= {"HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
        head = "".join(f"{name}\0{value}\0" for name, value in fields.items()).encode()
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(30)
            client.connect(str(home / "site.sock"))
            client.sendall(b"%d:%b," % (len(head), head))
            answer = b"".join(iter(lambda: client.recv(1000), b""))
        assert answer.startswith(b"Status: 200 OK")
        assert answer.endswith(b"here")
    finally:
        process.terminate()
        assert process.wait(60) == 0
        os.close(said)


def test_one_request_is_answered_by_cgi(home: Path) -> None:
    (home / "living.py").write_text(
        LIVING.replace('"log.error_file": "log"', '"log.screen": False')
    )
    (home / "said").touch()
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/",
        "HTTP_HOST": "localhost",
    }
    environ |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1"}
    command = [sys.executable, "-m", "cherrypy", "-x", "-i", "living"]
    done = subprocess.run(
        command, cwd=home, env=os.environ | environ, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"Status: 200 OK")
    assert done.stdout.endswith(b"here")


def test_routes_are_listed(home: Path) -> None:
    assert cherryd(home, "routes", "-i", "hello").stdout == "/    hello.Root.index(name='World')\n"
