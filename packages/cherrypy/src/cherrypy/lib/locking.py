"""How long to wait for the lock of a session, under the documented names."""

from cherrypy_sessions import LockChecker, LockTimeout, NeverExpires, Timer

__all__ = ["LockChecker", "LockTimeout", "NeverExpires", "Timer"]
