"""The session of the running request, and when the request loads, locks and saves it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import cherrypy_sessions
from cherrypy_bus import Bus, Monitor
from cherrypy_serving import ambient, serving
from cherrypy_sessions import (
    LOCKING,
    FileSession,
    RamSession,
    Scheduler,
    Session,
    SessionManager,
    StoreUnavailable,
    daemon_thread,
    missing,
)
from cherrypy_web import Hook, Tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

if TYPE_CHECKING:
    from cherrypy_sessions import CookieSession, MemcachedSession, RedisSession, SQLiteSession
else:
    _LATER = {"CookieSession", "MemcachedSession", "RedisSession", "SQLiteSession"}

    def __getattr__(name: str) -> type[Session]:
        """Import a store that not everybody uses when it is first asked for."""
        if name not in _LATER:
            raise AttributeError(f"module 'cherrypy.lib.sessions' has no attribute {name!r}")
        return getattr(cherrypy_sessions, name)

    def __dir__() -> list[str]:
        """Return what there is, imported or not."""
        return sorted({*globals(), *__all__})


__all__ = [
    "CookieSession",
    "FileSession",
    "MemcachedSession",
    "RamSession",
    "RedisSession",
    "SQLiteSession",
    "Session",
    "SessionTool",
    "close",
    "expire",
    "init",
    "lock",
    "missing",
    "save",
    "schedule_on",
    "set_response_cookie",
]

#: Of the options of the tool, the one that is not for the manager.
_LOCKING: Final = "locking"


def schedule_on(bus: Bus) -> Scheduler:
    """Return a scheduler whose tasks run while a bus does."""

    def schedule(task: Callable[[], object], frequency: float, name: str) -> Monitor:
        monitor = Monitor(bus, task, frequency, name=name)
        monitor.subscribe()
        monitor.start()
        return monitor

    return schedule


def _session() -> Session | None:
    session: Session | None = vars(serving.capture()).get("session")
    return session


def init(
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
    **kwargs: Any,
) -> None:
    """Bind the session of the running request, once.

    The options are those of `cherrypy_sessions.SessionManager`.
    """
    if _session() is not None:
        return
    kwargs.setdefault("storage_class", _own_store(storage_type))
    manager = SessionManager(
        storage_type=storage_type,
        path=path,
        path_header=path_header,
        name=name,
        timeout=timeout,
        domain=domain,
        secure=secure,
        clean_freq=clean_freq,
        persistent=persistent,
        httponly=httponly,
        debug=debug,
        **kwargs,
    )
    serving.session = manager.open(serving.request, serving.response)


def _own_store(storage_type: str | None) -> type[Session] | None:
    """Return the store of that name that a program has put into this module, if it has."""
    return globals().get(f"{storage_type.title()}Session") if storage_type else None


class _Opening:
    """What the hook calls that binds the session of a request."""

    def __init__(self, manager: SessionManager) -> None:
        self.manager = manager

    def __call__(self) -> None:
        self.explicit(serving.request, serving.response)

    def __repr__(self) -> str:
        return f"{self.manager!r}.open"

    def explicit(self, request: Any, response: Any) -> None:
        """Bind the session of a request."""
        session = self.manager.open(request, response, request.peek_header("Cookie"))
        vars(serving.capture())["session"] = session


def lock() -> None:
    """Have the session for the running request alone."""
    cherrypy_sessions.lock(serving.capture().session)


@ambient
def save(request: Any, response: Any) -> None:
    """Save the session, after the body where that is still being made.

    Where the store does not answer, that becomes the response, unless it is being sent already.
    """
    session = vars(serving.capture()).get("session")
    if session is None:
        return
    if response.stream and not session.travels:
        session.cookie_sent = True
        request.hooks.attach("on_end_request", session_saver(session))
        return
    if not response.stream and not isinstance(response.body, list):
        response.collapse_body()
    try:
        cherrypy_sessions.save(session)
    except StoreUnavailable as error:
        # Raised here, after an error of the handler, it would become an unexpected one.
        error.set_response()
    # What a stream writes into a session in its cookie could not be sent any more.
    session.readonly = session.readonly or response.stream


def session_saver(session: Session) -> Callable[[], None]:
    """Return what saves a session."""
    return lambda: cherrypy_sessions.save(session)


def close() -> None:
    """Release the lock of the session, whatever happened."""
    session = vars(serving.capture()).get("session")
    if session is not None and session.locked:
        session.release_lock()


def set_response_cookie(
    path: str | None = None,
    path_header: str | None = None,
    name: str = "session_id",
    timeout: float | None = 60,
    domain: str | None = None,
    secure: bool = False,
    httponly: bool = False,
    *,
    samesite: str | None = None,
) -> None:
    """Have the client send the id of the running request's session with its next requests.

    The options are those of `cherrypy_sessions.set_response_cookie`.
    """
    cherrypy_sessions.set_response_cookie(
        serving.request,
        serving.response,
        serving.session.id,
        path=path,
        path_header=path_header,
        name=name,
        timeout=timeout,
        domain=domain,
        secure=secure,
        httponly=httponly,
        samesite=samesite,
    )


def expire() -> None:
    """Have the client forget the session of the running request.

    The cookie is the one that the config of the tool describes.
    """
    config = serving.request.config or {}
    options = {name: config.get(f"tools.sessions.{name}") for name in ("path", "domain")}
    name = config.get("tools.sessions.name", "session_id")
    cherrypy_sessions.expire(serving.request, serving.response, name=name, **options)


class _RequestLog(logging.Handler):
    """Writes what the library of the sessions logs to the log of the application being served."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line; outside of a request, where lines go that nobody handles."""
        app = serving.request.app
        if app is not None:
            app.log.error(record.getMessage(), "SESSIONS", max(record.levelno, logging.INFO))
        elif logging.lastResort is not None and not logging.root.handlers:
            logging.lastResort.handle(record)


#: What chooses a store, and what it asks for.
_OF_STORES: Final = frozenset({"storage_class", "storage_type", "storage_path"})

_REQUEST_LOG: Final = _RequestLog()


class SessionTool(Tool[...]):
    """Give requests a session.

    Its options are those of `cherrypy_sessions.SessionManager`, and ``locking``: ``implicit`` locks
    the session just before the handler runs, ``early`` before the body is read, ``explicit`` leaves
    it to the handler, and with ``readonly`` nothing is locked or saved.

    Args:
        scheduler: Who runs the clean-up of the stores; by default threads of their own.
    """

    def __init__(self, scheduler: Scheduler = daemon_thread) -> None:
        super().__init__("before_request_body", init)
        self._scheduler = scheduler
        logging.getLogger("cherrypy_sessions").addHandler(_REQUEST_LOG)  # the second time, nothing

    def hooks(self, options: dict[str, Any]) -> Iterable[tuple[str, Hook]]:
        """Return the hooks that bind, lock, save and close a session.

        Raises:
            ValueError: An option is one that cannot be.
        """
        kwargs = {"scheduler": self._scheduler, **options}
        priority = kwargs.pop("priority", self._priority)
        locking = kwargs.pop(_LOCKING, "implicit")
        if locking not in LOCKING:
            raise ValueError(
                f"tools.sessions.locking is {locking!r}; it must be one of {sorted(LOCKING)}"
            )
        kwargs.setdefault("storage_class", _own_store(kwargs.get("storage_type")))
        manager = SessionManager(readonly=locking == "readonly", **kwargs)
        yield self._point, Hook(_Opening(manager), priority=priority)
        if locking == "implicit":
            yield "before_handler", Hook(lock, priority=50)
        elif locking == "early":
            yield "before_request_body", Hook(lock, priority=60)
        if locking != "readonly":
            yield "before_finalize", Hook(save, failsafe=True, priority=90)
        yield "on_end_request", Hook(close, failsafe=True, priority=90)

    def check_some(self, options: Mapping[str, Any]) -> None:
        """Refuse options that cannot be; what a store needs may stand in the config."""
        self.check({name: options[name] for name in options.keys() - _OF_STORES})

    def regenerate(self) -> None:
        """Give the running request's session another id, as one does after a sign-in."""
        serving.session.regenerate()
