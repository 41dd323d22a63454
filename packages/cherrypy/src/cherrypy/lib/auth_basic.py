"""Basic credentials of the running request (RFC 7617)."""

import cherrypy_auth
from cherrypy_auth import checkpassword_dict
from cherrypy_serving import ambient

__all__ = ["basic_auth", "checkpassword_dict"]

basic_auth = ambient(cherrypy_auth.basic_auth)
