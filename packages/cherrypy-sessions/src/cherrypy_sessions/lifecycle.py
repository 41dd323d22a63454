"""A session's way through one request: init, lock, save, close.

Each step may be taken twice, and the lock is released whatever happened in between.
"""

from collections.abc import Callable
from typing import Concatenate, Final, Literal, ParamSpec, TypeAlias

from cherrypy_sessions.cookies import CookieRequest, CookieResponse
from cherrypy_sessions.manager import SessionManager
from cherrypy_sessions.session import Session

P = ParamSpec("P")

Locking: TypeAlias = Literal["implicit", "early", "explicit", "readonly"]
"""Who locks: the request before its handler, or before its body; the application; or nobody."""

LOCKING: Final[frozenset[str]] = frozenset({"implicit", "early", "explicit", "readonly"})


def _opening(
    manager: Callable[P, SessionManager],
) -> Callable[Concatenate[CookieRequest, CookieResponse, P], Session]:
    """Return `init`, which takes the options of a manager, with their types."""

    def init(
        request: CookieRequest, response: CookieResponse, /, *args: P.args, **kwargs: P.kwargs
    ) -> Session:
        """Return the session of a request, and have the response carry its id.

        The options are those of `SessionManager`, which is better made once where that can be.

        Args:
            request: It may carry the id of a session.
            response: It gets the cookie.

        Raises:
            ValueError: There is no such store or `samesite`.
            StoreUnavailable: The store does not answer.

        Examples:
            >>> from types import SimpleNamespace
            >>> request, response = SimpleNamespace(headers={}), SimpleNamespace(headers={})
            >>> session = init(request, response, timeout=20)
            >>> response.headers["Set-Cookie"].startswith(f"session_id={session.id}; ")
            True
        """
        return manager(*args, **kwargs).open(request, response)

    return init


init: Final = _opening(SessionManager)


def lock(session: Session) -> None:
    """Have the session for this request alone. A new one needs no lock: nobody else knows it.

    Stores of other people may insist on one all the same: see `Session.locks_new`. What was looked
    at before is loaded again, for others may have changed it meanwhile.

    Examples:
        >>> from cherrypy_sessions import RamSession
        >>> session = RamSession()
        >>> lock(session)  # a new one: nobody else knows it
        >>> session.locked
        False
    """
    if not session.locked and (session.locks_new or not session.is_new):
        session.acquire_lock()
        if session.loaded and not session.is_new:
            session.load_again()


def save(session: Session) -> None:
    """Save the session as a request ends, if it was loaded or filled, and release its lock.

    Examples:
        >>> from cherrypy_sessions import RamSession
        >>> session = RamSession()
        >>> session["user"] = "bird"
        >>> save(session)
        >>> again = RamSession(session.id)
        >>> again["user"]
        'bird'
        >>> again.delete()
    """
    try:
        if session.worth_saving:
            session.save()
    finally:
        if session.locked:
            session.release_lock()


def close(session: Session) -> None:
    """Release the lock of the session, if the request has it.

    Examples:
        >>> from cherrypy_sessions import RamSession
        >>> session = RamSession()
        >>> session.acquire_lock()
        >>> close(session)
        >>> session.locked
        False
    """
    if session.locked:
        session.release_lock()
