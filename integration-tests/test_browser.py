"""A browser, where pages of one origin use resources of another: what `cors` promises, it keeps."""

from __future__ import annotations

import json
import queue
import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

import cherrypy
from cherrypy.assembly import Assembly

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PATIENCE = 60.0

SCRIPT = """
const api = %s;
async function attempt(path, options) {
  try {
    const answer = await fetch(api + path, options);
    return {
      status: answer.status,
      text: await answer.text(),
      exposed: answer.headers.get("X-Count"),
      kept: answer.headers.get("X-Secret"),
    };
  } catch (error) {
    return {error: error.name};
  }
}
async function report() {
  const found = {};
  for (const [name, path, options] of %s) {
    found[name] = await attempt(path, options);
  }
  await fetch("/report", {method: "POST", body: JSON.stringify(found)});
}
report();
"""

ATTEMPTS: list[tuple[str, str, dict[str, Any]]] = [
    ("read", "/things", {}),
    ("cookie", "/things", {"credentials": "include"}),
    ("put", "/things", {"method": "PUT", "headers": {"X-A": "b"}, "body": "new"}),
    ("delete", "/things", {"method": "DELETE"}),
    ("header", "/things", {"headers": {"X-B": "b"}}),
    ("login", "/closed", {"headers": {"X-A": "b"}}),
    ("wrong", "/nowhere", {}),
    ("failing", "/failing", {}),
    ("closed", "/private", {}),
]


class Things:
    """A resource of the `MethodDispatcher`, which notes what reaches it."""

    exposed = True

    def __init__(self) -> None:
        self.calls: list[str] = []

    def _answer(self, text: str) -> str:
        self.calls.append(cherrypy.request.method)
        cherrypy.response.headers["X-Count"] = str(len(self.calls))
        cherrypy.response.headers["X-Secret"] = "1"
        return text

    def GET(self) -> str:  # noqa: N802 - the method of the request
        """Answer with the cookie that came."""
        return self._answer(cherrypy.request.headers.get("Cookie", "none"))

    def PUT(self) -> str:  # noqa: N802 - the method of the request
        """Answer with the body and the header field that came."""
        body = cherrypy.request.body.read()
        assert body is not None
        return self._answer(body.decode() + cherrypy.request.headers["X-A"])

    def DELETE(self) -> str:  # noqa: N802 - the method of the request
        """Answer, if anybody may ask."""
        return self._answer("deleted")


class Failing:
    """A resource that is broken."""

    exposed = True

    def GET(self) -> str:  # noqa: N802 - the method of the request
        """Fail."""
        raise RuntimeError("broken")


class Api:
    """The resources of the other origin."""

    exposed = True

    def __init__(self) -> None:
        self.things = self.closed = self.private = Things()
        self.failing = Failing()


class Pages:
    """The origin whose pages use them."""

    def __init__(self) -> None:
        self.api = ""
        self.reports: queue.Queue[dict[str, Any]] = queue.Queue()

    @cherrypy.expose
    def index(self) -> str:
        cherrypy.response.cookie["visitor"] = "ann"
        script = SCRIPT % (json.dumps(self.api), json.dumps(ATTEMPTS))
        return f"<!DOCTYPE html><title>Page</title><script>{script}</script>"

    @cherrypy.expose
    def report(self) -> str:
        body = cherrypy.request.body.read()
        assert body is not None
        self.reports.put(json.loads(body))
        return "thanks"


@contextmanager
def served(name: str, root: object, config: dict[str, Any]) -> Iterator[Assembly]:
    site = Assembly(name)
    site.log.screen = False
    site.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": 0})
    site.engine.autoreload.unsubscribe()
    site.tree.mount(root, config=config)
    site.engine.start()
    try:
        yield site
    finally:
        site.engine.exit()


@contextmanager
def browser(url: str, profile: Path) -> Iterator[None]:
    program = shutil.which("chromium")
    assert program
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--no-proxy-server",
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
    ]
    with subprocess.Popen(
        [program, *options, url], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.mark.requires("chromium")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_page_sees_what_its_origin_may_see(tmp_path: Path, host: str) -> None:
    pages, api = Pages(), Api()
    with served("pages", pages, {}) as page_site:
        port = urlsplit(page_site.server.base()).port
        cors = {
            "tools.cors.on": True,
            "tools.cors.origins": f"http://127.0.0.1:{port}",
            "tools.cors.methods": ["GET", "PUT"],
            "tools.cors.headers": "X-A",
            "tools.cors.expose": "X-Count",
            "tools.cors.credentials": True,
            "request.dispatch": cherrypy.dispatch.MethodDispatcher(),
        }
        login = {
            "tools.auth_basic.on": True,
            "tools.auth_basic.realm": "api",
            "tools.auth_basic.checkpassword": lambda *_: False,
        }
        config = {"/": cors, "/closed": login, "/private": {"tools.cors.on": False}}
        with served("api", api, config) as api_site:
            pages.api = api_site.server.base()
            with browser(f"http://{host}:{port}/", tmp_path):
                found = pages.reports.get(timeout=PATIENCE)
    refused = {"error": "TypeError"}
    if host == "localhost":  # another origin: it may send plain requests, and see no answer
        assert found == dict.fromkeys(found, refused)
        assert set(api.things.calls) == {"GET"}
        return
    assert found["read"] == {"status": 200, "text": "none", "exposed": "1", "kept": None}
    assert found["cookie"]["text"] == "visitor=ann"
    assert (found["put"]["status"], found["put"]["text"]) == (200, "newb")
    assert [found[name] for name in ("delete", "header", "closed")] == [refused] * 3
    assert [found[name]["status"] for name in ("login", "wrong", "failing")] == [401, 405, 500]
    assert api.things.calls == ["GET", "GET", "PUT", "GET"]
