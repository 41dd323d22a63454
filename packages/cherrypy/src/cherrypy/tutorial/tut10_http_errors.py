"""Tutorial: HTTP errors.

An `HTTPError` that is raised anywhere in a page is the answer, with its status. What the visitor
sees is a page of the framework, or one of the site's own, and whether there is a traceback in it
is a matter of config.
"""

from pathlib import Path

import cherrypy
from cherrypy.tutorial import CONFIG

HERE = Path(__file__).parent


class HTTPErrorDemo:
    """Pages that fail in several ways."""

    # Config of an object applies to all pages below it.
    _cp_config = {"error_page.403": str(HERE / "custom_error.html")}  # noqa: RUF012 - never changed

    @cherrypy.expose
    def index(self) -> str:
        """Lead to the errors."""
        trace = cherrypy.request.show_tracebacks
        links = "".join(
            f'<li><a href="/error?code={code}">{code}</a></li>'
            for code in (400, 403, 404, 500, 503)
        )
        return f"""
            <p>Toggle tracebacks <a href="toggleTracebacks">{"off" if trace else "on"}</a></p>
            <p><a href="/doesNotExist">Click me, I'm a broken link!</a></p>
            <p><a href="/messageArg">This error has a message of its own.</a></p>
            <p>These errors are raised by a page:</p>
            <ul>{links}</ul>"""

    @cherrypy.expose
    def toggleTracebacks(self) -> None:  # noqa: N802 - it is in the url
        """Turn tracebacks in pages of unexpected errors on and off, for the whole site."""
        shown = cherrypy.request.show_tracebacks
        cherrypy.config.update({"request.show_tracebacks": not shown})
        # A redirection is raised, too.
        raise cherrypy.HTTPRedirect("/")

    @cherrypy.expose
    def error(self, code: str) -> None:
        """Answer with an error.

        Args:
            code: The status of the error. One that there is not is an error of this page, so 500.
        """
        raise cherrypy.HTTPError(status=code)

    @cherrypy.expose
    def messageArg(self) -> None:  # noqa: N802 - it is in the url
        """Answer with an error and a sentence about it, which the page shows as it is: text."""
        message = "If you construct an HTTPError with a 'message' argument, it is in the page."
        raise cherrypy.HTTPError(500, message=message)


if __name__ == "__main__":
    cherrypy.quickstart(HTTPErrorDemo(), config=CONFIG)
