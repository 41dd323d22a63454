"""Run a process: a bus of channels and states, and plugins for what processes need.

Rule: importing it defines things and does nothing; there is no bus until a program makes one.
"""

from cherrypy_bus.bus import Bus
from cherrypy_bus.channels import Channels
from cherrypy_bus.failures import ChannelFailures, Listener
from cherrypy_bus.listeners import Listeners
from cherrypy_bus.plugins import (
    Autoreloader,
    BackgroundTask,
    Daemonizer,
    DropPrivileges,
    Monitor,
    PerpetualTimer,
    PIDFile,
    PIDFileError,
    SignalHandler,
    SimplePlugin,
    ThreadManager,
    is_daemon,
)
from cherrypy_bus.states import State, StateError, states

__all__ = [
    "Autoreloader",
    "BackgroundTask",
    "Bus",
    "ChannelFailures",
    "Channels",
    "Daemonizer",
    "DropPrivileges",
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
    "ThreadManager",
    "is_daemon",
    "states",
]
