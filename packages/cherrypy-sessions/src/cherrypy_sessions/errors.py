"""What can go wrong with a session, by whose fault it is.

    Exception
    ├── LockTimeout               another request has the session, and for too long
    ├── SerializationError        a value cannot be stored
    │   └── SessionTooLargeError  there is too much of it for its store
    ├── ReadOnlySessionError      the application wrote where it said that it would not
    ├── DeadlockError             a thread waits for a lock that it has
    └── HTTPError
        └── StoreUnavailable      503: the store does not answer
            ├── LockLostError     503: meanwhile another request has got the session
            └── SessionEndedError 503: meanwhile another request has ended the session

The first and the last of the second level stand beside what raises them.
"""

from cherrypy_httputil import HTTPError
from cherrypy_sessions.schedule import log


class SerializationError(TypeError):
    """A session holds something that its serializer cannot write.

    Examples:
        >>> import json
        >>> from datetime import datetime
        >>> from cherrypy_sessions import Codec
        >>> try:
        ...     Codec(json).encode("abc123", {"user": object()}, datetime(2030, 1, 31))
        ... except SerializationError as error:
        ...     print(error)
        json cannot write session['user'], a object: Object of type object is not JSON serializable
    """


class SessionTooLargeError(SerializationError):
    """A session has more data than its store takes.

    Examples:
        >>> from cherrypy_sessions import CookieSession
        >>> session = CookieSession(secret="a key of this site only", max_size=60)
        >>> session["user"] = "bird"
        >>> try:
        ...     session.save()
        ... except SessionTooLargeError as error:
        ...     print(error)
        the session takes ... characters in its cookie, and 60 is the most: ...
    """


class UnreadableError(Exception):
    """What is stored is no session: damaged, foreign, or signed with another key.

    Examples:
        >>> from cherrypy_sessions import Codec
        >>> try:
        ...     Codec(secret="a key of this site only").decode("abc123", b"signed by nobody")
        ... except UnreadableError as error:
        ...     print(error)
        it is not signed with a key of ours
    """


class StoreUnavailable(HTTPError):  # noqa: N818 - it is a status of HTTP before all
    """The store of the sessions does not answer: 503.

    Args:
        message: A sentence for the reader. What exactly failed is in the log.

    Examples:
        >>> try:
        ...     raise StoreUnavailable
        ... except StoreUnavailable as error:
        ...     error.code, error.message
        (503, 'The sessions are not available at the moment.')
    """

    def __init__(self, message: str = "The sessions are not available at the moment.") -> None:
        super().__init__(503, message)


class LockLostError(StoreUnavailable):
    """The lock of a session ended while its request was running: 503, and nothing was written.

    Examples:
        >>> issubclass(LockLostError, StoreUnavailable), LockLostError().message
        (True, 'The session could not be saved; please try again.')
    """

    def __init__(self) -> None:
        log.error("A session was not saved: its lock ended while its request was running.")
        super().__init__("The session could not be saved; please try again.")


class SessionEndedError(StoreUnavailable):
    """Another request has ended a session that this one had not locked: 503, and it stays ended.

    Examples:
        >>> issubclass(SessionEndedError, StoreUnavailable), SessionEndedError().message
        (True, 'The session has ended meanwhile; please try again.')
    """

    def __init__(self) -> None:
        log.error("A session was not saved: another request has ended it.")
        super().__init__("The session has ended meanwhile; please try again.")
