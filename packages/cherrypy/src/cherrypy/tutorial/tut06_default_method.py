"""Tutorial: the default method. It answers for what no attribute stands for.

The path of each user is ``/<name>``. There is no method of that name, so `UsersPage.default` is
called, with what is left of the path as its arguments.
"""

from html import escape

import cherrypy
from cherrypy.tutorial import CONFIG

USERS = {
    "remi": "Remi Delon, CherryPy lead developer",
    "hendrik": "Hendrik Mans, CherryPy co-developer & crazy German",
    "lorenzo": "Lorenzo Lamas, famous actor and singer!",
}


class UsersPage:
    """A list of users, and a page for each."""

    @cherrypy.expose
    def index(self) -> str:
        """List the users."""
        items = "".join(f'<li><a href="./{user}">{user.capitalize()}</a></li>\n' for user in USERS)
        return f"<ul>\n{items}</ul>"

    @cherrypy.expose
    def default(self, user: str) -> str:
        """Answer for ``/<user>``.

        Args:
            user: The rest of the path. A path of two segments would be two arguments; this method
                takes one, so it is answered with 404.
        """
        out = escape(USERS.get(user, "Unknown user. :-("))
        return f'<p>{out}</p>\n<p>[<a href="./">back</a>]</p>'


if __name__ == "__main__":
    cherrypy.quickstart(UsersPage(), config=CONFIG)
