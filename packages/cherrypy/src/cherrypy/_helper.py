"""Functions of the top level, under their documented names."""

from cherrypy import expose, popargs, url
from cherrypy_web import normalize_path

__all__ = ["expose", "normalize_path", "popargs", "url"]
