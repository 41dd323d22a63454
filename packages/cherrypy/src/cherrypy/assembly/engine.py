"""The process bus of a site, with the plugins that every site has.

A plugin that only a program run from a terminal wants (signals) is there, but not subscribed.
"""

from __future__ import annotations

import sys
from typing import Any

from cherrypy.assembly.timeouts import TimeoutMonitor
from cherrypy_bus import Autoreloader, Bus, SignalHandler, ThreadManager

__all__ = ["Engine"]


class Engine(Bus):
    """A bus whose plugins are attributes, so that config can reach them by name.

    Attributes:
        autoreload: Restarts the process when a file that it was made from changes.
        thread_manager: Publishes when threads begin and end to serve requests.
        signal_handler: Publishes signals; `cherrypy.quickstart` subscribes it.
        signals: The same, by its older name.
        timeout_monitor: Gives responses up that take too long.
        console_control_handler: Lets console events end the process, on Windows only; subscribed
            with the signals.
    """

    def __init__(self) -> None:
        super().__init__()
        self.autoreload: Autoreloader = Autoreloader(self)
        self.thread_manager: ThreadManager = ThreadManager(self)
        self.signal_handler: SignalHandler = SignalHandler(self)
        self.signals: SignalHandler = self.signal_handler
        self.autoreload.subscribe()
        self.thread_manager.subscribe()
        self.timeout_monitor: TimeoutMonitor = TimeoutMonitor(self)
        self.timeout_monitor.subscribe()
        if sys.platform == "win32":
            from cherrypy_bus.win32 import ConsoleCtrlHandler  # noqa: PLC0415 - needed there only

            self.console_control_handler = ConsoleCtrlHandler(self)

    def listen_to_the_terminal(self) -> None:
        """Let signals, and on Windows the events of the console, control this process."""
        self.signal_handler.subscribe()
        console: Any = getattr(self, "console_control_handler", None)
        if console is not None:
            console.subscribe()

    def configure(self, key: str, value: Any) -> None:
        """Take a config entry of the namespace ``engine``.

        Args:
            key: The name of an attribute; ``<plugin>.on`` to subscribe a plugin or not;
                ``<plugin>.<attribute>``; or a signal such as ``SIGHUP``.
            value: Its value. For a signal: its listener, or ``None`` for none.
        """
        plugin_name, dot, attribute = key.partition(".")
        if dot:
            self._configure_plugin(getattr(self, plugin_name), attribute, value)
        elif key.startswith("SIG"):
            self._set_signal(key, value)
        else:
            setattr(self, key, value)

    def _configure_plugin(self, plugin: Any, attribute: str, value: Any) -> None:
        if attribute != "on":
            setattr(plugin, attribute, value)
        elif value:
            plugin.subscribe()
        else:
            plugin.unsubscribe()

    def _set_signal(self, name: str, listener: Any) -> None:
        if listener is None:
            self.signal_handler.handlers.pop(name, None)
        else:
            self.signal_handler.handlers[name] = listener
