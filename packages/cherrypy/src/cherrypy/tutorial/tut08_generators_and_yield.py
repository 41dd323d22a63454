"""Bonus tutorial: generators. A page may be yielded, part after part.

That is handy where a page is made of many small parts. The whole is still sent at once: a page is
sent while it is made only with ``response.stream``.
"""

from collections.abc import Iterator

import cherrypy
from cherrypy.tutorial import CONFIG


class GeneratorDemo:
    """A page that is a generator."""

    def header(self) -> str:
        """Return what stands before the content."""
        return "<!doctype html><title>Generators rule!</title><body><h2>Generators rule!</h2>"

    def footer(self) -> str:
        """Return what stands after it."""
        return "</body>"

    @cherrypy.expose
    def index(self) -> Iterator[str]:
        """Yield the page."""
        users = ["Remi", "Carlos", "Hendrik", "Lorenzo Lamas"]

        yield self.header()
        yield "<h3>List of users:</h3>"
        for user in users:
            yield f"{user}<br>"
        yield self.footer()


if __name__ == "__main__":
    cherrypy.quickstart(GeneratorDemo(), config=CONFIG)
