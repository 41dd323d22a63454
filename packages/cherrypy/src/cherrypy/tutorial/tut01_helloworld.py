"""Tutorial: Hello World. The smallest application that there is."""

import cherrypy
from cherrypy.tutorial import CONFIG


class HelloWorld:
    """The application: an object with a page."""

    # The mark says that this method is a page. A method without it cannot be reached from outside.
    @cherrypy.expose
    def index(self) -> str:
        """Answer for ``/``: `index` is the page of the object itself."""
        return "Hello world!"


if __name__ == "__main__":
    # It mounts the object at the root of the site, starts the server, and waits for Ctrl-C.
    cherrypy.quickstart(HelloWorld(), config=CONFIG)
