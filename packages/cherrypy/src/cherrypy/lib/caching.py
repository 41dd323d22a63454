"""How long the running response stays fresh."""

import cherrypy_tools
from cherrypy_serving import ambient

__all__ = ["expires"]

expires = ambient(cherrypy_tools.expires)
