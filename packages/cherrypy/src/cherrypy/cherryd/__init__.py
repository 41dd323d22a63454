"""The command ``cherryd``: what it is told, and what it does with a site.

`cherrypy.daemon` is its documented entry. Every mistake that an operator can mend is a
`CommandError`, whose text is all that the terminal shows.
"""

from cherrypy.cherryd.errors import CommandError

__all__ = ["CommandError"]
