"""The classes of one assembly, bound to it: so each of them is made without naming its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from cherrypy._version import __version__
from cherrypy.assembly.favicon import add_favicon
from cherrypy_server import Server
from cherrypy_server.adapter import STARTS, priority
from cherrypy_web import Application, Response, Tree

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly
    from cherrypy.assembly.toolbox import DefaultToolbox
    from cherrypy_config import ConfigSource
    from cherrypy_testing import Client

__all__ = [
    "SiteApplication",
    "SiteResponse",
    "SiteServer",
    "SiteTree",
    "application_class",
    "server_class",
    "tree_class",
]


class SiteResponse(Response):
    """A response that names the product in its field ``Server``."""

    server_header = f"CherryPy/{__version__}"


class SiteApplication(Application):
    """A site below one path: a tree of objects whose methods are pages. It is a WSGI application.

    Its arguments and attributes are those of `cherrypy_web.Application`.
    """

    response_class: type[Response] = SiteResponse

    def test_client(self, **options: Any) -> Client:
        """Return a client that asks this application in process, without a server.

        It keeps cookies. Paths begin with the script name, as those that a browser asks for.

        Args:
            options: Those of `cherrypy_testing.Client`.
        """
        from cherrypy_testing import Client  # noqa: PLC0415 - only tests need it

        tree = Tree()
        tree.graft(self, self._script_name or "")
        return Client(tree, **options)


class SiteTree(Tree):
    """What is mounted where on one server. It is a WSGI application."""

    application_class: ClassVar[type[SiteApplication]]
    tools: ClassVar[DefaultToolbox]

    def mount(
        self, root: object, script_name: str | None = "", config: ConfigSource | None = None
    ) -> SiteApplication:
        """Mount an application; see `cherrypy_web.Tree.mount`."""
        app = super().mount(root, script_name, config)
        if app is not root and not app.script_name:
            add_favicon(app, self.tools)
        return cast("SiteApplication", app)


def application_class(assembly: Assembly, logger_root: str) -> type[SiteApplication]:
    """Return the class of the applications of an assembly.

    Args:
        assembly: The assembly; its toolbox, config and engine must be there.
        logger_root: What the names of their loggers begin with.
    """
    notifier = assembly.engine.notifier

    class BoundApplication(SiteApplication):
        __doc__ = Application.__doc__
        toolboxes = {"tools": assembly.tools}  # noqa: RUF012 - documented: programs add to it
        site_config = assembly.config
        before_request = (notifier("acquire_thread", "before_request"),)
        after_request = (notifier("after_request"),)
        running = assembly.engine.timeout_monitor.active

        def on_file(self, name: str) -> None:
            """Let the autoreloader watch a config file that was read."""
            assembly.config.on_file(name)

    BoundApplication.logger_root = logger_root
    BoundApplication.__name__ = BoundApplication.__qualname__ = "Application"
    return BoundApplication


def tree_class(application: type[SiteApplication], toolbox: DefaultToolbox) -> type[SiteTree]:
    """Return the class of a tree that mounts applications of a class.

    Args:
        application: The class.
        toolbox: The toolbox of the site.
    """

    class BoundTree(SiteTree):
        __doc__ = Tree.__doc__
        application_class = application
        tools = toolbox

    BoundTree.__name__ = BoundTree.__qualname__ = "Tree"
    return BoundTree


class SiteServer(Server):
    """Serve a site over HTTP while its engine runs.

    Make another one, and subscribe it, to serve the same site on another address too.

    Attributes:
        assembly: The site; a class is made for each by `server_class`.
        allowed_hosts_required: Whether it refuses to start without `allowed_hosts`.
    """

    assembly: ClassVar[Assembly]
    allowed_hosts_required: bool = False

    def __init__(self) -> None:
        super().__init__(self.assembly.engine, self.assembly.tree)

    @priority(STARTS)
    def start(self) -> None:
        """Make the HTTP server from the settings, unless one was given, and serve.

        Raises:
            BindError: The address is in use or cannot be had; the message names it.
            ValueError: There is no address, or no list of hosts though there has to be one.
        """
        self.require_allowed_hosts()
        super().start()

    def require_allowed_hosts(self) -> None:
        """Refuse to go on where the hosts of the site have to be listed, and are not.

        Raises:
            ValueError: With what to write.
        """
        if self.allowed_hosts_required and not self.allowed_hosts:
            raise ValueError(
                "server.allowed_hosts_required is True, as in the environment 'hardened', and "
                "there are none: write server.allowed_hosts: ['www.example.com'], with the names "
                "that clients know this site by"
            )


def server_class(of: Assembly) -> type[SiteServer]:
    """Return the class of the servers of an assembly; its engine and tree must be there."""

    class BoundServer(SiteServer):
        __doc__ = SiteServer.__doc__
        assembly = of

    BoundServer.__name__ = BoundServer.__qualname__ = "Server"
    return BoundServer
