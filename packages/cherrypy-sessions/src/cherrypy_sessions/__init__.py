"""A dict that survives the request: sessions, their stores, locks and cookies."""

from cherrypy_sessions.cookies import (
    CookieRequest,
    CookieResponse,
    cookie_problem,
    cookie_value,
    expire,
    set_response_cookie,
)
from cherrypy_sessions.filelocks import FileLocks
from cherrypy_sessions.files import FileSession
from cherrypy_sessions.ids import is_valid_id
from cherrypy_sessions.lifecycle import LOCKING, Locking, close, init, lock, save
from cherrypy_sessions.lockfile import (
    LockError,
    LockFile,
    SystemLockFile,
    UnixLockFile,
    UnlockError,
    WindowsLockFile,
)
from cherrypy_sessions.locking import LockChecker, LockTimeout, NeverExpires, Timer
from cherrypy_sessions.locks import DeadlockError, FairLocks
from cherrypy_sessions.mapping import ReadOnlySessionError, missing
from cherrypy_sessions.middleware import SESSION_KEY, SessionMiddleware
from cherrypy_sessions.ram import RamSession
from cherrypy_sessions.schedule import Scheduler, daemon_thread
from cherrypy_sessions.session import Session

__all__ = [
    "LOCKING",
    "SESSION_KEY",
    "CookieRequest",
    "CookieResponse",
    "DeadlockError",
    "FairLocks",
    "FileLocks",
    "FileSession",
    "LockChecker",
    "LockError",
    "LockFile",
    "LockTimeout",
    "Locking",
    "NeverExpires",
    "RamSession",
    "ReadOnlySessionError",
    "Scheduler",
    "Session",
    "SessionMiddleware",
    "SystemLockFile",
    "Timer",
    "UnixLockFile",
    "UnlockError",
    "WindowsLockFile",
    "close",
    "cookie_problem",
    "cookie_value",
    "daemon_thread",
    "expire",
    "init",
    "is_valid_id",
    "lock",
    "missing",
    "save",
    "set_response_cookie",
]
