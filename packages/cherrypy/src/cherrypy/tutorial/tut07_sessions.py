"""Tutorial: sessions. A dict for each visitor, kept from one request to the next."""

import cherrypy
from cherrypy.tutorial import CONFIG


# Decorated with a tool, a class switches it on for all its pages.
@cherrypy.tools.sessions()
class HitCounter:
    """A page that counts how often a visitor has been here."""

    @cherrypy.expose
    def index(self) -> str:
        """Count this visit."""
        count = cherrypy.session.get("count", 0) + 1
        # In memory a session may hold any object; in most other stores, what can be pickled.
        cherrypy.session["count"] = count
        return f"""
            <p>During your current session, you've viewed this page {count} times!
            Your life is a patio of fun!</p>"""


if __name__ == "__main__":
    cherrypy.quickstart(HitCounter(), config=CONFIG)
