"""Timers, and the error when a lock took too long."""

from datetime import UTC, datetime, timedelta

import pytest

from cherrypy_sessions import LockChecker, LockTimeout, NeverExpires, Timer


def test_a_timer_ends_after_its_time() -> None:
    assert not Timer.after(60).expired()
    assert not Timer.after(timedelta(minutes=1)).expired()
    assert Timer.after(0).expired()
    assert Timer.after(timedelta(seconds=-1)).expired()


def test_a_timer_without_a_zone_is_in_utc() -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    assert Timer(now - timedelta(seconds=1)).expired()
    assert not Timer(now + timedelta(minutes=1)).expired()


def test_a_timer_needs_a_datetime() -> None:
    with pytest.raises(TypeError, match="must be a datetime, not 5"):
        Timer(5)  # type: ignore[arg-type]


def test_never_expires() -> None:
    assert not NeverExpires().expired()


@pytest.mark.parametrize("timeout", [None, 60, timedelta(minutes=1)])
def test_a_checker_with_time_left_says_so(timeout: timedelta | float | None) -> None:
    assert not LockChecker("abc", timeout).expired()


def test_a_checker_names_the_session_when_the_time_is_over() -> None:
    checker = LockChecker("abc", timedelta(microseconds=-1))
    with pytest.raises(LockTimeout, match="Timeout acquiring lock for abc"):
        checker.expired()
