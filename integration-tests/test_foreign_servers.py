"""One site under each server that the documentation names: the same requests, the same answers."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from deployed import Answer, Place, Program, apache, ask, nginx

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these servers are those of Unix")

Ask = Callable[..., Answer]

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CONTENT = bytes(range(256)) * 4096


def text(ask: Ask) -> None:
    answer = ask("/")
    assert (answer.status, answer.body) == (200, b"Hello World!")
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert ask("/", method="HEAD").body == b""


def path_and_query(ask: Ask) -> None:
    assert ask("/greet/J%C3%BCrgen?times=2").body.decode() == "Hello Jürgen!" * 2
    assert ask("/greet?name=a%26b%2Bc+%C3%A9").body.decode() == "Hello a&b+c é!"


def form(ask: Ask) -> None:
    answer = ask("/greet", b"name=%C3%A9t%C3%A9&times=3", FORM)
    assert answer.body.decode() == "Hello été!" * 3


def upload(ask: Ask) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xc3\xa9.bin"\r\n\r\n'
    fields = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = ask("/upload", head + CONTENT + b"\r\n--x--\r\n", fields)
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert answer.body.decode() == f"é.bin {len(CONTENT)} {digest}"


def stream(ask: Ask) -> None:
    lines = ask("/stream").body.decode().splitlines()
    assert lines == [f"line {number}" for number in range(5000)]


def redirect(ask: Ask) -> None:
    answer = ask("/leave", headers={"Host": "www.example.com"})
    assert (answer.status, answer.headers["Location"]) == (
        303,
        "http://www.example.com/greet?name=you",
    )


def session(ask: Ask) -> None:
    first = ask("/visit")
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    again = [ask("/visit", headers={"Cookie": cookie}).body for _ in range(3)]
    assert [first.body, *again] == [b"1", b"2", b"3", b"4"]


def not_found(ask: Ask) -> None:
    answer = ask("/nowhere")
    assert answer.status == 404
    assert b"/nowhere" in answer.body


def error(ask: Ask) -> None:
    answer = ask("/fail")
    assert answer.status == 500
    assert b"unexpected condition" in answer.body
    assert b"a secret" not in answer.body


def part(ask: Ask) -> None:
    answer = ask("/file", headers={"Range": "bytes=5-9"})
    assert (answer.status, answer.body) == (206, b"56789")
    assert answer.headers["Content-Range"] == "bytes 5-9/100"


def main_loop(ask: Ask) -> None:
    assert ask("/main").body == b"True"


CHECKS = (
    text, path_and_query, form, upload, stream, redirect, session, not_found, error, part, main_loop
)  # fmt: skip


def gunicorn(place: Place, port: int, worker: str = "gthread") -> Program:
    place.take("wsgi.py")
    place.take("gunicorn.conf.py", {"127.0.0.1:8080": f"127.0.0.1:{port}"})
    return place.run("engine: start", "gunicorn", "-k", worker, "wsgi:application", count=2)


def gunicorn_sync(place: Place, port: int) -> Program:
    return gunicorn(place, port, "sync")


def cherryd_workers(place: Place, port: int) -> Program:
    place.take("mounted.py")
    place.write("site.conf", f"[global]\nenvironment: 'embedded'\nserver.socket_port: {port}\n")
    command = ("cherryd", "--workers", "2", "-c", "site.conf", "-i", "mounted")
    return place.run("engine: start", *command, count=2)


def uwsgi(place: Place, port: int) -> Program:
    place.take("wsgi.py")
    place.take("embedded.py")
    place.take("uwsgi.ini", {"127.0.0.1:8080": f"127.0.0.1:{port}"})
    return place.run("WSGI app 0 .* ready", "pyuwsgi", "uwsgi.ini", count=2)


def waitress(place: Place, port: int) -> Program:
    place.take("wsgi.py")
    place.take("under_waitress.py", {"127.0.0.1:8080": f"127.0.0.1:{port}"})
    return place.run("Serving on", "python", "-W", "error", "under_waitress.py")


def tornado(place: Place, port: int) -> Program:
    place.take("under_tornado.py", {"8080": str(port)})
    return place.run("Serving on", "python", "-W", "error", "under_tornado.py")


def twisted(place: Place, port: int) -> Program:
    place.take("cptw.py")
    listen = f"tcp:{port}:interface=127.0.0.1"
    command = ("twistd", "-n", "web", "--listen", listen, "--wsgi", "cptw.wsgiapp")
    return place.run("Site starting on", *command, PYTHONPATH=".")


MODULES = """
import sys
import cherrypy, cherrypy.lib.sessions, cherrypy.lib.static, cherrypy.process.plugins
import cherrypy_auth, cherrypy_tools, multipart
for name in {name.partition(".")[0] for name in sys.modules}:
    module = sys.modules.get(name)
    for path in getattr(module, "__path__", [getattr(module, "__file__", None)]):
        if path and ("site-packages" in path or "/packages/" in path):
            print(path)
"""


def copy_modules(place: Place) -> None:
    """Copy what the site imports to where any user may read it, as pip would."""
    command = [sys.executable, "-c", MODULES]
    for path in subprocess.check_output(command, text=True).split():
        into = place.directory / Path(path).name
        (shutil.copytree if Path(path).is_dir() else shutil.copy)(path, into)


def mod_wsgi(place: Place, port: int) -> Program:
    copy_modules(place)
    place.take("wsgi.py")
    place.take("embedded.py")
    config = place.take("mod_wsgi.conf", {" python-home=/srv/site/venv": ""})
    return apache(place, port, config, "wsgi")


def gateway(place: Place, option: str) -> None:
    place.take("mounted.py")
    place.take("gateway.conf")
    place.write("screen.conf", "[global]\nlog.screen: True\nlog.access_file: ''\n")
    configs = ("-c", "gateway.conf", "-c", "screen.conf")
    place.run("ENGINE Bus STARTED", "cherryd", option, *configs, "-i", "mounted")


def fastcgi(place: Place, port: int) -> Program:
    gateway(place, "-f")
    return nginx(place, place.take("nginx-fastcgi.conf", {"127.0.0.1:80": f"127.0.0.1:{port}"}))


def scgi(place: Place, port: int) -> Program:
    gateway(place, "-s")
    return nginx(place, place.take("nginx-scgi.conf", {"127.0.0.1:80": f"127.0.0.1:{port}"}))


def lighttpd(place: Place, port: int, shown: Path) -> Program:
    place.take("mounted.py")
    place.take("spawned.conf")
    base = f'server.document-root = "{place.directory}"\nserver.port = {port}\n'
    config = place.write("lighttpd.conf", f'{base}server.bind = "127.0.0.1"\ninclude "{shown}"\n')
    return place.run("server started", "lighttpd", "-D", "-f", str(config))


def spawned_fastcgi(place: Place, port: int) -> Program:
    return lighttpd(place, port, place.take("lighttpd-fastcgi.conf"))


def cgi(place: Place, port: int) -> Program:
    place.take("site.cgi").chmod(0o755)
    return lighttpd(place, port, place.take("lighttpd-cgi.conf"))


SERVERS = [
    pytest.param(gunicorn, 2, id="gunicorn-gthread"),
    pytest.param(gunicorn_sync, 2, id="gunicorn-sync"),
    pytest.param(cherryd_workers, 2, id="cherryd-workers"),
    pytest.param(uwsgi, 2, id="uwsgi"),
    pytest.param(waitress, 1, id="waitress"),
    pytest.param(tornado, 1, id="tornado"),
    pytest.param(twisted, 1, id="twisted"),
    pytest.param(mod_wsgi, 2, id="mod_wsgi", marks=pytest.mark.requires("apache2")),
    pytest.param(fastcgi, 1, id="fastcgi", marks=pytest.mark.requires("nginx")),
    pytest.param(scgi, 1, id="scgi", marks=pytest.mark.requires("nginx")),
    pytest.param(spawned_fastcgi, 1, id="fastcgi-spawned", marks=pytest.mark.requires("lighttpd")),
    pytest.param(cgi, None, id="cgi", marks=pytest.mark.requires("lighttpd")),
]


@pytest.fixture
def place() -> Iterator[Place]:
    """A directory that every user may use; sockets in it have short names."""
    with tempfile.TemporaryDirectory(prefix="site-") as directory:
        Path(directory).chmod(0o777)
        with Place(Path(directory)) as place:
            (place.directory / "sessions").chmod(0o777)
            place.life.chmod(0o666)
            yield place


def failures(port: int) -> dict[str, str]:
    """Make all requests; return what was wrong."""
    found = {}
    for check in CHECKS:
        try:
            check(lambda *args, **options: ask(port, *args, **options))
        except (AssertionError, OSError) as error:
            found[check.__name__] = repr(error)
    return found


@pytest.mark.parametrize(("start", "processes"), SERVERS)
def test_site_is_the_same_and_the_engine_lives_with_each_process(
    start: Callable[[Place, int], Program], processes: int | None, place: Place
) -> None:
    port = place.port()
    server = start(place, port)
    assert failures(port) == {}, "\n".join([*server.lines, place.log()])
    place.__exit__()
    lives = place.lives()
    assert sorted(lives["start"]) == sorted(lives["stop"])
    if processes is not None:
        assert len(set(lives["start"])) == processes
