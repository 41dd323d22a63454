"""A small site: what most sites have, in little.

It has pages with and without parameters, a form whose entries are kept in a database, a counter in
the session, a style sheet, and a JSON endpoint. ``cherryd -c site.conf`` serves it.
"""

from cherrypy.scaffold.guestbook import Entry, Guestbook
from cherrypy.scaffold.mounting import application
from cherrypy.scaffold.site import Root, root

__all__ = ["Entry", "Guestbook", "Root", "application", "root"]
