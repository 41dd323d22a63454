"""Files that are locked until they are released, under the documented names."""

from cherrypy_sessions import LockError, LockFile, SystemLockFile, UnixLockFile, UnlockError

__all__ = ["LockError", "LockFile", "SystemLockFile", "UnixLockFile", "UnlockError"]
