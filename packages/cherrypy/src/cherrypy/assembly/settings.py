"""The config of a site: flat, with an environment, and with handlers that act at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from cherrypy_config import Config, NamespaceSet, as_dict

if TYPE_CHECKING:
    from collections.abc import Callable

    from cherrypy.assembly import Assembly
    from cherrypy_config import ConfigSource

__all__ = ["DEFAULTS", "ENVIRONMENTS", "Settings"]

F = TypeVar("F")

#: The tools that are on unless config turns them off.
DEFAULTS: dict[str, Any] = {
    "tools.log_tracebacks.on": True,
    "tools.log_headers.on": True,
    "tools.trailing_slash.on": True,
    "tools.encode.on": True,
}

_WITHOUT_WATCHING: dict[str, Any] = {
    "engine.autoreload.on": False,
    "tools.log_headers.on": False,
}
_HIDING: dict[str, Any] = {
    "request.show_tracebacks": False,
    "request.show_mismatched_params": False,
}
_PRODUCTION = _WITHOUT_WATCHING | _HIDING | {"log.screen": False}

#: What the key ``environment`` stands for. Programs may change these and add others.
ENVIRONMENTS: dict[str, dict[str, Any]] = {
    "staging": _WITHOUT_WATCHING | _HIDING,
    "production": _PRODUCTION.copy(),
    "embedded": _PRODUCTION | {"engine.SIGHUP": None, "engine.SIGTERM": None},
    "test_suite": _WITHOUT_WATCHING
    | {
        "request.show_tracebacks": True,
        "request.show_mismatched_params": True,
        "log.screen": False,
    },
}


class Settings(Config):
    """The config of a site. Its entries take effect when they are set.

    Called, it makes a decorator that gives config to a handler or a class:
    ``@cherrypy.config(**{"tools.gzip.on": True})``.

    Args:
        assembly: What the entries apply to.
    """

    defaults = DEFAULTS
    environments = ENVIRONMENTS

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self.namespaces = NamespaceSet(
            server=self._set_server,
            engine=assembly.engine.configure,
            log=lambda key, value: setattr(assembly.log, key, value),
            tree=self._set_tree,
        )
        super().__init__()

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
        self._assembly.engine.autoreload.files.add(name)

    def read(self, config: ConfigSource) -> dict[str, Any]:
        """Return the sections of a config, and watch its file."""
        if isinstance(config, str):
            self.on_file(config)
        return as_dict(config)

    def _set_server(self, key: str, value: Any) -> None:
        setattr(self._assembly.server, key, value)

    def _set_tree(self, key: str, value: Any) -> None:
        setattr(self._assembly.tree, key, value)
