"""The applications of one assembly: they know its toolbox, its config and its engine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cherrypy._version import __version__
from cherrypy_web import Application, Response, Tree

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly

__all__ = ["application_class", "tree_class"]


class SiteResponse(Response):
    """A response that names the product in its field ``Server``."""

    server_header = f"CherryPy/{__version__}"


def application_class(assembly: Assembly, logger_root: str) -> type[Application]:
    """Return the class of the applications of an assembly.

    Args:
        assembly: The assembly; its toolbox, config and engine must be there.
        logger_root: What the names of their loggers begin with.
    """
    publish = assembly.engine.publish

    class SiteApplication(Application):
        __doc__ = Application.__doc__
        response_class = SiteResponse
        toolboxes = {"tools": assembly.tools}  # noqa: RUF012 - documented: programs add to it
        site_config = assembly.config
        before_request = (partial(publish, "acquire_thread"), partial(publish, "before_request"))
        after_request = (partial(publish, "after_request"),)

    SiteApplication.logger_root = logger_root
    SiteApplication.__name__ = SiteApplication.__qualname__ = "Application"
    return SiteApplication


def tree_class(application: type[Application]) -> type[Tree]:
    """Return the class of a tree that mounts applications of a class."""

    class SiteTree(Tree):
        __doc__ = Tree.__doc__
        application_class = application

    SiteTree.__name__ = SiteTree.__qualname__ = "Tree"
    return SiteTree
