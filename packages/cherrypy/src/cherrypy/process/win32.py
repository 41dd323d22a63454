"""The process bus on Windows, under its documented name."""

from cherrypy_bus.win32 import ConsoleCtrlHandler, Win32Bus, control_codes, signal_child

__all__ = ["ConsoleCtrlHandler", "Win32Bus", "control_codes", "signal_child"]
