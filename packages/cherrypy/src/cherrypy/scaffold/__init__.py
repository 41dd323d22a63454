"""A small real site, to copy and begin a project with.

It has what most sites have: pages with and without parameters, a form whose entries are kept in a
database, a counter in the session, a style sheet, and a JSON endpoint. Serve it with
``python -m cherrypy.scaffold``, or in this directory with ``cherryd -c site.conf``.
"""

from cherrypy.scaffold.guestbook import Entry, Guestbook
from cherrypy.scaffold.mounting import CONFIG, application
from cherrypy.scaffold.site import Root, root

__all__ = ["CONFIG", "Entry", "Guestbook", "Root", "application", "root"]
