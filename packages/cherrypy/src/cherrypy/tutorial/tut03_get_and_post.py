"""Tutorial: passing variables. What a form sends is what the method takes."""

from html import escape

import cherrypy
from cherrypy.tutorial import CONFIG


class WelcomePage:
    """A form, and the page that it leads to."""

    @cherrypy.expose
    def index(self) -> str:
        """Ask for a name."""
        return """
            <form action="greetUser" method="get">
              <label>What is your name? <input name="name"></label>
              <button>Greet me</button>
            </form>"""

    @cherrypy.expose
    def greetUser(self, name: str | None = None) -> str:  # noqa: N802 - it is in the url
        """Greet whoever the form names.

        It is the same whether the form sends by GET, in the url, or by POST, in the body.

        Args:
            name: The field ``name`` of the form; None if there was no such field.
        """
        if name:
            # What a visitor sends is text. In a page, it has to be escaped.
            return f"Hey {escape(name)}, what's up?"
        if name is None:
            return 'Please enter your name <a href="./">here</a>.'
        return 'No, really, enter your name <a href="./">here</a>.'


if __name__ == "__main__":
    cherrypy.quickstart(WelcomePage(), config=CONFIG)
