"""Tutorial: multiple methods. Each page is a method, and its name is in the url."""

import cherrypy
from cherrypy.tutorial import CONFIG


class HelloWorld:
    """An application with two pages."""

    @cherrypy.expose
    def index(self) -> str:
        """Answer for ``/`` with a link to the other page."""
        return 'We have an <a href="show_msg">important message</a> for you!'

    @cherrypy.expose
    def show_msg(self) -> str:
        """Answer for ``/show_msg``."""
        return "Hello world!"


if __name__ == "__main__":
    cherrypy.quickstart(HelloWorld(), config=CONFIG)
