"""Sessions for any WSGI application: the session of a request is in its environ.

A response that is a list is sent only after the session is saved: the next request finds it so. One
that is made in pieces is followed by the save.
"""

import warnings
from collections.abc import Callable, Iterable, Iterator
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any, TypeAlias

from cherrypy_sessions.cookies import cookie_problem
from cherrypy_sessions.lifecycle import LOCKING, Locking, close, init, lock, save
from cherrypy_sessions.schedule import Scheduler, daemon_thread
from cherrypy_sessions.session import Session

Environ: TypeAlias = dict[str, Any]
WSGIApplication: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]

SESSION_KEY = "cherrypy.session"
"""Where in the environ the session is."""


class SessionMiddleware:
    """A WSGI application with sessions around one without.

    Args:
        application: Finds the session in `environ["cherrypy.session"]`.
        locking: Whether each request has its session to itself ("implicit"), or the application
            calls `acquire_lock()` ("explicit"), or nobody writes ("readonly").
        key: Where in the environ the session shall be.
        scheduler: Who runs the clean-up; the default is a thread.
        options: Those of `init`.

    Raises:
        ValueError: There is no such locking.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        locking: Locking = "implicit",
        key: str = SESSION_KEY,
        scheduler: Scheduler = daemon_thread,
        **options: Any,
    ) -> None:
        if locking not in LOCKING:
            raise ValueError(f"locking must be one of {sorted(LOCKING)}, not {locking!r}.")
        _warn_of_cookie(options)
        self.application = application
        self.locking = locking
        self.key = key
        self.options = options | {"scheduler": scheduler, "readonly": locking == "readonly"}

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve a request with its session."""
        response = SimpleNamespace(headers={}, cookie=SimpleCookie())
        session = init(SimpleNamespace(headers=_Fields(environ)), response, **self.options)
        environ[self.key] = session

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            cookies = [("Set-Cookie", each.OutputString()) for each in response.cookie.values()]
            return start_response(status, [*headers, *cookies], *exc_info)

        try:
            if self.locking in {"implicit", "early"}:
                lock(session)
            body = self.application(environ, start)
        except BaseException:
            close(session)
            raise
        if isinstance(body, (list, tuple)):
            save(session)
            return body
        return _Body(body, session)


class _Body:
    """A response that is sent in pieces: its session is saved after the last one."""

    def __init__(self, body: Iterable[bytes], session: Session) -> None:
        self._body = body
        self._session = session

    def __iter__(self) -> Iterator[bytes]:
        yield from self._body
        save(self._session)

    def close(self) -> None:
        """Close the application's iterable, and release the lock of the session."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            close(self._session)


class _Fields:
    """The header fields of an environ."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def get(self, name: str, default: str | None = None) -> str | None:
        value: str | None = self._environ.get("HTTP_" + name.upper().replace("-", "_"), default)
        return value


def _warn_of_cookie(options: dict[str, Any]) -> None:
    relevant = {"name", "path", "domain", "secure", "samesite"} & options.keys()
    problem = cookie_problem(**{name: options[name] for name in relevant})
    if problem:
        warnings.warn(problem, stacklevel=3)
