"""The plugins: what a process needs besides its own work, one file each."""

from cherrypy_bus.plugins.autoreloader import Autoreloader
from cherrypy_bus.plugins.daemonizer import Daemonizer, is_daemon
from cherrypy_bus.plugins.monitor import Monitor
from cherrypy_bus.plugins.pidfile import PIDFile, PIDFileError
from cherrypy_bus.plugins.privileges import DropPrivileges
from cherrypy_bus.plugins.signals import SignalHandler
from cherrypy_bus.plugins.simple import SimplePlugin
from cherrypy_bus.plugins.tasks import BackgroundTask, PerpetualTimer
from cherrypy_bus.plugins.threads import ThreadManager

__all__ = [
    "Autoreloader",
    "BackgroundTask",
    "Daemonizer",
    "DropPrivileges",
    "Monitor",
    "PIDFile",
    "PIDFileError",
    "PerpetualTimer",
    "SignalHandler",
    "SimplePlugin",
    "ThreadManager",
    "is_daemon",
]
