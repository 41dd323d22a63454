"""What the stores have in common that keep bytes: how a session becomes some, and is one again."""

import pickle
from datetime import datetime
from typing import Any, ClassVar

from cherrypy_sessions.codec import Codec, Secret, cached_codec, keys
from cherrypy_sessions.errors import UnreadableError
from cherrypy_sessions.merging import MergingSession
from cherrypy_sessions.schedule import log


class EncodedSession(MergingSession):
    """The base of the stores that keep bytes.

    Examples:
        >>> import json
        >>> from cherrypy_sessions import FileSession
        >>> class SignedFiles(FileSession):  # one of those that keep bytes
        ...     serializer = json
        ...     secret = "a key of this site only"
        >>> issubclass(SignedFiles, EncodedSession)
        True
    """

    locks_new: ClassVar[bool] = False

    serializer: Any = pickle
    """What writes the data: `pickle`, `json`, or another object with `dumps` and `loads`."""

    secret: Secret | None = None
    """A key with which what is stored is signed; or several: the last signs, all are believed."""

    pickle_protocol: int = pickle.HIGHEST_PROTOCOL

    signed_pickles_only: bool = False
    """Whether a store on a server refuses to work with pickles that are not signed."""

    @property
    def _codec(self) -> Codec:
        secret = None if self.secret is None else keys(self.secret)
        return cached_codec(self.serializer, secret, self.pickle_protocol)

    @classmethod
    def _codec_of(cls, options: dict[str, Any]) -> Codec:
        """Return the codec of sessions that have these options."""
        names = ("serializer", "secret", "pickle_protocol")
        serializer, secret, protocol = (options.get(name, getattr(cls, name)) for name in names)
        return cached_codec(serializer, None if secret is None else keys(secret), protocol)

    def _encode(self, expiration_time: datetime) -> bytes:
        return self._codec.encode(self._id, self._data, expiration_time)

    def _decode(self, stored: bytes) -> tuple[dict[str, Any], datetime] | None:
        """Return data and end; None, with a line in the log, for bytes that are no session."""
        try:
            found = self._codec.decode(self._id, stored)
        except UnreadableError as error:
            log.error("A session cannot be read, and counts as missing: %s", error)
            return None
        self._seen = stored
        return found

    def _seen_data(self) -> dict[str, Any] | None:
        try:
            return None if self._seen is None else self._codec.decode(self._id, self._seen)[0]
        except UnreadableError:  # a subclass writes them otherwise
            return None

    def _alike(self, one: Any, other: Any) -> bool:
        dumps, loads = self.serializer.dumps, self.serializer.loads
        try:
            before, now = dumps(one), dumps(other)
            # A set that was changed pickles in another order than one that was just read.
            return bool(before == now or before == dumps(loads(now)))
        except Exception:  # noqa: BLE001 - what cannot be written will be told when it is
            return False


def believes_pickles(store: type[EncodedSession], options: dict[str, Any]) -> bool:
    """Tell whether a store with these options reads pickles that others could have written."""
    serializer = options.get("serializer", store.serializer)
    return serializer is pickle and options.get("secret", store.secret) is None


def refuse_pickles(store: type[EncodedSession], options: dict[str, Any]) -> None:
    """Refuse a store that believes pickles, where `signed_pickles_only` asks for that.

    Raises:
        ValueError: With what to write.
    """
    wanted = options.get("signed_pickles_only", store.signed_pickles_only)
    if wanted and believes_pickles(store, options):
        raise ValueError(
            f"{store.__name__} would believe any pickle that is on its server, and "
            "signed_pickles_only is True, as in the environment 'hardened': set secret to a key "
            "that signs sessions, or serializer to the module json"
        )


def warn_of_pickles(store: type[EncodedSession], options: dict[str, Any]) -> None:
    """Say it once where a store believes pickles that others could write."""
    if believes_pickles(store, options):
        log.warning(
            "%s believes any pickle: who can write to its server can run code here. "
            "Sign sessions with the option secret, or write them as JSON with serializer.",
            store.__name__,
        )
