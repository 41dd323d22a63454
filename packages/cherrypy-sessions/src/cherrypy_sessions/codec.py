"""From the data of a session and their end to the bytes that a store keeps, and back.

A pickle is the documented one, of the pair of data and end. Any other serializer gets the data
alone, after a line with their end. Signed bytes begin with their signature and a dot; it covers the
id, too, so that nobody can put one session in the place of another.
"""

import hashlib
import pickle
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from types import ModuleType
from typing import Any, Final, Protocol, TypeAlias

from cherrypy_sessions.errors import SerializationError, UnreadableError

Secret: TypeAlias = str | bytes | Sequence[str | bytes]
"""A key; or several, of which the last one signs and all are believed."""

SALT: Final = b"cherrypy-session"


class Serializer(Protocol):
    """What writes and reads data: the modules `pickle` and `json` do, and others like them.

    Examples:
        >>> import json
        >>> serializer: Serializer = json
        >>> serializer.loads(serializer.dumps({"user": "bird"}))
        {'user': 'bird'}
    """

    def dumps(self, obj: Any, /) -> str | bytes:
        """Return the data as text or bytes."""
        ...

    def loads(self, text: Any, /) -> Any:
        """Return the data again."""
        ...


class Codec:
    """Write and read the sessions of one store.

    Args:
        serializer: Writes the data.
        secret: What to sign with, if at all; see `Secret`.
        protocol: The protocol of a pickle.

    Raises:
        TypeError: The serializer has no `dumps` and `loads`.
        ValueError: There is an empty key.

    Examples:
        >>> from datetime import datetime
        >>> import json
        >>> codec = Codec(json, secret="a key of this site only")
        >>> stored = codec.encode("abc123", {"user": "bird"}, datetime(2030, 1, 31))
        >>> codec.decode("abc123", stored)
        ({'user': 'bird'}, datetime.datetime(2030, 1, 31, 0, 0))
    """

    def __init__(
        self,
        serializer: Serializer | ModuleType = pickle,
        secret: Secret | None = None,
        protocol: int = pickle.HIGHEST_PROTOCOL,
    ) -> None:
        if not (hasattr(serializer, "dumps") and hasattr(serializer, "loads")):
            raise TypeError(f"a serializer has dumps() and loads(), and {serializer!r} has not")
        self.serializer: Any = serializer
        self.protocol = protocol
        self._is_pickle = serializer is pickle
        self._signer = None if secret is None else _signer(keys(secret))

    def encode(self, session_id: str, data: dict[str, Any], expiration: datetime) -> bytes:
        """Return the bytes of a session.

        Raises:
            SerializationError: A value cannot be written.
        """
        try:
            if self._is_pickle:
                content = pickle.dumps((data, expiration), self.protocol)
            else:
                content = self._dump(data, expiration)
        except Exception as error:
            raise SerializationError(self._complaint(data, expiration, error)) from error
        if self._signer is None:
            return content
        signature: bytes = self._signer.get_signature(_signed_text(session_id, content))
        return signature + b"." + content

    def decode(self, session_id: str, stored: bytes) -> tuple[dict[str, Any], datetime]:
        """Return the data of a session, and when they end.

        Raises:
            UnreadableError: These bytes are no such session.
        """
        if self._signer is not None:
            signature, _, stored = stored.partition(b".")
            if not self._signer.verify_signature(_signed_text(session_id, stored), signature):
                raise UnreadableError("it is not signed with a key of ours")
        try:
            # What a pickle means is documented; see `Codec`.
            found = pickle.loads(stored) if self._is_pickle else self._parse(stored)  # noqa: S301
            data, expiration = found
        except Exception as error:
            raise UnreadableError(f"{type(error).__name__}: {error}") from error
        if not isinstance(data, dict) or not isinstance(expiration, datetime):
            raise UnreadableError("it is no pair of a dict and a time")
        return data, expiration

    def _dump(self, data: Any, expiration: datetime) -> bytes:
        if self.serializer is pickle:
            return pickle.dumps((data, expiration), self.protocol)
        text = self.serializer.dumps(data)
        body = text.encode() if isinstance(text, str) else bytes(text)
        return expiration.isoformat().encode("ascii") + b"\n" + body

    def _parse(self, stored: bytes) -> tuple[Any, Any]:
        line, _, body = stored.partition(b"\n")
        return self.serializer.loads(body), datetime.fromisoformat(line.decode("ascii"))

    def _complaint(self, data: dict[str, Any], expiration: datetime, error: Exception) -> str:
        name = getattr(self.serializer, "__name__", type(self.serializer).__name__)
        for key, value in data.items():
            try:
                self._dump({key: value}, expiration)
            except Exception as reason:  # noqa: BLE001 - a serializer may raise anything
                return f"{name} cannot write session[{key!r}], a {type(value).__name__}: {reason}"
        return f"{name} cannot write the session: {error}"


def keys(secret: Secret) -> tuple[bytes, ...]:
    """Return the keys of a secret.

    Raises:
        ValueError: There is none, or an empty one.
    """
    several = (secret,) if isinstance(secret, str | bytes) else tuple(secret)
    if not several or not all(several):
        raise ValueError("a secret is a key, or several of them, and none may be empty")
    return tuple(key.encode() if isinstance(key, str) else key for key in several)


@lru_cache(maxsize=64)
def cached_codec(serializer: Any, secret: tuple[bytes, ...] | None, protocol: int) -> Codec:
    """Return the codec of some options, the same for all sessions that have them."""
    return Codec(serializer, secret, protocol)


def _signer(several: tuple[bytes, ...]) -> Any:
    from itsdangerous import Signer  # noqa: PLC0415 - only those who sign wait for it

    return Signer(list(several), salt=SALT, digest_method=hashlib.sha256)


def _signed_text(session_id: str, content: bytes) -> bytes:
    return session_id.encode() + b"\n" + content
