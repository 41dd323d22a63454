"""The pages of the site. A page is a method; its parameters come from the url or a form."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import cherrypy
from cherrypy.scaffold.guestbook import Entry

__all__ = ["Root", "root"]

PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<header>
<a href="{home}">Home</a>
<a href="{greet}">Greeting</a>
<a href="{book}">Guestbook</a>
</header>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""

FORM: Final = """<form method="post" action="{action}">
<label>Name <input name="name" required maxlength="80"></label>
<label>Words <input name="words" required maxlength="500"></label>
<button>Sign</button>
</form>
"""

MAX_NAME: Final = 80
MAX_WORDS: Final = 500
SHOWN: Final = 20


def page(title: str, content: str) -> str:
    """Return a page of the site.

    Args:
        title: Its title, as text.
        content: What stands below it, as HTML.
    """
    return PAGE.format(
        title=escape(title),
        content=content,
        style=cherrypy.url("/static/site.css"),
        home=cherrypy.url("/"),
        greet=cherrypy.url("/greet", qs={"name": "you"}),
        book=cherrypy.url("/guestbook/"),
    )


class GuestbookPages:
    """The guestbook: the entries, and a form to add one."""

    @cherrypy.expose
    def index(self) -> str:
        """Show the newest entries."""
        items = "".join(
            f"<li><b>{escape(entry.name)}</b>: {escape(entry.words)}</li>" for entry in latest()
        )
        form = FORM.format(action=cherrypy.url("/guestbook/sign"))
        data = f'<p><a href="{cherrypy.url("/entries")}">The same as JSON</a></p>'
        return page("Guestbook", f"{form}<ul>{items}</ul>{data}")

    @cherrypy.expose
    def sign(self, name: str = "", words: str = "") -> None:
        """Add an entry, and show the guestbook again.

        Raises:
            HTTPError: 405, the form was not posted; 400, a field is empty or too long.
            HTTPRedirect: To the guestbook.
        """
        if cherrypy.request.method != "POST":
            cherrypy.response.headers["Allow"] = "POST"
            raise cherrypy.HTTPError(405)
        for field, value, limit in (("name", name, MAX_NAME), ("words", words, MAX_WORDS)):
            if not 0 < len(value.strip()) <= limit:
                raise cherrypy.HTTPError(400, f"{field} must have 1 to {limit} characters")
        cherrypy.engine.publish("guestbook-add", Entry(name.strip(), words.strip()))
        raise cherrypy.HTTPRedirect(cherrypy.url("/guestbook/"))


class Root:
    """The site."""

    def __init__(self) -> None:
        self.guestbook: GuestbookPages = GuestbookPages()

    @cherrypy.expose
    def index(self) -> str:
        """Welcome, and count the visits of this session."""
        visits = cherrypy.session.get("visits", 0) + 1
        cherrypy.session["visits"] = visits
        times = "the first time" if visits == 1 else f"{visits} times"
        return page("Welcome", f"<p>You have been here {times}.</p>")

    @cherrypy.expose
    def greet(self, name: str = "World") -> str:
        """Greet somebody by name."""
        return page("Greeting", f"<p>Hello, {escape(name)}!</p>")

    @cherrypy.expose
    @cherrypy.tools.json_out()
    def entries(self) -> dict[str, Any]:
        """Return the newest entries of the guestbook as JSON."""
        return {"entries": [entry._asdict() for entry in latest()]}


root: Final = Root()


def latest() -> list[Entry]:
    """Return the newest entries of the guestbook."""
    (entries,) = cherrypy.engine.publish("guestbook-latest", SHOWN)
    found: list[Entry] = entries
    return found
