"""The sessions of a site: their store, its options and their cookie, worked out before any request.

What the options say is checked here, once, so that a request costs no more than opening a session.
"""

import logging
import threading
from functools import partial
from importlib import import_module
from typing import Any, Final
from weakref import WeakSet

from cherrypy_sessions.cookies import CookieRequest, CookieResponse, SessionCookie, find_value
from cherrypy_sessions.locking import check_time, seconds
from cherrypy_sessions.ram import RamSession
from cherrypy_sessions.schedule import Scheduler, log
from cherrypy_sessions.session import Session

STORAGE_TYPES: Final[dict[str, tuple[str, str]]] = {
    "ram": ("ram", "RamSession"),
    "file": ("files", "FileSession"),
    "memcached": ("memcached", "MemcachedSession"),
}
"""Module and class of the stores that have a name, for the deprecated option `storage_type`."""

_set_up: WeakSet[type[Session]] = WeakSet()
_setting_up = threading.Lock()


class SessionManager:
    """Opens the sessions of a site.

    Args:
        storage_type: The deprecated name of a store: "ram", "file" or "memcached".
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
        kwargs: Options of the store, set as attributes of each session.

    Raises:
        ValueError: There is no such store or `samesite`, a time is no number, or the store refuses
            an option.

    Warns:
        UserWarning: The options of the cookie contradict each other.

    Examples:
        >>> from types import SimpleNamespace
        >>> manager = SessionManager(name="site", timeout=20, samesite="Lax")
        >>> request, response = SimpleNamespace(headers={}), SimpleNamespace(headers={})
        >>> session = manager.open(request, response)
        >>> response.headers["Set-Cookie"].startswith(f"site={session.id}; ")
        True
    """

    def __init__(
        self,
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
    ) -> None:
        _check_times(timeout=timeout, clean_freq=clean_freq, **kwargs)
        lifetime = timeout if persistent else None
        self.cookie: SessionCookie = SessionCookie(
            name, path, path_header, lifetime, domain, secure, httponly, samesite
        )
        self.store: type[Session] = storage_class or named_store(storage_type)
        if not isinstance(self.store, type):
            raise ValueError(  # noqa: TRY004 - as all options
                f"storage_class must be a class of sessions, not {storage_class!r}; "
                "in a file it stands without quotes."
            )
        self.options: dict[str, Any] = {
            **kwargs,
            "timeout": timeout,
            "clean_freq": clean_freq,
            "debug": debug,
        }
        if debug:
            log.setLevel(logging.DEBUG)
        self.store.check_options(**self.options)
        _set_up_once(self.store, self.options)
        if scheduler is not None:
            self.options["scheduler"] = scheduler

    def __repr__(self) -> str:
        return f"SessionManager(storage_class={self.store.__name__}, name={self.cookie.name!r})"

    def open(
        self, request: CookieRequest, response: CookieResponse, cookies: str | None = None
    ) -> Session:
        """Return the session of a request, and have the response carry its id.

        Args:
            request: It may carry the id of a session.
            response: It gets the cookie.
            cookies: The request's field `Cookie`, of a caller that has it at hand.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        text = request.headers.get("Cookie") if cookies is None else cookies
        cookie = self.cookie
        session = self.store(find_value(text, cookie.name), **self.options)
        token = session.token
        if token is not None:
            cookie.set(request, response, token)
        session.carry(partial(cookie.change, request, response))
        return session


def _check_times(**options: Any) -> None:
    """Check the options that are times.

    Raises:
        ValueError: One of them is no number, or not of those that it may be.
    """
    check_time("timeout", options["timeout"])
    if options["clean_freq"] is not None:
        check_time("clean_freq", options["clean_freq"])
    if options.get("lock_timeout") is not None:
        check_time("lock_timeout", seconds(options["lock_timeout"]))


def named_store(storage_type: str | None) -> type[Session]:
    """Return the store of a name; without one, that in memory.

    Raises:
        ValueError: There is no such store.
    """
    if storage_type is None:
        return RamSession
    if storage_type not in STORAGE_TYPES:
        known = ", ".join(map(repr, STORAGE_TYPES))
        raise ValueError(
            f"storage_type must be one of {known}, not {storage_type!r}; see storage_class."
        )
    module, name = STORAGE_TYPES[storage_type]
    store: type[Session] = getattr(import_module(f"cherrypy_sessions.{module}"), name)
    return store


def _set_up_once(store: type[Session], options: dict[str, Any]) -> None:
    """Call a store's `setup` with the first options that it is used with."""
    if store in _set_up:
        return
    setup = getattr(store, "setup", None)
    with _setting_up:
        if store not in _set_up:
            if setup is not None:
                setup(**options)
            _set_up.add(store)
