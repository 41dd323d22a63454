"""The thread that extends locks."""

import os
import threading
from collections.abc import Sequence

import pytest

from cherrypy_sessions.leases import Leases, alone


class Owner:
    """Who has a lock."""


OWNER = Owner()


def test_a_lock_is_extended_until_it_is_dropped() -> None:
    leases = Leases()
    twice = threading.Barrier(2)

    def extend() -> bool:
        twice.wait(30)
        return True

    leases.keep("a", OWNER, alone(extend), None, 0.003)
    for _ in range(3):
        twice.wait(30)
    leases.drop("a")
    leases.drop("a")
    twice.abort()
    assert len(leases) == 0


def test_a_shorter_lock_does_not_wait_for_a_longer_one() -> None:
    leases = Leases()
    done = threading.Event()
    leases.keep("long", OWNER, alone(lambda: True), None, 3000)
    leases.keep("short", OWNER, alone(lambda: done.set() is None), None, 0.003)  # type: ignore[func-returns-value]
    assert done.wait(30)
    leases.drop("short")
    leases.drop("long")


def test_a_lock_that_was_lost_is_told_and_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    leases = Leases()
    leases.keep("a", OWNER, alone(lambda: False), None, 0.003)
    thread = leases._thread
    assert thread is not None
    thread.join(30)
    assert len(leases) == 0
    assert "was lost while its request was running" in caplog.text
    assert leases._thread is None


def test_a_lock_whose_owner_is_no_more_is_extended_no_more() -> None:
    leases = Leases()
    leases.keep("a", Owner(), alone(lambda: pytest.fail("nobody has it")), None, 0.003)
    thread = leases._thread
    assert thread is not None
    thread.join(30)
    assert len(leases) == 0


def test_a_store_that_fails_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    leases = Leases()
    outcomes = [OSError("gone"), OSError("gone"), None]

    def extend() -> bool:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        return False

    leases.keep("a", OWNER, alone(extend), None, 0.003)
    assert leases._thread is not None
    leases._thread.join(30)
    assert caplog.messages[:2] == ["The lock of a session could not be extended: gone"] * 2


def test_locks_of_one_place_are_extended_together() -> None:
    leases = Leases()
    asked: list[list[str]] = []

    def extend(locks: Sequence[str]) -> list[bool]:
        asked.append(sorted(locks))
        return [False for _ in locks]

    with leases._changed:  # the thread looks only when all are there
        for name in ("one", "other"):
            leases.keep(name, OWNER, extend, name, 0.003)
        thread = leases._thread
    assert thread is not None
    thread.join(60)
    assert asked == [["one", "other"]]
    assert len(leases) == 0


def test_a_process_that_was_forked_extends_nothing() -> None:
    leases = Leases()
    leases.keep("a", OWNER, alone(lambda: True), None, 3000)
    if (child := os.fork()) == 0:
        os._exit(0 if len(leases) == 0 and leases._thread is None else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(leases) == 1
    leases.drop("a")
