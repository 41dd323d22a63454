"""A page that shows what a session is made of: ``python -m cherrypy.test.sessiondemo``."""

from __future__ import annotations

import time
from html import escape

import cherrypy
from cherrypy.lib import sessions

__all__ = ["Root"]

PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Session demo</title></head>
<body>
<h1>Session demo</h1>
<p><a href="index">Reload</a> to be counted again, <a href="regen">get another id</a>,
or <a href="expire">let the session expire</a>.</p>
<table>
{rows}
</table>
</body>
</html>
"""


class Root:
    """The pages of the demo."""

    @cherrypy.expose
    def index(self) -> str:
        """Count a visit, and show the session."""
        session = cherrypy.session
        session["visits"] = session.get("visits", 0) + 1
        return self._page(f"Visit {session['visits']}")

    @cherrypy.expose
    def regen(self) -> str:
        """Give the session another id."""
        cherrypy.session.regenerate()
        return self._page("Another id")

    @cherrypy.expose
    def expire(self) -> str:
        """Forget the session, here and at the client."""
        sessions.expire()
        return self._page("The cookie has expired")

    def _page(self, what: str) -> str:
        session = cherrypy.session
        cookie = cherrypy.request.cookie.get("session_id")
        rows = {
            "What happened": what,
            "Session id": session.id,
            "Id that came": cookie.value if cookie else "none",
            "Was it unknown": session.missing,
            "Data": dict(session.items()),
            "Store": type(session).__name__,
            "Server's time": time.strftime("%H:%M:%S"),
        }
        return PAGE.format(
            rows="\n".join(
                f"<tr><th>{name}</th><td>{escape(str(value))}</td></tr>"
                for name, value in rows.items()
            )
        )


CONFIG = {"/": {"tools.sessions.on": True}}

if __name__ == "__main__":
    cherrypy.quickstart(Root(), "", CONFIG)
