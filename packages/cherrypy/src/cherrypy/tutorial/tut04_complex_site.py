"""Tutorial: multiple objects. A site is a tree: an attribute of an object is a step in the path."""

import cherrypy
from cherrypy.tutorial import CONFIG


class HomePage:
    """The page at ``/``."""

    @cherrypy.expose
    def index(self) -> str:
        """Lead to the other pages."""
        return """
            <p>Hi, this is the home page! Check out the other fun stuff on this site:</p>
            <ul>
              <li><a href="/joke/">A silly joke</a></li>
              <li><a href="/links/">Useful links</a></li>
            </ul>"""


class JokePage:
    """The page at ``/joke/``."""

    @cherrypy.expose
    def index(self) -> str:
        """Tell a joke."""
        return """
            <p>Why did the web server cross the road? To get to the other site.</p>
            <p>[<a href="../">Return</a>]</p>"""


class LinksPage:
    """The page at ``/links/``, which has one below it."""

    def __init__(self) -> None:
        # A page can make the pages below it, so that nobody else needs to know of them.
        self.extra: ExtraLinksPage = ExtraLinksPage()

    @cherrypy.expose
    def index(self) -> str:
        """List some links."""
        return """
            <p>Here are some useful links:</p>
            <ul>
              <li><a href="https://cherrypy.dev/">CherryPy</a></li>
              <li><a href="https://www.python.org/">Python</a></li>
            </ul>
            <p>You can check out some extra useful links <a href="./extra/">here</a>.</p>
            <p>[<a href="../">Return</a>]</p>"""


class ExtraLinksPage:
    """The page at ``/links/extra/``."""

    @cherrypy.expose
    def index(self) -> str:
        """List some more links. The way back is relative, so this page may stand anywhere."""
        return """
            <p>Here are some extra useful links:</p>
            <ul>
              <li><a href="https://docs.python.org/3/">The documentation of Python</a></li>
              <li><a href="https://developer.mozilla.org/">Of the web</a></li>
            </ul>
            <p>[<a href="../">Return to links page</a>]</p>"""


# Objects may also be put together from outside.
root: HomePage = HomePage()
root.joke = JokePage()  # type: ignore[attr-defined]  # any attribute is a step in the path
root.links = LinksPage()  # type: ignore[attr-defined]


if __name__ == "__main__":
    cherrypy.quickstart(root, config=CONFIG)
