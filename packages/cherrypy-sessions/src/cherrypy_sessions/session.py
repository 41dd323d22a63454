"""A session: a dict that is loaded when first needed and stored when the request is done.

A store is a subclass that can load, save, delete and lock. Nothing may reach a store for a visitor
who has no session and gets none: an unknown id is replaced, and a new session is in the store only
once something is in it.
"""

import copy
import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, ClassVar, Final, Self
from weakref import WeakSet

from cherrypy_sessions import ids
from cherrypy_sessions.errors import SessionEndedError
from cherrypy_sessions.mapping import ReadOnlySessionError, SessionMapping
from cherrypy_sessions.schedule import Scheduler, log

_starting_clean_up = threading.Lock()
_generation = 0  # how many processes were forked, each from the one before, down to this one
_cleaned_up: "WeakSet[type[Session]]" = WeakSet()
_WRITING: Final = ("_save", "_delete", "release_lock")
_minutes = lru_cache(maxsize=16)(lambda minutes: timedelta(minutes=minutes))


class Session(SessionMapping):
    """The session of one request. Subclass it to keep sessions elsewhere.

    A store defines `_exists`, `_load`, `_save` and `_delete`, all of which work on `self.id` and
    `self._data`, and `acquire_lock` and `release_lock`, which set `locked`. It may have `clean_up`
    and a class method `setup(**options)`: called once, with the options of the first session.

    Args:
        id: What the client sent, if anything. An id that the store does not know is replaced.
        kwargs: Set as attributes.

    Examples:
        >>> class DictSession(Session):
        ...     kept = {}
        ...     def _exists(self):
        ...         return self.id in self.kept
        ...     def _load(self):
        ...         return self.kept.get(self.id)
        ...     def _save(self, expiration_time):
        ...         self.kept[self.id] = (self._data, expiration_time)
        ...     def _delete(self):
        ...         self.kept.pop(self.id, None)
        ...     def acquire_lock(self):
        ...         self.locked = True
        ...     def release_lock(self):
        ...         self.locked = False
        >>> session = DictSession()
        >>> session["user"] = "bird"
        >>> session.save()
        >>> DictSession(session.id)["user"]
        'bird'
    """

    clean_freq: float | None = 5
    """Minutes between two clean-ups of the store; 0 or None for none."""

    clean_thread: ClassVar[Any] = None
    """What the scheduler made for the clean-up of this class."""

    scheduler: Scheduler | None = None
    """Who shall call `clean_up`; without one nobody does."""

    debug: bool = False
    """Whether the option of that name, which makes this package's logger talk, was given."""

    id_observers: list[Callable[[str], object]] = None  # type: ignore[assignment]  # documented; each has its own
    """Called with each new id."""

    originalid: str | None = None
    """What the client sent; it may be unknown or unsafe."""

    missing: bool = False
    """Whether the client asked for a session that there is not."""

    regenerated: bool = False
    """Whether the application called `regenerate()`."""

    cookie_sent: bool = False
    """Whether the header fields have gone out, so that the client can be told no other id."""

    timeout: float = 60
    """Minutes that the session lives after it was last saved."""

    travels: ClassVar[bool] = False
    """Whether the data are sent to the client, so that they are saved before the response is."""

    locks_new: ClassVar[bool] = True
    """Whether a session that the store does not know is locked, too: a store may insist on it."""

    loaded: bool
    changed: bool

    locked: bool = False
    """Whether this request has the session to itself."""

    is_new: bool = True
    """Whether the store knows nothing of this session."""

    _is_saved: bool = False
    _is_ended: bool = False
    _is_latest: bool = False  # the data were loaded with the lock that this request has
    _kept_clean: ClassVar[set[str]]

    _of_request: ClassVar[tuple[str, ...]] = ("originalid",)
    """What this class adds of a request, which a clean-up that outlives it must not keep."""

    _of_lock: ClassVar[tuple[str, ...]] = ()
    """What this class adds of a lock, which a process that is forked has not."""

    def __init__(self, id: str | None = None, **kwargs: Any) -> None:  # noqa: A002 - documented
        self._generation = _generation
        self._data = {}  # here, and not by a method: this is done for each request
        self.id_observers = []
        for name, value in kwargs.items():
            setattr(self, name, value)
        self.originalid = id
        if id is not None and self._recognize(id):
            self.is_new = False
        else:
            self.missing = id is not None
            self._id = self._unused_id()

    @classmethod
    def check_options(cls, **options: Any) -> None:
        """Raise an error if a session cannot have these options; called for each use of a store."""

    @property
    def id(self) -> str:
        """The id that the client shall send from now on."""
        return self._id

    @id.setter  # noqa: A003 - documented
    def id(self, value: str) -> None:
        self._id = value
        for observer in self.id_observers:
            observer(value)

    @property
    def token(self) -> str | None:
        """What the client is sent: the id, unless a store says otherwise; None for nothing."""
        return self._id

    def carry(self, carrier: Callable[[str | None], object]) -> None:
        """Have something told each new `token` from now on."""
        self.id_observers.append(carrier)

    def now(self) -> datetime:
        """Return the time by which sessions expire; a subclass may use another clock or zone."""
        return datetime.now()  # noqa: DTZ005 - documented; stored times are compared with each other only

    def generate_id(self) -> str:
        """Return a new id."""
        return ids.generate_id()

    def load(self) -> None:
        """Read the data from the store, now.

        If the session is gone or has expired, this is a new, empty session with a new id. In a
        stream, whose client can be told no other id, one that has expired begins anew under its
        own, and one that is gone is read-only.
        """
        if self.scheduler is not None and not self._is_kept_clean():
            self._start_clean_up()
        found = None if self.is_new else self._load()
        log.debug("A session was loaded." if found else "There was no session to load.")
        if found is not None and found[1] >= self.now():
            self._data = dict(found[0])
        else:
            self._data = {}
            if not self.is_new:
                self.is_new = self.missing = True
                self._begin_anew(is_gone=found is None)
        self.loaded, self._is_saved, self._is_latest = True, False, self.locked

    def _begin_anew(self, *, is_gone: bool) -> None:
        if not self.cookie_sent:
            self._move_to(self._unused_id())
        elif is_gone:  # another request has ended it
            self.readonly: bool = True
        else:
            self._is_ended = True  # for others may know its id

    def load_again(self) -> None:
        """Read what others have saved since the data were loaded; keep what this request wrote."""
        if not self.changed:  # what has been, only some stores can tell
            self.load()

    def save(self) -> None:
        """Write the data to the store, now, and release the lock.

        A session of which nothing was loaded has nothing to write. What is written into it after
        that is saved at the end of the request; a change inside a value needs another `save()`.
        If the data were not loaded with the lock, only what this request has changed is written,
        key by key, into what others have saved meanwhile.

        Raises:
            SessionEndedError: Another request, meanwhile, has ended the session.
            ReadOnlySessionError: Nothing may be saved.
        """
        self._refuse_if_readonly()
        self._leave_lock_of_parent()
        try:
            if self.loaded or self.is_new:
                if not self.loaded and not self._is_kept_clean():
                    self._start_clean_up()
                expiration = self.now() + _minutes(self.timeout)
                (self._save_last if self._is_alone else self._save_late)(expiration)
                self.is_new, self.loaded, self._is_ended = False, True, False
                self.changed, self._is_saved = False, True
                log.debug("A session was saved.")
        finally:
            self._is_latest = False
            if self.locked:
                self.release_lock()

    def delete(self) -> None:
        """Remove the session from the store, now. What is written later makes a new one.

        Raises:
            ReadOnlySessionError: Nothing may be changed.
        """
        self._refuse_if_readonly()
        self._leave_lock_of_parent()
        self._delete()
        self._data = {}
        self.loaded = True
        self.changed, self.is_new, self._is_ended = False, True, True
        log.debug("A session was deleted.")

    def regenerate(self) -> None:
        """Give the session a new id, now, so that whoever knows the old one is left with nothing.

        Call it when a visitor logs in. The data move along: they are stored under the new id before
        the old one is deleted. Who is killed in between leaves the old session, and another one
        under an id that nobody knows.

        Raises:
            SessionEndedError: Another request, meanwhile, has ended the session.
            ReadOnlySessionError: Nothing may be changed, or `cookie_sent` says that the client
                would be left with the old id.
        """
        self._refuse_if_readonly()
        if self.cookie_sent:
            raise ReadOnlySessionError(
                "This session can get no new id: its cookie has been sent. Call regenerate() "
                "before the response begins; in a stream, before its first piece."
            )
        self.regenerated = True
        self._leave_lock_of_parent()
        if not self.loaded:
            self.load()
        new = self._unused_id()
        if not self.is_new:
            (self._move_data if self._is_alone else self._move_late)(new)
        self._move_to(new)
        log.debug("A session has got a new id.")

    @property
    def worth_saving(self) -> bool:
        """Whether the end of the request has to write: not for what was never loaded or filled."""
        if self.readonly:
            return False
        if self.is_new:
            return self.changed or bool(self._data)
        # Once saved, it is unlocked, and may be another's by now.
        return self.changed if self._is_saved else self.loaded

    def acquire_lock(self) -> None:
        """Wait until this request has the session to itself."""
        raise NotImplementedError

    def release_lock(self) -> None:
        """Let the next request have the session; do nothing without the lock."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """Remove expired sessions from the store."""

    def _exists(self) -> bool:
        """Return whether there is a session with this id."""
        raise NotImplementedError

    def _load(self) -> tuple[dict[str, Any], datetime] | None:
        """Return the data and when they expire, or None."""
        raise NotImplementedError

    def _save(self, expiration_time: datetime) -> None:
        """Write the data."""
        raise NotImplementedError

    def _delete(self) -> None:
        """Remove the data if there are any."""
        raise NotImplementedError

    def _save_last(self, expiration_time: datetime) -> None:
        """Write the data, after which the lock is released; a store may do both in one step."""
        self._save(expiration_time)

    @property
    def _is_alone(self) -> bool:
        """Whether nobody else can have changed the session since this request has read it."""
        if self.is_new:
            return self.locked or not self._is_ended
        return self.locked and self._is_latest

    def _save_late(self, expiration_time: datetime) -> None:
        """Write the data of a session that others may have changed or ended since it was read."""
        if self.locked or self.is_new or self._exists():
            self._save_last(expiration_time)
        elif self.changed:
            raise SessionEndedError

    def _move_late(self, new: str) -> None:
        """Store such data under another id, and then no longer under this one."""
        if not (self.locked or self._exists()):
            raise SessionEndedError
        self._move_data(new)

    def _leave_lock_of_parent(self) -> None:
        """Have no lock in a process that was forked in the middle of this request."""
        if self._generation == _generation:
            return
        self._generation = _generation
        self.locked = self._is_latest = False
        for name in self._of_lock:
            self.__dict__.pop(name, None)  # which leaves the default of the class

    def _writes_as(self, store: "type[Session]") -> bool:
        """Return whether a store may write in one step what a subclass could want to do itself."""
        cls = type(self)
        return all(getattr(cls, name) is getattr(store, name) for name in _WRITING)

    def _move_data(self, new: str) -> None:
        """Store the data under another id, and then no longer under this one."""
        old = self._id
        try:
            self._id = new
            self._save(self._next_expiration())
        finally:
            self._id = old
        self._delete()

    def _recognize(self, candidate: str) -> bool:
        """Take the id that a client sent if there is such a session. No store sees an unsafe id."""
        if not (ids.is_valid_id(candidate) and self._can_be_id(candidate)):
            return False
        self._id = candidate
        return bool(self._exists())

    def _can_be_id(self, candidate: str) -> bool:  # noqa: ARG002 - for other stores
        """Return whether this store can have a session with an id that is safe in general."""
        return True

    def _unused_id(self) -> str:
        """Return a new id that no session has; the store is asked only about ids not made here."""
        current = self.__dict__.get("_id", "")
        guessable = type(self).generate_id is not Session.generate_id
        try:
            while True:
                self._id = new = self.generate_id()
                if not (ids.is_valid_id(new) and self._can_be_id(new)):
                    raise ValueError(
                        f"generate_id() returned {new!r}; an id is 1 to {ids.MAX_ID_LENGTH} "
                        "visible ASCII characters without slashes, and in files a name for one",
                    )
                if not guessable or not self._exists():
                    return new
        finally:
            self._id = current

    def _move_to(self, new: str) -> None:
        """Change the id, and have the lock of the new one if we had that of the old."""
        was_locked = self.locked
        if was_locked:
            self.release_lock()
        self.id, self._is_ended = new, False
        if was_locked:
            self.acquire_lock()
            self._is_latest = True  # nobody else knows this id

    def _next_expiration(self) -> datetime:
        return self.now() + _minutes(self.timeout)

    def _start_clean_up(self) -> None:
        """Have the scheduler clean up after this class, once for each place that has sessions."""
        if self.scheduler is None or not self.clean_freq:
            return
        cls = type(self)
        if cls.clean_up is Session.clean_up:  # this store needs none
            return
        with _starting_clean_up:
            if self._is_kept_clean():
                return
            if not cls.__dict__.get("clean_thread"):
                cls._kept_clean = set()
                _cleaned_up.add(cls)
            frequency = self.clean_freq * 60
            task = partial(_clean_up_in_turn, self._keeper(), frequency)
            cls.clean_thread = self.scheduler(task, frequency, "Session cleanup")
            cls._kept_clean.add(self._place)

    def _is_kept_clean(self) -> bool:
        own = type(self).__dict__
        if not own.get("clean_thread"):
            return False
        kept = own.get("_kept_clean")  # without it, a program has set `clean_thread` itself
        return kept is None or self._place in kept

    @property
    def _place(self) -> str:
        """What tells this store from another of its class; for each somebody has to clean up."""
        return ""

    def _claim_clean_up(self, frequency: float) -> bool:  # noqa: ARG002 - for other stores
        """Return whether it is this process that cleans up this time.

        Args:
            frequency: How many seconds are between two times.
        """
        return True

    def _keeper(self) -> Self:
        """Return a copy without data: what is scheduled lives as long as the process."""
        keeper = copy.copy(self)
        keeper.__dict__.update(_data={}, id_observers=[], locked=False)
        for cls in type(self).__mro__:
            for name in cls.__dict__.get("_of_request", ()):
                keeper.__dict__.pop(name, None)  # which leaves the default of the class
        return keeper


def _clean_up_in_turn(keeper: Session, frequency: float) -> None:
    """Clean up, unless another process that shares the store has just done it."""
    if keeper._claim_clean_up(frequency):  # noqa: SLF001 - of this module
        keeper.clean_up()


def _forked() -> None:
    """Have this process clean up by itself, and no locks: those are of the one it comes from."""
    global _starting_clean_up, _generation  # noqa: PLW0603 - it may be held by a thread not here
    _starting_clean_up = threading.Lock()
    _generation += 1
    for cls in _cleaned_up:
        cls._kept_clean = set()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
