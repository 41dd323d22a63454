"""A dict that survives the request: sessions, their stores, locks and cookies."""

from importlib import import_module
from typing import TYPE_CHECKING

from cherrypy_sessions.codec import Codec, Secret, Serializer
from cherrypy_sessions.cookies import (
    CookieRequest,
    CookieResponse,
    SessionCookie,
    cookie_problem,
    cookie_value,
    expire,
    set_response_cookie,
)
from cherrypy_sessions.encoded import EncodedSession
from cherrypy_sessions.errors import (
    LockLostError,
    SerializationError,
    SessionEndedError,
    SessionTooLargeError,
    StoreUnavailable,
    UnreadableError,
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
from cherrypy_sessions.manager import SessionManager
from cherrypy_sessions.mapping import ReadOnlySessionError, missing
from cherrypy_sessions.middleware import SESSION_KEY, SessionMiddleware
from cherrypy_sessions.ram import RamSession
from cherrypy_sessions.schedule import Scheduler, daemon_thread
from cherrypy_sessions.session import Session
from cherrypy_sessions.signedcookie import CookieSession

if TYPE_CHECKING:
    from cherrypy_sessions.memcached import MemcachedSession
    from cherrypy_sessions.redis_store import RedisSession
    from cherrypy_sessions.sqlite import SQLiteSession
else:
    _LATER = {
        "MemcachedSession": "memcached",
        "RedisSession": "redis_store",
        "SQLiteSession": "sqlite",
    }

    def __getattr__(name: str) -> type[Session]:
        """Import a store that not everybody uses when it is first asked for."""
        if name not in _LATER:
            raise AttributeError(f"module 'cherrypy_sessions' has no attribute {name!r}")
        return getattr(import_module(f"cherrypy_sessions.{_LATER[name]}"), name)


__all__ = [
    "LOCKING",
    "SESSION_KEY",
    "Codec",
    "CookieRequest",
    "CookieResponse",
    "CookieSession",
    "DeadlockError",
    "EncodedSession",
    "FairLocks",
    "FileLocks",
    "FileSession",
    "LockChecker",
    "LockError",
    "LockFile",
    "LockLostError",
    "LockTimeout",
    "Locking",
    "MemcachedSession",
    "NeverExpires",
    "RamSession",
    "ReadOnlySessionError",
    "RedisSession",
    "SQLiteSession",
    "Scheduler",
    "Secret",
    "SerializationError",
    "Serializer",
    "Session",
    "SessionCookie",
    "SessionEndedError",
    "SessionManager",
    "SessionMiddleware",
    "SessionTooLargeError",
    "StoreUnavailable",
    "SystemLockFile",
    "Timer",
    "UnixLockFile",
    "UnlockError",
    "UnreadableError",
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
