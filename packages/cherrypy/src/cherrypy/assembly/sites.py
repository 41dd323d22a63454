"""The classes of one assembly, bound to it: so each of them is made without naming its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from cherrypy._version import __version__
from cherrypy.assembly.favicon import add_favicon
from cherrypy_server import Server
from cherrypy_web import Application, Response, Tree

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly
    from cherrypy.assembly.toolbox import DefaultToolbox
    from cherrypy_config import ConfigSource

__all__ = ["SiteResponse", "SiteServer", "application_class", "server_class", "tree_class"]


class SiteResponse(Response):
    """A response that names the product in its field ``Server``."""

    server_header = f"CherryPy/{__version__}"


def application_class(assembly: Assembly, logger_root: str) -> type[Application]:
    """Return the class of the applications of an assembly.

    Args:
        assembly: The assembly; its toolbox, config and engine must be there.
        logger_root: What the names of their loggers begin with.
    """
    notifier = assembly.engine.notifier

    class SiteApplication(Application):
        __doc__ = Application.__doc__
        response_class = SiteResponse
        toolboxes = {"tools": assembly.tools}  # noqa: RUF012 - documented: programs add to it
        site_config = assembly.config
        before_request = (notifier("acquire_thread", "before_request"),)
        after_request = (notifier("after_request"),)

        def on_file(self, name: str) -> None:
            """Let the autoreloader watch a config file that was read."""
            assembly.config.on_file(name)

    SiteApplication.logger_root = logger_root
    SiteApplication.__name__ = SiteApplication.__qualname__ = "Application"
    return SiteApplication


def tree_class(application: type[Application], tools: DefaultToolbox) -> type[Tree]:
    """Return the class of a tree that mounts applications of a class.

    Args:
        application: The class.
        tools: The toolbox of the site.
    """

    class SiteTree(Tree):
        __doc__ = Tree.__doc__
        application_class = application

        def mount(
            self, root: object, script_name: str | None = "", config: ConfigSource | None = None
        ) -> Application:
            app = super().mount(root, script_name, config)
            if app is not root and not app.script_name:
                add_favicon(app, tools)
            return app

        mount.__doc__ = Tree.mount.__doc__

    SiteTree.__name__ = SiteTree.__qualname__ = "Tree"
    return SiteTree


class SiteServer(Server):
    """Serve a site over HTTP while its engine runs.

    Make another one, and subscribe it, to serve the same site on another address too.

    Attributes:
        assembly: The site; a class is made for each by `server_class`.
    """

    assembly: ClassVar[Assembly]

    def __init__(self) -> None:
        super().__init__(self.assembly.engine, self.assembly.tree)


def server_class(of: Assembly) -> type[SiteServer]:
    """Return the class of the servers of an assembly; its engine and tree must be there."""

    class BoundServer(SiteServer):
        __doc__ = SiteServer.__doc__
        assembly = of

    BoundServer.__name__ = BoundServer.__qualname__ = "Server"
    return BoundServer
