"""Programs as users write them: what must type-check, and what must not."""

from __future__ import annotations

from typing import Any

import cherrypy


class Root:
    """A page of each kind."""

    @cherrypy.expose
    def index(self, name: str = "World") -> str:
        """Greet."""
        cherrypy.response.headers["X-A"] = "b"
        cherrypy.session["name"] = name
        return f"Hello {name}, {cherrypy.request.method}"

    @cherrypy.expose
    @cherrypy.tools.json_in()
    def add(self) -> str:
        return str(cherrypy.request.json["number"])

    @cherrypy.expose(["aka"])
    @cherrypy.tools.gzip(compress_level=6)
    @cherrypy.tools.json_out()
    def data(self) -> dict[str, Any]:
        """Return data."""
        raise cherrypy.HTTPRedirect(cherrypy.url("/"))


class Timing(cherrypy.Tool):
    """A tool of a program's own."""

    def __init__(self) -> None:
        """Hang it on its point."""
        super().__init__("before_handler", self.begin, priority=95)

    def begin(self) -> None:
        """Begin."""
        cherrypy.log("begin")


cherrypy.tools.timing = Timing()


@cherrypy.tools.register("before_finalize", priority=60)
def secure() -> None:
    """Set a header field."""
    cherrypy.response.headers["X-Frame-Options"] = "DENY"


class Timed:
    """A page with the program's own tool."""

    @cherrypy.expose
    @cherrypy.tools.timing()
    def index(self) -> str:
        """Answer."""
        return ""


class App(cherrypy.Application):
    """An application class of a program's own."""


cherrypy.config.update({"server.socket_port": 0})
cherrypy.tree.mount(Root(), "/blog", {"/": {"tools.gzip.on": True}})
cherrypy.quickstart(Root())

cherrypy.log(cherrypy.request.methd)  # type: ignore[attr-defined]
cherrypy.tools.gzip(level=6)  # type: ignore[call-arg]
cherrypy.tools.gzip(compress_level="high")  # type: ignore[arg-type]
cherrypy.tree.mount(Root(), 5)  # type: ignore[arg-type]
raise cherrypy.HTTPError(404, 5)  # type: ignore[arg-type]
