"""Sessions that are in their cookie: signed, and kept nowhere else.

The client can read what is in them, and cannot change it. The server keeps nothing, so it has no
lock to give, and can take nothing back: a client that keeps an old cookie has the old session,
until that expires.
"""

import json
import zlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Final

from cherrypy_sessions.codec import Codec, cached_codec, keys
from cherrypy_sessions.encoded import EncodedSession
from cherrypy_sessions.errors import SessionTooLargeError, UnreadableError
from cherrypy_sessions.ids import is_valid_id
from cherrypy_sessions.schedule import log

MAX_COOKIE: Final = 3800
"""Characters of a cookie's value: with name and attributes, browsers take 4096 (RFC 6265, 6.1)."""

PACKED: Final = b"z"
PLAIN: Final = b"-"


class _Packing:
    """A serializer that makes what another one writes smaller, where it can.

    Args:
        serializer: The other one.
    """

    def __init__(self, serializer: Any) -> None:
        self._serializer = serializer

    def dumps(self, obj: Any) -> bytes:
        text = self._serializer.dumps(obj)
        plain = text.encode() if isinstance(text, str) else text
        packed = zlib.compress(plain)
        return PACKED + packed if len(packed) < len(plain) else PLAIN + plain

    def loads(self, text: bytes) -> Any:
        plain = zlib.decompress(text[1:]) if text.startswith(PACKED) else text[1:]
        return self._serializer.loads(plain)


_packing = lru_cache(maxsize=16)(_Packing)


class CookieSession(EncodedSession):
    """A session in its cookie.

    Of two requests at the same time, the response that comes last has the last word.

    Examples:
        >>> session = CookieSession(secret="a key of this site only")
        >>> session["user"] = "bird"
        >>> session.save()
        >>> CookieSession(session.token, secret="a key of this site only")["user"]
        'bird'
    """

    serializer: Any = json

    max_size: int = MAX_COOKIE
    """How many characters the value of the cookie may have."""

    travels: ClassVar[bool] = True

    _token: str | None = None
    _found: tuple[dict[str, Any], datetime] | None = None

    @classmethod
    def check_options(cls, **options: Any) -> None:
        """Check the key.

        Raises:
            ValueError: There is none.
        """
        secret = options.get("secret", cls.secret)
        if secret is None:
            raise ValueError("A CookieSession needs secret, the key that it is signed with.")
        keys(secret)

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:  # noqa: A002 - documented
        self._carriers: list[Callable[[str | None], object]] = []
        super().__init__(id, **kwargs)

    @property
    def token(self) -> str | None:
        """The value of the cookie; None as long as there is nothing to keep."""
        return self._token

    def carry(self, carrier: Callable[[str | None], object]) -> None:
        """Have something told each new `token` from now on."""
        self._carriers.append(carrier)

    def acquire_lock(self) -> None:
        """Do nothing: there is no place where requests could wait for each other."""
        self.locked: bool = True

    def release_lock(self) -> None:
        """Do nothing."""
        self.locked = False

    @property
    def _codec(self) -> Codec:
        if self.secret is None:
            raise ValueError("A CookieSession needs secret, the key that it is signed with.")
        return cached_codec(_packing(self.serializer), keys(self.secret), self.pickle_protocol)

    def _recognize(self, candidate: str) -> bool:
        """Take what a client sent if it is signed, and has not expired."""
        id_, _, text = candidate.rpartition(".")
        if len(candidate) > self.max_size or not is_valid_id(id_):
            return False
        codec = self._codec
        try:
            found = codec.decode(id_, b64decode(text, altchars=b"-_", validate=True))
        except (UnreadableError, ValueError) as error:
            log.debug("A cookie is no session: %s", error)
            return False
        if found[1] < self.now():
            return False
        self._id, self._token, self._found = id_, candidate, found
        return True

    def _exists(self) -> bool:
        return False  # an id that was made up is nobody's

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        return self._found

    def _save(self, expiration_time: datetime) -> None:
        text = urlsafe_b64encode(self._encode(expiration_time)).decode("ascii")
        token = f"{self._id}.{text}"
        if len(token) > self.max_size:
            raise SessionTooLargeError(
                f"the session takes {len(token)} characters in its cookie, and {self.max_size} "
                "is the most: keep less in it, or use another store"
            )
        self._found = (dict(self._data), expiration_time)
        self._send(token)

    def _save_late(self, expiration_time: datetime) -> None:
        self._save(expiration_time)

    def _move_late(self, new: str) -> None:
        self._move_data(new)

    def _move_data(self, new: str) -> None:
        old = self._id
        try:
            self._id = new
            self._save(self._next_expiration())
        finally:
            self._id = old

    def _delete(self) -> None:
        self._found = None
        self._send(None)

    def _send(self, token: str | None) -> None:
        self._token = token
        for carrier in self._carriers:
            carrier(token)
