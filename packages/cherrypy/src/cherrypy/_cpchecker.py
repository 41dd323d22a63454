"""The checker of the site's configuration, under its documented name."""

from typing import TYPE_CHECKING

from cherrypy import _assembly

if TYPE_CHECKING:
    from cherrypy.assembly.checker import Checker
else:
    Checker = _assembly.checker_class

__all__ = ["Checker"]
