"""What tests change about a site, remembered before and put back after them.

Rule: it is taken and put back while the site's server does not run.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from cherrypy.assembly import Assembly

__all__ = ["SiteState"]

LOG_SETTINGS: Final = ("format", "access_log_format", "screen", "wsgi", "error_file", "access_file")


class SiteState:
    """The config of a site, what is mounted on it, and what its config acts on.

    Tools that were added stay: decorators of other modules may use them.

    Args:
        site: Whose state it is.
    """

    def __init__(self, site: Assembly) -> None:
        self._site = site
        self._config = copy.copy(site.config)
        self._apps = dict(site.tree.apps)
        self._servers = dict(site.servers)
        self._listeners = {channel: set(site.engine.listeners[channel]) for channel in _all(site)}
        self._log = {name: getattr(site.log, name) for name in LOG_SETTINGS}
        self._server = dict(vars(site.server))
        self._autoreload = dict(vars(site.engine.autoreload))
        self._files = set(site.engine.autoreload.files)

    def clear(self) -> None:
        """Put the config back to its defaults, and unmount everything."""
        self._site.config.reset()
        self._site.tree.apps.clear()

    def restore(self) -> None:
        """Put back what has changed."""
        site = self._site
        self._restore_config()
        _replace(site.tree.apps, self._apps)
        _replace(site.servers, self._servers)
        _replace(vars(site.server), self._server)
        _replace(vars(site.engine.autoreload), self._autoreload)
        site.engine.autoreload.files = self._files
        for name, value in self._log.items():
            if getattr(site.log, name) != value:
                setattr(site.log, name, value)
        for channel in _all(site):
            self._restore_listeners(channel)

    def _restore_config(self) -> None:
        config: Any = self._site.config
        config.__dict__.update(copy.copy(self._config).__dict__)
        config.clear()
        dict.update(config, self._config)

    def _restore_listeners(self, channel: str) -> None:
        before, now = self._listeners.get(channel, set()), self._site.engine.listeners[channel]
        for listener in now - before:
            self._site.engine.unsubscribe(channel, listener)
        for listener in before - now:
            self._site.engine.subscribe(channel, listener)


def _all(site: Assembly) -> list[str]:
    return list(site.engine.listeners)


def _replace(found: dict[str, Any], saved: dict[str, Any]) -> None:
    found.clear()
    found.update(saved)
