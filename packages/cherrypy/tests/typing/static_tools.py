"""What type-checks with the tools for static files, and what does not."""

from collections.abc import Iterator
from typing import assert_type

import cherrypy
from cherrypy.lib import static

tools = cherrypy.tools


class Root:
    files = tools.staticdir.handler(section="/files", dir="/srv/files", index="index.html")

    @cherrypy.expose
    @tools.staticdir(dir="static", root="/srv", content_types={"gif": "image/gif"}, etag=True)
    def default(self, *_: str) -> str:
        return ""

    @cherrypy.expose
    @tools.staticfile(filename="/srv/style.css", max_age=60, precompressed=True)
    def style(self) -> str:
        return ""


tools.staticdir(dir="/srv", indx="index.html")  # type: ignore[call-arg]
tools.staticdir(dir=5)  # type: ignore[arg-type]
tools.staticdir(dir="/srv", follow_symlinks="no")  # type: ignore[arg-type]
tools.staticfile(filename="/srv/a", index="index.html")  # type: ignore[call-arg]
tools.staticfile(filename="/srv/a", max_age="60")  # type: ignore[arg-type]

assert_type(static.staticdir("/static", "/srv", match="x"), bool)
static.staticdir("/static", "/srv", matches="x")  # type: ignore[call-arg]
assert_type(static.staticfile("/srv/a", None), bool)
static.serve_file("/srv/a", disposition=True)  # type: ignore[arg-type]
assert_type(static.advice({"tools.staticdir.on": True}), Iterator[str])
static.advice(None)  # type: ignore[arg-type]
