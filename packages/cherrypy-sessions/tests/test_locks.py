"""Locks by name: one holder, first come first served, nothing left behind."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from forking import holds_in_child

from cherrypy_sessions import DeadlockError, FairLocks
from cherrypy_sessions import locks as locks_module


def waiting_for(locks: FairLocks, key: str, count: int) -> None:
    """Return when so many threads hold or wait for a lock."""
    done = threading.Event()
    while len(locks._queues[key]) < count:
        assert not done.wait(0.001)


@contextmanager
def run(*targets: object) -> Iterator[list[threading.Thread]]:
    threads = [threading.Thread(target=target, daemon=True) for target in targets]  # type: ignore[arg-type]
    yield threads
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_a_free_lock_is_had_at_once() -> None:
    locks = FairLocks()
    assert locks.acquire("a")
    assert locks.holder("a") == threading.current_thread().name


def test_locks_of_different_keys_do_not_wait_for_each_other() -> None:
    locks = FairLocks()
    assert locks.acquire("a")
    assert locks.acquire("b", timeout=0)
    assert sorted(map(str, locks)) == ["a", "b"]


def test_nothing_is_left_of_a_lock_that_nobody_uses() -> None:
    locks = FairLocks()
    locks.acquire("a")
    assert "a" in locks
    locks.release("a")
    assert len(locks) == 0
    assert locks.holder("a") is None


def test_who_asks_first_has_it_first() -> None:
    locks = FairLocks()
    order: list[int] = []

    def worker(number: int) -> None:
        locks.acquire("a")
        order.append(number)
        locks.release("a")

    locks.acquire("a")
    threads = [threading.Thread(target=worker, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads):
        thread.start()
        waiting_for(locks, "a", number + 2)
    locks.release("a")
    for thread in threads:
        thread.join(60)
    assert order == [0, 1, 2, 3, 4]
    assert len(locks) == 0


def test_only_one_holds_it() -> None:
    locks = FairLocks()
    inside: list[int] = []
    most: list[int] = []

    def worker() -> None:
        for _ in range(50):
            locks.acquire("a")
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            locks.release("a")

    with run(*[worker] * 4) as threads:
        for thread in threads:
            thread.start()
    assert max(most) == 1
    assert len(locks) == 0


def test_a_timeout_gives_up_the_place_in_the_queue() -> None:
    locks = FairLocks()
    results: list[bool] = []
    locks.acquire("a")
    with run(lambda: results.append(locks.acquire("a", timeout=0.01))) as (waiter,):
        waiter.start()
    assert results == [False]
    locks.release("a")
    assert len(locks) == 0


class LateGate:
    """A gate at which somebody has just lost patience as it opens, or is interrupted."""

    def __init__(self, locks: FairLocks, error: BaseException | None = None) -> None:
        self._locks = locks
        self._error = error
        self._is_first = True

    def acquire(self, timeout: float = -1) -> bool:
        if self._is_first:  # the thread itself closes it
            self._is_first = False
            return True
        self._locks.release("a")
        if self._error:
            raise self._error
        return False

    def release(self) -> None: ...


def wait_at(gate: LateGate, locks: FairLocks, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    results: list[object] = []

    def wait() -> None:
        try:
            results.append(locks.acquire("a", timeout=60))
        except KeyboardInterrupt as error:
            results.append(error)

    locks.acquire("a")
    with run(wait) as (waiter,), monkeypatch.context() as patch:
        patch.setattr("cherrypy_sessions.locks._new_gate", lambda: gate)
        waiter.start()
        waiter.join(60)
    return results


def test_a_place_that_was_reached_while_giving_up_is_had(monkeypatch: pytest.MonkeyPatch) -> None:
    locks = FairLocks()
    assert wait_at(LateGate(locks), locks, monkeypatch) == [True]
    locks.release("a")
    assert len(locks) == 0


def test_a_place_that_was_reached_while_interrupted_is_passed_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    locks = FairLocks()
    error = KeyboardInterrupt()
    assert wait_at(LateGate(locks, error), locks, monkeypatch) == [error]
    assert len(locks) == 0


def test_waiting_for_oneself_is_an_error_instead_of_for_ever() -> None:
    locks = FairLocks()
    locks.acquire("a")
    with pytest.raises(DeadlockError, match="holds this lock already"):
        locks.acquire("a")
    locks.release("a")
    assert len(locks) == 0


def test_trying_without_waiting_is_no_deadlock() -> None:
    locks = FairLocks()
    locks.acquire("a")
    assert not locks.acquire("a", timeout=0)
    locks.release("a")
    assert len(locks) == 0


def test_releasing_what_nobody_holds_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="not held"):
        FairLocks().release("a")


def test_another_thread_may_release() -> None:
    locks = FairLocks()
    locks.acquire("a")
    with run(lambda: locks.release("a")) as (other,):
        other.start()
    assert locks.acquire("a", timeout=0)


def test_a_process_that_was_forked_may_release_what_it_has_no_more() -> None:
    def release() -> bool:
        locks.release("a")
        locks.acquire("a")
        locks.release("a")
        try:
            locks.release("a")
        except RuntimeError:
            return len(locks) == 0
        return False

    locks = FairLocks()
    locks.acquire("a")
    assert holds_in_child(release)
    locks.release("a")
    assert len(locks) == 0


def test_a_process_that_was_forked_has_no_locks() -> None:
    locks = FairLocks()
    locks.acquire("a")
    with locks_module._mutex:  # as another thread might
        assert holds_in_child(lambda: len(locks) == 0 and locks.acquire("a", 0))
    locks.release("a")
    assert id(locks._queues) not in locks_module._in_use
