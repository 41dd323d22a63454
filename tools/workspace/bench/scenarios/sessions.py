"""A session, read and written."""

# ruff: noqa: PLC0415 - a peer is imported only in its own environment

import tempfile
from collections.abc import Callable

from workspace.bench.wsgi import Request, ask, asking

GROUP = "tools"
CASES = {
    "session-ram": "RAM session, read and written",
    "session-file": "File session, read and written",
}


def cherrypy(case: str) -> Callable[[], object]:
    """Count the visits of one client."""
    import cherrypy

    class Root:
        @cherrypy.expose
        def index(self) -> str:
            count: int = cherrypy.session.get("count", 0) + 1
            cherrypy.session["count"] = count
            return str(count)

    config: dict[str, object] = {"tools.sessions.on": True}
    if case == "session-file":
        config["tools.sessions.storage_class"] = cherrypy.lib.sessions.FileSession
        config["tools.sessions.storage_path"] = tempfile.mkdtemp()
    cherrypy.config.update({"log.screen": False})
    application = cherrypy.Application(Root(), "", {"/": config})
    cookie = ask(application, Request("/")).headers["set-cookie"].partition(";")[0]
    headers = {"Cookie": f"theme=dark; visited=1; {cookie}"}
    return asking(application, Request("/", headers=headers), b"2")


ours = cherrypy
