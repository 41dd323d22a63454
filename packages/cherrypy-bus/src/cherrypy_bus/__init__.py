"""Run a process: a bus of channels and states, and plugins for what processes need.

Rule: importing it defines things and does nothing; there is no bus until a program makes one.
"""

from cherrypy_bus.bus import Bus
from cherrypy_bus.channels import Channels, Listeners
from cherrypy_bus.failures import ChannelFailures, Listener
from cherrypy_bus.plugins import (
    Autoreloader,
    DropPrivileges,
    ThreadManager,
    BackgroundTask,
    Daemonizer,
    Monitor,
    PerpetualTimer,
    PIDFile,
    PIDFileError,
    SignalHandler,
    SimplePlugin,
    is_daemon,
)
from cherrypy_bus.states import State, StateError, states

__all__ = [
    "Autoreloader",
    "DropPrivileges",
    "ThreadManager",
    "BackgroundTask",
    "Bus",
    "ChannelFailures",
    "Channels",
    "Daemonizer",
    "Listener",
    "Listeners",
    "Monitor",
    "PIDFile",
    "PIDFileError",
    "PerpetualTimer",
    "SignalHandler",
    "SimplePlugin",
    "State",
    "StateError",
    "is_daemon",
    "states",
]
