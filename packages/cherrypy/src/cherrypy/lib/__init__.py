"""What the default tools do, bound to the running request: one module per topic."""

from cherrypy.lib import httputil, reprconf
from cherrypy_static import file_generator, file_generator_limited
from cherrypy_tools import set_vary_header
from cherrypy_web import is_closable_iterator, is_iterator

__all__ = [
    "file_generator",
    "file_generator_limited",
    "httputil",
    "is_closable_iterator",
    "is_iterator",
    "reprconf",
    "set_vary_header",
]
