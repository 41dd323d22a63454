"""How long to wait for a lock, as an object one can ask, and the error when that was too long."""

from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, Self, TypeAlias

Duration: TypeAlias = timedelta | float
"""A time span, or seconds."""

LONGEST: Final = 100_000_000
"""Seconds or minutes: more than a time ever is, and no more than dates and locks can bear."""

LEAST_EXPIRY: Final = 0.01
"""Seconds after which the lock of a store may end at the earliest."""


class Expiring(Protocol):
    """Something that ends, or not."""

    def expired(self) -> bool:
        """Return whether the time is over."""


class LockTimeout(Exception):  # noqa: N818 - the documented name
    """A lock could not be had in time.

    Examples:
        >>> checker = LockChecker("abc123", timeout=60)
        >>> checker.timer = Timer.after(0)
        >>> try:
        ...     checker.expired()
        ... except LockTimeout as error:
        ...     print(error)
        Timeout acquiring lock for abc123
    """


class NeverExpires:
    """A timer without an end.

    Examples:
        >>> NeverExpires().expired()
        False
    """

    def expired(self) -> bool:
        """Return False."""
        return False


class Timer:
    """A timer that ends at a point in time.

    Args:
        expiration: The end; without a time zone it is in UTC.

    Examples:
        >>> Timer.after(60).expired(), Timer.after(0).expired()
        (False, True)
    """

    def __init__(self, expiration: datetime) -> None:
        if not isinstance(expiration, datetime):
            raise TypeError(f"expiration must be a datetime, not {expiration!r}")
        self.expiration = expiration

    @classmethod
    def after(cls, elapsed: Duration) -> Self:
        """Return a timer that ends after a time span, or seconds, from now."""
        return cls(datetime.now(UTC) + timedelta(seconds=seconds(elapsed)))

    def expired(self) -> bool:
        """Return whether the end has come."""
        now = datetime.now(UTC)
        if self.expiration.tzinfo is None:
            now = now.replace(tzinfo=None)
        return now >= self.expiration


class LockChecker:
    """Ask this between two attempts to get the lock of a session.

    Args:
        session_id: Whose lock it is.
        timeout: How long to try; None or 0 for ever.

    Examples:
        >>> checker = LockChecker("abc123", timeout=60)
        >>> checker.expired()
        False
        >>> checker.timer = Timer.after(0)
        >>> checker.expired()
        Traceback (most recent call last):
        cherrypy_sessions.locking.LockTimeout: Timeout acquiring lock for abc123
    """

    def __init__(self, session_id: str, timeout: Duration | None) -> None:
        self.session_id = session_id
        self.timer: Expiring = Timer.after(timeout) if timeout else NeverExpires()

    def expired(self) -> bool:
        """Return False while there is time left.

        Raises:
            LockTimeout: The time is over.
        """
        if self.timer.expired():
            raise LockTimeout(f"Timeout acquiring lock for {self.session_id}")
        return False


def seconds(duration: Duration) -> float:
    """Return a time span in seconds."""
    return duration.total_seconds() if isinstance(duration, timedelta) else duration


def check_time(name: str, value: object, least: float = 0) -> None:
    """Check an option that is a time, in whatever unit.

    Args:
        name: Its name.
        value: Its value.
        least: The least that it may be.

    Raises:
        ValueError: It is no number, or too small or too large.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} has to be a number, not {value!r}.")  # noqa: TRY004 - see above
    if not least <= value <= LONGEST:  # which NaN is not, either
        raise ValueError(f"{name} has to be from {least} to {LONGEST:,}, not {value!r}.")


def lock_timeout(session_id: str, holder: str | None, patience: float | None) -> LockTimeout:
    """Return the error for a lock that could not be had, with the name of who has it.

    Args:
        session_id: Whose lock it is.
        holder: Who has it, as far as is known.
        patience: How many seconds were waited.
    """
    who = holder or "somebody who has ended since"
    return LockTimeout(f"Timeout acquiring lock for {session_id}: {who} held it for {patience} s")
