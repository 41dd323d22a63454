"""One engine, one tree, one server, one config, one log and one toolbox, put together.

The module `cherrypy` is the first assembly. Several of them live in one process and do not see each
other: nothing in here refers to a global.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from cherrypy.assembly.ahead import import_ahead
from cherrypy.assembly.checker import Checker, checker_class
from cherrypy.assembly.engine import Engine
from cherrypy.assembly.logs import SiteLog
from cherrypy.assembly.settings import settings_class
from cherrypy.assembly.sites import application_class, server_class, tree_class
from cherrypy.assembly.toolbox import DefaultToolbox
from cherrypy_web import Application, check_tools

if TYPE_CHECKING:
    from cherrypy.assembly.settings import Settings
    from cherrypy.assembly.sites import SiteApplication, SiteServer, SiteTree
    from cherrypy_config import ConfigSource
    from cherrypy_web import LogManager

__all__ = ["Assembly"]


class Assembly:
    """Everything that it takes to serve a site.

    Args:
        name: What the names of its loggers begin with. Two assemblies need two names.

    Attributes:
        engine: The bus, with the usual plugins.
        tools: The toolbox.
        log: The logs of the site.
        config: The config of the site.
        tree: The applications.
        server: The HTTP server, subscribed to the engine.
        servers: Further ones by name; config entries like ``server.admin.socket_port`` make them.
        config_class: What the config is made of; so for the next ones.
        application_class: What the tree mounts.
        tree_class: A tree that mounts those.
        checker: Looks for mistakes in the configuration when the engine starts.
        checker_class: What that is made of.
        server_class: A server of this tree under this engine.

    Examples:
        >>> site = Assembly("admin")  # beside the first one, which is the module `cherrypy`
        >>> site.log.screen = False
        >>> class Root:
        ...     def index(self):
        ...         return "Hello"
        ...     index.exposed = True
        >>> app = site.tree.mount(Root(), "/", {"/": {"tools.gzip.on": True}})
        >>> app.test_client().get("/").text
        'Hello'
    """

    def __init__(self, name: str = "cherrypy") -> None:
        self.engine: Engine = Engine()
        self.tools: DefaultToolbox = DefaultToolbox(self.engine)
        self.log: LogManager = SiteLog(logger_root=name)
        self.config_class: type[Settings] = settings_class(self)
        self.config: Settings = self.config_class()
        self.application_class: type[SiteApplication] = application_class(self, name)
        self.tree_class: type[SiteTree] = tree_class(self.application_class, self.tools)
        self.tree: SiteTree = self.tree_class()
        self.server_class: type[SiteServer] = server_class(self)
        self.server: SiteServer = self.server_class()
        self.servers: dict[str, SiteServer] = {}
        self.log.screen = True
        self.engine.subscribe("log", self._log_engine)
        self.engine.subscribe("start", self._check_tools, priority=10)
        self.engine.subscribe("start", self._import_ahead, priority=76)  # they are dropped at 77
        self.engine.subscribe("graceful", self.log.reopen_files)
        self.checker_class: type[Checker] = checker_class(self)
        self.checker: Checker = self.checker_class()
        self.engine.subscribe("start", self.checker, priority=10)
        self.server.subscribe()

    def _log_engine(self, msg: str = "", level: int = logging.INFO) -> None:
        self.log.error(msg, "ENGINE", severity=level)

    def _check_tools(self) -> None:
        """Refuse to start where config turns tools on that cannot work, before there is a server.

        Raises:
            ToolConfigError: With everything that is wrong.
        """
        check_tools(app for app in self.tree.apps.values() if isinstance(app, Application))

    def _import_ahead(self) -> None:
        import_ahead(self.engine)

    def quickstart(
        self, root: object = None, script_name: str = "", config: ConfigSource | None = None
    ) -> None:
        """Mount a root object, start the engine with its server, and wait until it is stopped.

        Args:
            root: The object at the root of the site, or an application.
            script_name: The path that it is mounted at, without a slash at its end.
            config: The config of the application: a dict of sections, a file name, or an open file.
                A section ``global`` in it is for the site.
        """
        self.mount(root, script_name, config)
        self.engine.listen_to_the_terminal()
        try:
            self.engine.start()
            self.engine.block()
        except KeyboardInterrupt:  # between the two; while it blocks, the engine sees to it
            self.engine.exit()

    def other_server(self, name: str) -> SiteServer:
        """Return the further server of a name; a new one is subscribed to the engine."""
        if name not in self.servers:
            self.servers[name] = self.server_class()
            self.servers[name].subscribe()
        return self.servers[name]

    def mount(self, root: object, script_name: str, config: Any) -> SiteApplication:
        """Apply the section ``global`` of a config to the site, and mount a root with the rest."""
        sections = self.config.read(config) if config else {}
        if "global" in sections:
            self.config.update(sections)
        return self.tree.mount(root, script_name, sections)
