"""The session object and the store in memory."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from forking import holds_in_child

from cherrypy_sessions import (
    LockTimeout,
    RamSession,
    ReadOnlySessionError,
    Session,
    SessionEndedError,
    lock,
    missing,
    save,
)
from cherrypy_sessions.mapping import SessionMapping
from cherrypy_sessions.merging import MergingSession


@pytest.fixture
def stored(store: type[RamSession]) -> RamSession:
    """A session that the store knows, as the next request finds it."""
    first = store()
    first["color"] = "red"
    first.save()
    return store(first.id)


# Known and unknown ids


def test_a_known_id_is_kept(stored: RamSession) -> None:
    assert stored.id == stored.originalid
    assert not stored.missing
    assert stored["color"] == "red"


def test_an_unknown_id_is_replaced(store: type[RamSession]) -> None:
    session = store("0" * 40)
    assert session.originalid == "0" * 40
    assert session.id != session.originalid
    assert session.missing


def test_without_an_id_there_is_a_new_one(store: type[RamSession]) -> None:
    session = store()
    assert len(session.id) == 40
    assert not session.missing
    assert session.is_new


def test_an_unsafe_id_is_missing_and_never_reaches_the_store(store: type[RamSession]) -> None:
    class Wary(store):  # type: ignore[valid-type, misc]  # a class of this test
        def _exists(self) -> bool:
            raise AssertionError

    session = Wary("../../etc/passwd")
    assert session.missing
    assert session.originalid == "../../etc/passwd"


def test_an_expired_session_is_missing(store: type[RamSession], stored: RamSession) -> None:
    class Later(store):  # type: ignore[valid-type, misc]  # a class of this test
        def now(self) -> datetime:
            return super().now() + timedelta(minutes=61)  # type: ignore[no-any-return]

    assert Later(stored.id).missing


def test_ids_that_could_be_guessed_are_looked_up_until_one_is_free(store: type[RamSession]) -> None:
    class Counting(store):  # type: ignore[valid-type, misc]  # a class of this test
        numbers = iter(range(10))

        def generate_id(self) -> str:
            return f"n{next(self.numbers)}"

    first = Counting()
    first["a"] = 1
    first.save()
    Counting.numbers = iter(range(10))
    assert Counting().id == "n1"


def test_an_unsafe_id_of_ones_own_making_is_an_error(store: type[RamSession]) -> None:
    class Bad(store):  # type: ignore[valid-type, misc]  # a class of this test
        def generate_id(self) -> str:
            return "a/b"

    with pytest.raises(ValueError, match="'a/b'"):
        Bad()


# Laziness


def test_reading_a_new_session_leaves_no_trace(store: type[RamSession]) -> None:
    session = store()
    assert session.get("color") is None
    assert "color" not in session
    assert list(session) == []
    save(session)
    assert (len(store.cache), len(store.locks)) == (0, 0)


def test_a_new_session_is_stored_once_something_was_written(store: type[RamSession]) -> None:
    session = store()
    session["color"] = "red"
    assert len(session) == 0
    save(session)
    assert len(session) == 1


def test_a_new_session_that_was_emptied_again_is_stored(store: type[RamSession]) -> None:
    session = store()
    session["color"] = "red"
    del session["color"]
    save(session)
    assert not store(session.id).missing


def test_a_known_session_that_was_not_touched_is_not_written(stored: RamSession) -> None:
    before = stored.cache[stored.id]
    save(stored)
    assert stored.cache[stored.id] is before


def test_a_known_session_that_was_read_lives_longer(stored: RamSession) -> None:
    before = stored.cache[stored.id][1]
    stored.timeout = 120
    assert stored["color"]
    save(stored)
    assert stored.cache[stored.id][1] - before > timedelta(minutes=59)


def test_a_change_inside_a_value_is_saved(store: type[RamSession], stored: RamSession) -> None:
    stored["list"] = []
    save(stored)
    again = store(stored.id)
    again["list"].append(1)
    save(again)
    assert store(stored.id)["list"] == [1]


# The dict


def test_it_is_a_dict(stored: RamSession) -> None:
    stored["size"] = 5
    assert stored["size"] == 5
    assert "size" in stored
    assert stored.get("weight", 7) == 7
    assert stored.setdefault("weight", 8) == 8
    assert stored.pop("weight") == 8
    assert stored.pop("weight", None) is None
    stored.update({"a": 1})
    assert list(stored.keys()) == ["color", "size", "a"]
    assert list(stored.values()) == ["red", 5, 1]
    assert dict(stored.items()) == {"color": "red", "size": 5, "a": 1}
    assert [*stored] == ["color", "size", "a"]
    stored.clear()
    assert not list(stored)
    with pytest.raises(KeyError):
        stored.pop("size")
    with pytest.raises(KeyError):
        stored["size"]


def test_the_sentinel_for_no_default_shows_its_name() -> None:
    assert repr(missing) == "missing"


def test_a_mapping_without_a_store_cannot_load() -> None:
    with pytest.raises(NotImplementedError):
        SessionMapping().get("a")


def test_it_is_true_even_in_an_empty_store(store: type[RamSession]) -> None:
    assert store()


def test_what_is_stored_is_a_copy(store: type[RamSession], stored: RamSession) -> None:
    stored["color"] = "blue"
    assert store(stored.id)["color"] == "red"
    stored.save()
    stored["color"] = "green"
    assert store(stored.id)["color"] == "blue"


def test_what_is_stored_is_a_copy_to_the_bottom(store: type[RamSession]) -> None:
    session = store()
    session["cart"] = {"books": ["a"]}
    session.save()
    session["cart"]["books"].append("b")
    other = store(session.id)
    assert other["cart"] == {"books": ["a"]}
    other["cart"]["books"].append("c")
    assert store(session.id)["cart"] == {"books": ["a"]}


def test_what_cannot_be_copied_is_shared(store: type[RamSession]) -> None:
    session = store()
    session["lock"], session["list"] = threading.Lock(), [1]
    session.save()
    other = store(session.id)
    assert other["lock"] is session["lock"]
    assert other["list"] is not session["list"]


def test_a_value_that_cannot_be_compared_counts_as_changed(store: type[RamSession]) -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise ValueError("which one?")

        __hash__ = None  # type: ignore[assignment]

    session = store()
    session["odd"] = Odd()
    session.save()
    store(session.id).update({"a": 1})
    session.save()
    assert list(store(session.id)) == ["odd"]


# Explicit steps


def test_load_reads_at_once(stored: RamSession) -> None:
    assert not stored.loaded
    stored.load()
    assert stored.loaded


def test_save_writes_at_once_even_nothing(store: type[RamSession]) -> None:
    session = store()
    session.save()
    assert not store(session.id).missing


def test_save_without_a_load_has_nothing_to_write(stored: RamSession) -> None:
    before = stored.cache[stored.id]
    stored.save()
    assert stored.cache[stored.id] is before


def test_saving_and_releasing_twice_is_legal(stored: RamSession) -> None:
    stored.acquire_lock()
    stored["color"] = "blue"
    stored.save()
    stored.release_lock()
    assert not stored.locked
    stored["color"] = "green"
    save(stored)
    assert stored.cache[stored.id][0] == {"color": "green"}
    assert len(stored.locks) == 0


def test_a_failing_save_releases_the_lock(store: type[RamSession], stored: RamSession) -> None:
    class Full(store):  # type: ignore[valid-type, misc]  # a class of this test
        def _save(self, expiration_time: datetime) -> None:
            raise OSError("full")

    session = Full(stored.id)
    session.acquire_lock()
    session["color"] = "blue"
    with pytest.raises(OSError, match="full"):
        session.save()
    assert len(session.locks) == 0


def test_delete_removes_at_once_and_the_end_of_the_request_does_not_bring_it_back(
    stored: RamSession,
) -> None:
    assert stored["color"]
    stored.delete()
    assert "color" not in stored
    save(stored)
    assert len(stored) == 0


def test_what_is_written_after_delete_is_a_new_session(stored: RamSession) -> None:
    stored.delete()
    stored["color"] = "blue"
    save(stored)
    assert stored.cache[stored.id][0] == {"color": "blue"}


def test_regenerate_moves_the_data_to_a_new_id(store: type[RamSession], stored: RamSession) -> None:
    old = stored.id
    seen: list[str] = []
    stored.id_observers.append(seen.append)
    stored.regenerate()
    assert stored.regenerated
    assert seen == [stored.id]
    assert store(old).missing
    assert store(stored.id)["color"] == "red"


def test_regenerate_takes_the_lock_along(stored: RamSession) -> None:
    stored.acquire_lock()
    stored.regenerate()
    assert list(stored.locks) == [stored.id]
    stored.release_lock()


def test_regenerating_a_new_session_stores_nothing(store: type[RamSession]) -> None:
    session = store()
    old = session.id
    session.regenerate()
    assert session.id != old
    assert len(session) == 0


def test_a_regenerate_that_cannot_save_loses_nothing(
    store: type[RamSession],
    stored: RamSession,
) -> None:
    class Full(store):  # type: ignore[valid-type, misc]  # a class of this test
        def _save(self, expiration_time: datetime) -> None:
            raise OSError("full")

    session = Full(stored.id)
    with pytest.raises(OSError, match="full"):
        session.regenerate()
    assert session.id == stored.id
    assert store(stored.id)["color"] == "red"


def test_who_waited_for_a_session_that_was_regenerated_does_not_revive_the_old_id(
    store: type[RamSession],
    stored: RamSession,
) -> None:
    late = store(stored.id)
    stored.regenerate()
    late.acquire_lock()
    late["mine"] = True
    save(late)
    assert late.missing
    assert late.id not in {late.originalid, stored.id}
    assert set(store.cache) == {stored.id, late.id}
    assert len(store.locks) == 0


def test_readonly_reads_but_never_writes(store: type[RamSession], stored: RamSession) -> None:
    session = store(stored.id, readonly=True)
    before = store.cache[stored.id]
    assert session["color"] == "red"
    with pytest.raises(ReadOnlySessionError):
        session["color"] = "blue"
    save(session)
    assert store.cache[stored.id] is before


@pytest.mark.parametrize("what", ["save", "delete", "regenerate"])
def test_readonly_allows_no_explicit_change(
    store: type[RamSession], stored: RamSession, what: str
) -> None:
    session = store(stored.id, readonly=True)
    before = store.cache[stored.id]
    session.load()
    with pytest.raises(ReadOnlySessionError):
        getattr(session, what)()
    assert store.cache == {stored.id: before}
    assert session.id == stored.id


def test_options_are_attributes(store: type[RamSession]) -> None:
    assert store(None, timeout=5, color="red").color == "red"  # type: ignore[attr-defined]


# Locks


def test_a_lock_is_for_one_request_at_a_time(store: type[RamSession], stored: RamSession) -> None:
    stored.acquire_lock()
    stored.acquire_lock()
    assert stored.locked
    had = threading.Event()
    other = store(stored.id)

    def take() -> None:
        other.acquire_lock()
        had.set()
        other.release_lock()

    thread = threading.Thread(target=take)
    thread.start()
    stored["n"] = 1
    assert not had.is_set()
    stored.save()
    thread.join(60)
    assert had.is_set()


@pytest.mark.parametrize("timeout", [0.01, timedelta(milliseconds=10)])
def test_a_lock_that_takes_too_long_is_an_error_that_names_the_holder(
    store: type[RamSession],
    stored: RamSession,
    timeout: Any,
) -> None:
    stored.acquire_lock()
    other = store(stored.id, lock_timeout=timeout)
    errors: list[LockTimeout] = []

    def wait() -> None:
        try:
            other.acquire_lock()
        except LockTimeout as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(60)
    assert threading.current_thread().name in str(errors[0])
    assert not other.locked


def test_a_process_that_was_forked_locks_and_cleans_up_by_itself(
    store: type[RamSession], stored: RamSession
) -> None:
    scheduled: list[str] = []

    def schedule(task: Any, frequency: float, name: str) -> str:
        scheduled.append(name)
        return "scheduled"

    def check() -> bool:
        session = store(stored.id, scheduler=schedule, lock_timeout=0)
        session.acquire_lock()
        session["a"] = 1
        session.save()
        return len(scheduled) == 2

    store(stored.id, scheduler=schedule).load()
    stored.acquire_lock()
    with RamSession._changing:  # as another thread might
        assert holds_in_child(check)
    stored.release_lock()
    assert len(scheduled) == 1


# Clean-up


def test_clean_up_removes_what_has_expired_and_nothing_else(store: type[RamSession]) -> None:
    expired, living = store(None, timeout=-1), store(None, timeout=5)
    for session in (expired, living):
        session["a"] = 1
        session.save()
    living.clean_up()
    assert list(store.cache) == [living.id]


def test_clean_up_spares_what_was_saved_since_it_looked(store: type[RamSession]) -> None:
    session = store(None, timeout=-1)
    session["a"] = 1
    session.save()
    old = store.cache[session.id]
    session.timeout = 5
    session.save()
    session._remove(session.id, old)
    assert session.id in store.cache


def test_the_scheduler_is_asked_once_per_store(store: type[RamSession]) -> None:
    asked: list[tuple[Any, float, str]] = []

    def schedule(task: Any, frequency: float, name: str) -> object:
        asked.append((task, frequency, name))
        return object()

    for _ in range(2):
        session = store(None, scheduler=schedule, clean_freq=3)
        session["a"] = 1
        session.save()
    ((task, frequency, name),) = asked
    assert (frequency, name) == (180, "Session cleanup")
    assert store.clean_thread is not None
    assert Session.clean_thread is None
    store.cache.clear()
    store(None, timeout=-1).save()
    task()
    assert not store.cache


def test_without_a_frequency_nobody_cleans_up(store: type[RamSession]) -> None:
    store(None, scheduler=pytest.fail, clean_freq=0).save()
    assert store.clean_thread is None


def test_two_first_sessions_start_one_clean_up(
    store: type[RamSession],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = store(None, scheduler=pytest.fail)

    class Started:
        def __enter__(self) -> None:
            store.clean_thread = "started meanwhile"

        def __exit__(self, *exc_info: object) -> None: ...

    monkeypatch.setattr("cherrypy_sessions.session._starting_clean_up", Started())
    session.load()
    assert store.clean_thread == "started meanwhile"


# Stores of others


class Shelf(Session):
    """A store as one writes it: no more than the documented methods."""

    shelf: dict[str, Any] = {}  # noqa: RUF012 - the test's own

    def _exists(self) -> bool:
        return self.id in self.shelf

    def _load(self) -> Any:
        return self.shelf.get(self.id)

    def _save(self, expiration_time: datetime) -> None:
        self.shelf[self.id] = (self._data, expiration_time)

    def _delete(self) -> None:
        self.shelf.pop(self.id, None)

    def acquire_lock(self) -> None:
        self.locked = True

    def release_lock(self) -> None:
        self.locked = False


def test_a_store_needs_only_the_documented_methods() -> None:
    first = Shelf(timeout=5)
    first["a"] = 1
    save(first)
    second = Shelf(first.id)
    second.acquire_lock()
    assert second["a"] == 1
    second.regenerate()
    save(second)
    second.clean_up()
    assert not second.locked
    assert list(Shelf.shelf) == [second.id]
    second.delete()
    assert not Shelf.shelf


def test_a_store_of_ones_own_does_not_revive_what_another_has_ended() -> None:
    first = Shelf()
    first["a"] = 1
    first.save()
    Shelf.shelf.pop(first.id)
    save(first)
    first.save()  # nothing has been written since
    assert not Shelf.shelf
    first["a"] = 2
    for step in (first.save, first.regenerate):
        with pytest.raises(SessionEndedError):
            step()
    assert not Shelf.shelf


def test_a_store_of_ones_own_writes_all_that_a_request_without_the_lock_has() -> None:
    first = Shelf()
    first["a"] = 1
    first.save()
    first["b"] = 2
    first.save()
    first.regenerate()
    assert Shelf.shelf.pop(first.id)[0] == {"a": 1, "b": 2}
    assert not Shelf.shelf


def test_a_store_of_ones_own_reads_again_what_was_not_changed_before_the_lock() -> None:
    first, other = Shelf(), Shelf()
    first["a"] = 1
    first.save()
    for changed in (False, True):
        second = Shelf(first.id)
        assert second["a"] == 1
        if changed:
            second["b"] = 1
        Shelf.shelf[first.id] = ({"a": 2}, other.now() + timedelta(minutes=5))
        lock(second)
        assert second["a"] == (1 if changed else 2)
        second.release_lock()
        Shelf.shelf[first.id] = ({"a": 1}, other.now() + timedelta(minutes=5))
    Shelf.shelf.clear()


def test_a_subclass_may_read_by_other_means(store: type[RamSession]) -> None:
    class Other(store):  # type: ignore[valid-type, misc]  # a class of this test
        def _load(self) -> Any:
            return self.cache.get(self.id)

        def _save(self, expiration_time: datetime) -> None:
            self.cache[self.id] = (dict(self._data), expiration_time)

    first = Other()
    first["a"] = 1
    first.save()
    first["b"] = 2
    first.save()
    first.regenerate()
    assert dict(Other(first.id).items()) == {"a": 1, "b": 2}
    lock(first)
    first.release_lock()
    Other(first.id).delete()
    first["c"] = 3
    with pytest.raises(SessionEndedError):
        first.save()


@pytest.mark.parametrize(
    "call",
    [
        Session._exists,
        Session._load,
        Session._delete,
        Session.acquire_lock,
        Session.release_lock,
        lambda session: session._save(session.now()),
        MergingSession._seen_data,
        lambda session: MergingSession._alike(session, 1, 1),
    ],
)
def test_a_store_has_to_define_its_methods(call: Any) -> None:
    with pytest.raises(NotImplementedError):
        call(MergingSession())
