"""A session's way through one request: init, lock, save, close.

Each step may be taken twice, and the lock is released whatever happened in between.
"""

import logging
import threading
from typing import Any, Final, Literal, TypeAlias
from weakref import WeakSet

from cherrypy_sessions.cookies import (
    CookieRequest,
    CookieResponse,
    change_id,
    cookie_value,
    set_response_cookie,
)
from cherrypy_sessions.files import FileSession
from cherrypy_sessions.ram import RamSession
from cherrypy_sessions.schedule import Scheduler, log
from cherrypy_sessions.session import Session

Locking: TypeAlias = Literal["implicit", "early", "explicit", "readonly"]
"""Who locks: the request before its handler, or before its body; the application; or nobody."""

LOCKING: Final[frozenset[str]] = frozenset({"implicit", "early", "explicit", "readonly"})

STORAGE_TYPES: Final[dict[str, type[Session]]] = {"ram": RamSession, "file": FileSession}
"""The stores that have a name, for the deprecated option `storage_type`."""

_set_up: WeakSet[type[Session]] = WeakSet()
_setting_up = threading.Lock()


def init(
    request: CookieRequest,
    response: CookieResponse,
    *,
    storage_type: str | None = None,
    path: str | None = None,
    path_header: str | None = None,
    name: str = "session_id",
    timeout: float = 60,
    domain: str | None = None,
    secure: bool = False,
    clean_freq: float | None = 5,
    persistent: bool = True,
    httponly: bool = False,
    debug: bool = False,
    storage_class: type[Session] | None = None,
    samesite: str | None = None,
    scheduler: Scheduler | None = None,
    **kwargs: Any,
) -> Session:
    """Return the session of a request, and have the response carry its id.

    Args:
        request: It may carry the id of a session.
        response: It gets the cookie.
        storage_type: The deprecated name of a store; "ram" or "file".
        path: The path of the cookie.
        path_header: The request field with the path of the cookie, where `path` is not given.
        name: The name of the cookie.
        timeout: Minutes until an unused session expires.
        domain: The domain of the cookie.
        secure: Whether the client shall send the cookie over TLS only.
        clean_freq: Minutes between two clean-ups of the store; 0 or None for none.
        persistent: Whether the cookie outlives the browser's session, for `timeout`.
        httponly: Whether scripts shall not see the cookie.
        debug: Whether to log, at level DEBUG, what happens to sessions.
        storage_class: The store; the default is `RamSession`.
        samesite: Whether requests from other sites carry the cookie: "Strict", "Lax" or "None".
        scheduler: Who runs the clean-up; without one, nobody does.
        kwargs: Options of the store, set as attributes of the session.

    Raises:
        ValueError: There is no such store, or the options of the cookie contradict each other.
    """
    if debug:
        log.setLevel(logging.DEBUG)
    store = storage_class or _named_store(storage_type)
    kwargs |= {"timeout": timeout, "clean_freq": clean_freq, "debug": debug}
    if scheduler is not None:
        kwargs["scheduler"] = scheduler
    _set_up_once(store, kwargs)
    session = store(cookie_value(request, name), **kwargs)
    set_response_cookie(
        request,
        response,
        session.id,
        path=path,
        path_header=path_header,
        name=name,
        timeout=timeout if persistent else None,
        domain=domain,
        secure=secure,
        httponly=httponly,
        samesite=samesite,
    )
    session.id_observers.append(lambda new: change_id(response, name, new))
    return session


def lock(session: Session) -> None:
    """Have the session for this request alone. A new one needs no lock: nobody else knows it."""
    if not session.is_new and not session.locked:
        session.acquire_lock()


def save(session: Session) -> None:
    """Save the session as a request ends, if it was loaded or filled, and release its lock."""
    if session.worth_saving:
        session.save()
    close(session)


def close(session: Session) -> None:
    """Release the lock of the session, if the request has it."""
    if session.locked:
        session.release_lock()


def _named_store(storage_type: str | None) -> type[Session]:
    name = storage_type or "ram"
    if name not in STORAGE_TYPES:
        known = ", ".join(map(repr, STORAGE_TYPES))
        raise ValueError(f"storage_type must be one of {known}, not {name!r}; see storage_class.")
    return STORAGE_TYPES[name]


def _set_up_once(store: type[Session], options: dict[str, Any]) -> None:
    """Call a store's `setup` with the options of its first session."""
    if store in _set_up:
        return
    setup = getattr(store, "setup", None)
    with _setting_up:
        if store not in _set_up:
            if setup is not None:
                setup(**options)
            _set_up.add(store)
