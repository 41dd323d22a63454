"""Sessions for any WSGI application: the session of a request is in its environ.

A response that is a list is sent only after the session is saved: the next request finds it so, and
a store that fails has its error sent instead. One that is made in pieces is followed by the save.
"""

from collections.abc import Callable, Iterable, Iterator
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any, TypeAlias

from cherrypy_sessions.errors import StoreUnavailable
from cherrypy_sessions.lifecycle import LOCKING, Locking, close, lock, save
from cherrypy_sessions.manager import SessionManager
from cherrypy_sessions.schedule import Scheduler, daemon_thread
from cherrypy_sessions.session import Session

Environ: TypeAlias = dict[str, Any]
WSGIApplication: TypeAlias = Callable[[Environ, Any], Iterable[bytes]]

SESSION_KEY = "cherrypy.session"
"""Where in the environ the session is."""


class SessionMiddleware:
    """A WSGI application with sessions around one without.

    Where the store does not answer, neither does the application: the response is a 503.

    Args:
        application: Finds the session in `environ["cherrypy.session"]`.
        locking: Whether each request has its session to itself ("implicit"), or the application
            calls `acquire_lock()` ("explicit"), or nobody writes ("readonly").
        key: Where in the environ the session shall be.
        scheduler: Who runs the clean-up; the default is a thread.
        options: Those of `SessionManager`.

    Raises:
        ValueError: An option is one that cannot be.

    Examples:
        >>> from cherrypy_sessions import CookieSession
        >>> def application(environ, start_response):
        ...     environ["cherrypy.session"]["user"] = "bird"
        ...     start_response("200 OK", [])
        ...     return [b"Welcome"]
        >>> options = {"storage_class": CookieSession, "secret": "a key of this site only"}
        >>> app = SessionMiddleware(application, **options)
        >>> app({}, lambda status, headers: print(headers[0][0], headers[0][1][:11]))
        Set-Cookie session_id=
        [b'Welcome']
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
        self.application = application
        self.locking = locking
        self.key = key
        self.manager: SessionManager = SessionManager(
            scheduler=scheduler, readonly=locking == "readonly", **options
        )

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Serve a request with its session."""
        response = SimpleNamespace(headers={}, cookie=SimpleCookie())
        request = SimpleNamespace(headers=_Fields(environ))
        try:
            session = self.manager.open(request, response)
        except StoreUnavailable as error:
            return _refuse(error, start_response)
        environ[self.key] = session
        beginning = _Beginning(session, response.cookie, start_response)
        try:
            if self.locking in {"implicit", "early"}:
                lock(session)
            body = self.application(environ, beginning.start)
            return beginning.finish(body)
        except StoreUnavailable as error:
            close(session)
            if beginning.is_sent:
                raise
            return _refuse(error, start_response)
        except BaseException:
            close(session)
            raise


class _Beginning:
    """The beginning of a response, held back until the session is saved, or until it cannot be.

    Args:
        session: The session.
        cookies: What is sent of it.
        start_response: The server's.
    """

    def __init__(self, session: Session, cookies: SimpleCookie, start_response: Any) -> None:
        self.is_sent = False
        self._session = session
        self._cookies = cookies
        self._start_response = start_response
        self._is_held = True
        self._arguments: tuple[Any, ...] | None = None

    def start(self, *arguments: Any) -> Any:
        """Take the beginning from the application."""
        self._arguments = arguments
        return self._write if self._is_held else self._send()

    def finish(self, body: Iterable[bytes]) -> Iterable[bytes]:
        """Return the body to send, after the beginning; or before, of one yet to be made."""
        self._is_held = False
        if isinstance(body, list | tuple):
            save(self._session)
            self._send()
            return body
        if self._arguments is not None:
            try:
                self._send()
            except BaseException:
                _close(body)
                raise
        return _Body(body, self._session)

    def _write(self, data: bytes) -> None:
        """Send something at once, as PEP 3333 has it for applications of old."""
        self._is_held = False
        self._send()(data)

    def _send(self) -> Any:
        if self._session.travels and not self._session.readonly:
            save(self._session)
            self._session.readonly = True  # what is written from now on could not be sent
        status, headers, *exc_info = self._arguments or ("500 Internal Server Error", [])
        cookies = [("Set-Cookie", each.OutputString()) for each in self._cookies.values()]
        self.is_sent = self._session.cookie_sent = True
        return self._start_response(status, [*headers, *cookies], *exc_info)


class _Body:
    """A response that is sent in pieces: its session is saved after the last one that is sent."""

    def __init__(self, body: Iterable[bytes], session: Session) -> None:
        self._body = body
        self._session = session
        self._is_settled = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except Exception:
            self._is_settled = True  # what failed is not saved
            raise
        self._settle()

    def close(self) -> None:
        """Close the application's iterable; save, though the client left, and release the lock."""
        try:
            _close(self._body)
            self._settle()
        finally:
            close(self._session)

    def _settle(self) -> None:
        if not self._is_settled:
            self._is_settled = True
            save(self._session)


def _close(body: Iterable[bytes]) -> None:
    if hasattr(body, "close"):
        body.close()


class _Fields:
    """The header fields of an environ."""

    def __init__(self, environ: Environ) -> None:
        self._environ = environ

    def get(self, name: str, default: str | None = None) -> str | None:
        value: str | None = self._environ.get("HTTP_" + name.upper().replace("-", "_"), default)
        return value


def _refuse(error: StoreUnavailable, start_response: Any) -> list[bytes]:
    body = error.message.encode()
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start_response(f"{error.code} {error.reason}", headers)
    return [body]
