"""Applications and trees of the site, under their documented names."""

from typing import TYPE_CHECKING

from cherrypy import Application, _assembly

if TYPE_CHECKING:
    from cherrypy_web import Tree
else:
    Tree = _assembly.tree_class

__all__ = ["Application", "Tree"]
