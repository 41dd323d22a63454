"""Sites in processes of their own: requests from a socket through all the layers, over HTTP."""

import base64
import contextlib
import http.cookiejar
import json
import queue
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

PATIENCE = 30.0
SERVING = r"ENGINE Serving on (http://127\.0\.0\.1:[1-9]\d*)$"
STYLE = "body { color: green }\n"

PROGRAM = """
import pathlib
import cherrypy
from cherrypy.lib import auth_basic
from cherrypy.lib.cpstats import StatsPage


class Anything:
    @cherrypy.expose
    def default(self, *segments, **parameters):
        return f"{segments} {sorted(parameters.items())}"


class Root:
    anything = Anything()
    statistics = StatsPage()

    @cherrypy.expose
    def index(self):
        return "Hello World!"

    @cherrypy.expose
    def add(self, a, b="1"):
        return str(int(a) + int(b))

    @cherrypy.expose
    def visits(self):
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return str(cherrypy.session["visits"])

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def sign(self, name, words):
        cherrypy.session["entry"] = {"name": name, "words": words}
        raise cherrypy.HTTPRedirect("/entry")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def entry(self):
        return cherrypy.session.get("entry")

    @cherrypy.expose
    @cherrypy.tools.json_in()
    @cherrypy.tools.json_out()
    def total(self):
        return {"total": sum(cherrypy.request.json)}

    @cherrypy.expose
    def secret(self):
        return f"Good day, {cherrypy.request.login}"

    @cherrypy.expose
    def upload(self, file):
        return f"{file.filename}: {len(file.file.read())} bytes"

    @cherrypy.expose
    def boom(self):
        raise ValueError("a fault of the page")


public = pathlib.Path.cwd() / "public"
config = {
    "global": {
        "server.socket_port": 0,
        "engine.autoreload.on": False,
        "request.show_tracebacks": False,
    },
    "/": {"tools.sessions.on": True, "tools.cpstats.on": True},
    "/static": {"tools.staticdir.on": True, "tools.staticdir.dir": str(public)},
    "/secret": {
        "tools.auth_basic.on": True,
        "tools.auth_basic.realm": "earth",
        "tools.auth_basic.checkpassword": auth_basic.checkpassword_dict({"bird": "bebop"}),
    },
}


@cherrypy.engine.subscribe("main")
def ready():
    cherrypy.engine.unsubscribe("main", ready)
    cherrypy.engine.log("In the main loop")


cherrypy.quickstart(Root(), "/", config)
"""


@dataclass(frozen=True)
class Answer:
    """What a site answered."""

    status: int
    headers: HTTPMessage
    text: str
    url: str

    def json(self) -> Any:
        return json.loads(self.text)


class Browser:
    """Ask a site, follow its redirections and keep its cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
        )

    def ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        request = urllib.request.Request(self.base + path, body, dict(headers or {}))
        try:
            found = self.opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            found = error
        with found:
            return Answer(found.status, found.headers, found.read().decode(), found.url)

    def post(self, path: str, **fields: str) -> Answer:
        return self.ask(path, urlencode(fields).encode())


class Site:
    """A process that serves a site; what it logs is read as it comes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._coming: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.base = ""

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._coming.put(line.rstrip("\n"))
        self._coming.put("")

    def wait_for(self, pattern: str) -> re.Match[str]:
        """Wait until a line of the log matches."""
        while True:
            line = self._coming.get(timeout=PATIENCE)
            assert line or self.process.poll() is None, f"no {pattern!r} in {self.lines}"
            self.lines.append(line)
            if found := re.search(pattern, line):
                return found

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, wait for the end and return the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while not self._coming.empty():
            self.lines.append(self._coming.get())
        return status

    @property
    def log(self) -> str:
        return "\n".join(self.lines)


@contextlib.contextmanager
def serving(place: Path, *arguments: str, until: str = SERVING) -> Iterator[Site]:
    """Run a program that serves a site, until the end of the block at the latest.

    It sees what is installed, neither this directory nor the path of the environment, and every
    warning is an error.
    """
    command = [sys.executable, "-I", "-W", "error", *arguments]
    with subprocess.Popen(
        command, cwd=place, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        site = Site(process)
        try:
            found = site.wait_for(until)
            site.base = found[1] if found.groups() else ""
            yield site
        finally:
            process.kill()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("a site")
    (directory / "site.py").write_text(PROGRAM)
    (directory / "public").mkdir()
    (directory / "public" / "site.css").write_text(STYLE)
    (directory / "private.txt").write_text("not for you")
    return directory


@pytest.fixture(scope="module")
def site(place: Path) -> Iterator[Site]:
    with serving(place, "site.py") as found:
        yield found


@pytest.fixture
def browser(site: Site) -> Browser:
    return Browser(site.base)


def test_index_is_served(browser: Browser) -> None:
    answer = browser.ask("/")
    assert (answer.status, answer.text) == (200, "Hello World!")
    assert answer.headers["Content-Type"] == "text/html;charset=utf-8"
    assert answer.headers["Content-Length"] == "12"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/add?a=2&b=3", "5"),
        ("/add/2/3", "5"),
        ("/add/2?b=4", "6"),
        ("/add?a=2", "3"),
        ("/anything/x/%C3%BC?q=%C3%A4&q=b", "('x', 'ü') [('q', ['ä', 'b'])]"),
    ],
)
def test_parameters_come_from_the_path_and_the_query(
    browser: Browser, path: str, text: str
) -> None:
    assert browser.ask(path).text == text


def test_a_page_asked_with_parameters_that_it_has_not_is_not_found(browser: Browser) -> None:
    assert browser.ask("/add?a=1&c=2").status == 404
    assert browser.ask("/add/1/2/3").status == 404


def test_a_path_that_leads_nowhere_is_not_found_and_logged(browser: Browser, site: Site) -> None:
    answer = browser.ask("/nowhere")
    assert answer.status == 404
    assert "404 Not Found" in answer.text
    site.wait_for('"GET /nowhere HTTP/1.1" 404')


def test_each_visitor_has_a_session(browser: Browser, site: Site) -> None:
    assert [browser.ask("/visits").text for _ in range(3)] == ["1", "2", "3"]
    assert Browser(site.base).ask("/visits").text == "1"


def test_a_form_leads_to_a_page_that_shows_it(browser: Browser) -> None:
    answer = browser.post("/sign", name="Ada", words="Grüß & <b>")
    assert (answer.status, answer.url) == (200, f"{browser.base}/entry")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {"name": "Ada", "words": "Grüß & <b>"}


def test_a_form_is_not_taken_by_another_method(browser: Browser) -> None:
    answer = browser.ask("/sign?name=a&words=b")
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_json_is_read_and_written(browser: Browser) -> None:
    headers = {"Content-Type": "application/json"}
    assert browser.ask("/total", b"[1, 2, 3]", headers).json() == {"total": 6}
    assert browser.ask("/total", b"[1, 2", headers).status == 400
    assert browser.ask("/total", b"1", {"Content-Type": "text/plain"}).status == 415


def test_a_file_is_uploaded(browser: Browser) -> None:
    disposition = 'Content-Disposition: form-data; name="file"; filename="a.bin"'
    body = f"--X\r\n{disposition}\r\n\r\n{'y' * 200_000}\r\n--X--\r\n".encode()
    headers = {"Content-Type": "multipart/form-data; boundary=X"}
    assert browser.ask("/upload", body, headers).text == "a.bin: 200000 bytes"


def test_static_files_are_served_and_nothing_beside_them(browser: Browser) -> None:
    answer = browser.ask("/static/site.css")
    assert (answer.text, answer.headers["Content-Type"]) == (STYLE, "text/css")
    part = browser.ask("/static/site.css", headers={"Range": "bytes=0-3"})
    assert (part.status, part.text) == (206, "body")
    condition = {"If-Modified-Since": answer.headers["Last-Modified"]}
    assert browser.ask("/static/site.css", headers=condition).status == 304
    for path in ("/static/../private.txt", "/static/%2e%2e/private.txt", "/static/none.css"):
        assert browser.ask(path).status in (403, 404)


def test_credentials_are_asked_for(browser: Browser) -> None:
    refused = browser.ask("/secret")
    assert refused.status == 401
    assert refused.headers["WWW-Authenticate"] == 'Basic realm="earth", charset="UTF-8"'
    wrong = base64.b64encode(b"bird:wrong").decode()
    assert browser.ask("/secret", headers={"Authorization": f"Basic {wrong}"}).status == 401
    right = base64.b64encode(b"bird:bebop").decode()
    answer = browser.ask("/secret", headers={"Authorization": f"Basic {right}"})
    assert answer.text == "Good day, bird"


def test_a_fault_is_logged_and_not_shown(browser: Browser, site: Site) -> None:
    answer = browser.ask("/boom")
    assert answer.status == 500
    assert "a fault of the page" not in answer.text
    site.wait_for("ValueError: a fault of the page")
    assert browser.ask("/").status == 200


def test_requests_are_counted(browser: Browser) -> None:
    def total() -> int:
        figures = browser.ask("/statistics/data").json()
        number: int = figures["CherryPy Applications"]["Total Requests"]
        return number

    before = total()
    browser.ask("/")
    assert total() >= before + 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_site_cleanly(place: Path, number: signal.Signals) -> None:
    with serving(place, "site.py") as own:
        own.wait_for("In the main loop")
        assert Browser(own.base).ask("/").status == 200
        assert own.end(number) == 0
    assert "Bus EXITED" in own.log
    assert "Traceback" not in own.log


def scaffold(place: Path, until: str = SERVING) -> contextlib.AbstractContextManager[Site]:
    arguments = ["-m", "cherrypy.scaffold", "--port", "0", "--data", str(place / "data")]
    return serving(place, *arguments, until=until)


def test_the_scaffold_keeps_what_was_entered_over_a_restart(tmp_path: Path) -> None:
    with scaffold(tmp_path) as first:
        browser = Browser(first.base)
        assert "You have been here the first time" in browser.ask("/").text
        assert "You have been here 2 times" in browser.ask("/").text
        assert "Hello, &lt;you&gt;!" in browser.ask("/greet?name=%3Cyou%3E").text
        assert (
            "<b>Ada</b>: Grüß dich"
            in browser.post("/guestbook/sign", name="Ada", words="Grüß dich").text
        )
        style = re.findall(r'rel="stylesheet" href="([^"]+)"', browser.ask("/").text)
        assert browser.ask(style[0].removeprefix(first.base)).headers["Content-Type"] == "text/css"
        assert first.end() == 0
    with scaffold(tmp_path) as second:
        entries = Browser(second.base).ask("/entries").json()
        assert entries == {"entries": [{"name": "Ada", "words": "Grüß dich"}]}
        assert second.end(signal.SIGINT) == 0


@pytest.mark.parametrize("line", ["Bus STARTING", "Serving on", "Bus STARTED"])
def test_the_scaffold_is_interrupted_cleanly_while_it_starts(tmp_path: Path, line: str) -> None:
    with scaffold(tmp_path, until=line) as site:
        assert site.end(signal.SIGINT) == 0
    assert "Traceback" not in site.log
