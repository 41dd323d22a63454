"""The config of a site: flat, with an environment, and with handlers that act at once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from cherrypy.assembly.environments import DEFAULTS, ENVIRONMENTS
from cherrypy_config import Config, NamespaceSet, as_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy.assembly import Assembly
    from cherrypy_config import ConfigSource

__all__ = ["Settings", "settings_class"]

F = TypeVar("F")


class Settings(Config):
    """The config of a site. Its entries take effect when they are set.

    Called, it makes a decorator that gives config to a handler or a class:
    ``@cherrypy.config(**{"tools.gzip.on": True})``.

    Args:
        file: What to begin with: a file, its name, or a dict.
        kwargs: More entries.

    Attributes:
        assembly: What the entries apply to; a class is made for each by `settings_class`.
    """

    assembly: ClassVar[Assembly]
    defaults = DEFAULTS
    environments = ENVIRONMENTS

    def __init__(self, file: ConfigSource | None = None, **kwargs: Any) -> None:
        assembly = self.assembly
        self.namespaces: NamespaceSet = NamespaceSet(
            server=self._set_server,
            engine=assembly.engine.configure,
            log=lambda key, value: setattr(assembly.log, key, value),
            tree=self._set_tree,
            checker=lambda key, value: setattr(assembly.checker, key, value),
        )
        super().__init__(file, **kwargs)

    def __call__(self, **entries: Any) -> Callable[[F], F]:
        """Return a decorator that puts entries into ``_cp_config``.

        Args:
            entries: Config entries, as ``**{"tools.x.on": True}`` since their names have dots.
        """

        def decorate(published: F) -> F:
            merged = {**getattr(published, "_cp_config", {}), **entries}
            published._cp_config = merged  # type: ignore[attr-defined]  # noqa: SLF001 - documented
            return published

        return decorate

    def on_file(self, name: str) -> None:
        """Let the autoreloader watch a config file that was read."""
        self.assembly.engine.autoreload.files.add(name)

    def global_section(self, config: dict[str, Any]) -> dict[str, Any]:
        """Return the part of a source that belongs here; the checker learns of the other parts."""
        if any(name.startswith("/") for name in config):
            self.assembly.checker.global_config_contained_paths = True
        return super().global_section(config)

    def read(self, config: ConfigSource) -> dict[str, Any]:
        """Return the sections of a config, and watch its file."""
        return as_dict(config, on_file=self.on_file)

    def _set_server(self, key: str, value: Any) -> None:
        name, dot, setting = key.rpartition(".")
        server = self.assembly.other_server(name) if dot else self.assembly.server
        if setting == "on":
            (server.subscribe if value else server.unsubscribe)()
            return
        if not hasattr(server, setting):
            self.assembly.engine.log(_unknown(key, setting, server), logging.WARNING)
        setattr(server, setting, value)

    def _set_tree(self, key: str, value: Any) -> None:  # noqa: ARG002 - any name will do
        apps = value if isinstance(value, dict) else {value.script_name: value}
        for script_name, app in apps.items():
            self.assembly.tree.graft(app, script_name)


def _unknown(key: str, setting: str, server: object) -> str:
    """Return a warning: such an attribute may be one of another HTTP server's, or a slip."""
    import difflib  # noqa: PLC0415 - for nothing else

    similar = difflib.get_close_matches(setting, dir(server), 1)
    hint = f"; is {similar[0]} meant?" if similar else ""
    return f"The server has no setting {setting} (server.{key}){hint}"


def settings_class(of: Assembly) -> type[Settings]:
    """Return the class of the config of an assembly."""

    class SiteSettings(Settings):
        __doc__ = Settings.__doc__
        assembly = of

    SiteSettings.__name__ = SiteSettings.__qualname__ = "Config"
    return SiteSettings
