"""Tutorial: object inheritance. What all pages of a site have in common is in their base class."""

import cherrypy
from cherrypy.tutorial import CONFIG


class Page:
    """The frame of a page."""

    title = "Untitled Page"
    """What is in its head and above its content; each page has its own."""

    def header(self) -> str:
        """Return what stands before the content. It has no mark, so it is not a page itself."""
        return f"""<!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><title>{self.title}</title></head>
            <body>
            <h2>{self.title}</h2>
        """

    def footer(self) -> str:
        """Return what stands after it."""
        return """
            </body>
            </html>
        """


class HomePage(Page):
    """The page at ``/``."""

    title = "Tutorial 5"

    def __init__(self) -> None:
        self.another: AnotherPage = AnotherPage()

    @cherrypy.expose
    def index(self) -> str:
        """Return a content in its frame."""
        content = """
            <p>Isn't this exciting? There's <a href="./another/">another page</a>, too!</p>"""
        return self.header() + content + self.footer()


class AnotherPage(Page):
    """The page at ``/another/``."""

    title = "Another Page"

    @cherrypy.expose
    def index(self) -> str:
        """Return another content in the same frame."""
        content = """
            <p>And this is the amazing second page! <a href="../">Back</a></p>"""
        return self.header() + content + self.footer()


if __name__ == "__main__":
    cherrypy.quickstart(HomePage(), config=CONFIG)
