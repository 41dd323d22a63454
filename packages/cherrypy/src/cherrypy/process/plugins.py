"""The plugins of a process bus, under their documented names."""

from cherrypy_bus import (
    Autoreloader,
    BackgroundTask,
    Daemonizer,
    DropPrivileges,
    Monitor,
    PerpetualTimer,
    PIDFile,
    SignalHandler,
    SimplePlugin,
    ThreadManager,
)

__all__ = [
    "Autoreloader",
    "BackgroundTask",
    "Daemonizer",
    "DropPrivileges",
    "Monitor",
    "PIDFile",
    "PerpetualTimer",
    "SignalHandler",
    "SimplePlugin",
    "ThreadManager",
]
