"""The site that the tests of deployment serve: its file becomes `pages.py` of the documentation."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cherrypy
from cherrypy.lib.static import serve_file

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = Path(__file__).parent
PATIENCE = 30.0


def note(word: str) -> None:
    """Write down what happens to the engine of this process."""
    with (PLACE / "life.log").open("a") as log:
        log.write(f"{word} {os.getpid()}\n")
    sys.stderr.write(f"engine: {word}\n")  # in one piece, for whoever waits for it


cherrypy.config.update({"log.error_file": str(PLACE / "error.log")})
for channel in ("start", "stop"):
    cherrypy.engine.subscribe(channel, lambda word=channel: note(word))


class Root:
    _cp_config = {  # noqa: RUF012 - the documented form
        "tools.sessions.on": True,
        "tools.sessions.storage_class": cherrypy.lib.sessions.FileSession,
        "tools.sessions.storage_path": str(PLACE / "sessions"),
    }

    @cherrypy.expose
    def index(self) -> str:
        return "Hello World!"

    @cherrypy.expose
    def greet(self, name: str, times: str = "1") -> str:
        return f"Hello {name}!" * int(times)

    @cherrypy.expose
    def upload(self, file: Any) -> str:
        content = file.file.read()
        return f"{file.filename} {len(content)} {hashlib.sha256(content).hexdigest()}"

    @cherrypy.expose
    @cherrypy.config(**{"response.stream": True})
    def stream(self) -> Iterator[str]:
        return (f"line {number}\n" for number in range(5000))

    @cherrypy.expose
    def leave(self) -> None:
        raise cherrypy.HTTPRedirect("/greet?name=you")

    @cherrypy.expose
    def visit(self) -> str:
        cherrypy.session["visits"] = cherrypy.session.get("visits", 0) + 1
        return str(cherrypy.session["visits"])

    @cherrypy.expose
    def fail(self) -> None:
        raise RuntimeError("a secret")

    @cherrypy.expose
    def file(self) -> Any:
        return serve_file(str(PLACE / "numbers.txt"), "text/plain")

    @cherrypy.expose
    def main(self) -> str:
        """Wait until somebody publishes what a plugin may wait for."""
        heard = threading.Event()
        cherrypy.engine.subscribe("main", heard.set)
        try:
            return str(heard.wait(PATIENCE))
        finally:
            cherrypy.engine.unsubscribe("main", heard.set)

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def where(self) -> dict[str, Any]:
        request = cherrypy.request
        return {
            "base": request.base,
            "client": request.remote.ip,
            "process": os.getpid(),
            "url": cherrypy.url("/where"),
        }
