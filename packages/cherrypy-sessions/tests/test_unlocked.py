"""Saves without the lock: they change what the request has changed, and nothing else."""

import pickle
from datetime import datetime, timedelta
from typing import Any

import pytest
from session_places import ALL, Place

from cherrypy_sessions import DeadlockError, LockTimeout, SessionEndedError, lock, save

pytestmark = pytest.mark.parametrize("place", ALL, indirect=True)


@pytest.fixture
def early(place: Place, id_: str) -> Any:
    """A session that was saved early, so that its lock is another's to have."""
    session = place.open(id_)
    session.acquire_lock()
    session["count"] = 1
    session["list"] = []
    session.save()
    return session


def saved(place: Place, id_: str, **data: Any) -> None:
    """Do what another request does: change the session, with its lock."""
    other = place.open(id_)
    other.acquire_lock()
    other.update(data)
    save(other)


def stored(place: Place, id_: str) -> dict[str, Any]:
    return dict(place.open(id_).items())


def test_what_others_saved_after_an_early_save_stays(place: Place, id_: str) -> None:
    first = place.open(id_)
    first.acquire_lock()
    first["count"] = 1
    first.save()
    second = place.open(id_)
    second.acquire_lock()
    second["count"] += 1
    save(second)
    save(first)
    assert place.open(id_)["count"] == 2


def test_an_early_save_does_not_bring_back_what_another_has_ended(place: Place, id_: str) -> None:
    first = place.open(id_)
    first.acquire_lock()
    first["count"] = 1
    first.save()
    second = place.open(id_)
    second.acquire_lock()
    second.regenerate()
    save(second)
    save(first)
    assert place.open(id_).missing
    assert place.open(second.id)["count"] == 1


def test_what_is_loaded_again_is_saved_again(place: Place, id_: str) -> None:
    session = place.open(id_)
    session["list"] = []
    session.save()
    session.acquire_lock()
    session.load()
    session["list"].append(1)
    save(session)
    assert place.open(id_)["list"] == [1]


def test_a_save_without_a_lock_is_legal(place: Place, id_: str) -> None:
    session = place.open(id_)
    session["count"] = 7
    session.save()
    assert place.open(id_)["count"] == 7


def test_what_is_written_after_an_early_save_leaves_what_others_saved(
    place: Place, early: Any
) -> None:
    saved(place, early.id, count=2, size=5)
    early["late"] = True
    save(early)
    expected = {"color": "red", "count": 2, "list": [], "size": 5, "late": True}
    assert stored(place, early.id) == expected
    assert dict(early.items()) == expected
    assert not early.locked


def test_of_two_that_write_the_same_the_last_one_counts(place: Place, early: Any) -> None:
    saved(place, early.id, count=2)
    early["count"] = 3
    save(early)
    assert stored(place, early.id)["count"] == 3


def test_what_is_removed_after_an_early_save_is_removed(place: Place, early: Any) -> None:
    saved(place, early.id, count=2)
    del early["color"]
    save(early)
    assert stored(place, early.id) == {"count": 2, "list": []}


def test_a_change_inside_a_value_is_written_by_another_save(place: Place, early: Any) -> None:
    saved(place, early.id, count=2)
    early["list"].append(1)
    early.save()
    assert stored(place, early.id) == {"color": "red", "count": 2, "list": [1]}


def test_two_that_never_lock_keep_what_each_wrote(place: Place, id_: str) -> None:
    one, other = place.open(id_), place.open(id_)
    one["one"], other["other"] = 1, 2
    save(one)
    save(other)
    assert stored(place, id_) == {"color": "red", "count": 0, "one": 1, "other": 2}


def test_who_only_reads_lets_it_live_longer(place: Place, id_: str) -> None:
    session = place.open(id_, timeout=120)
    assert session["color"] == "red"
    save(session)
    found = place.open(id_)._load()
    assert found[1] - session.now() > timedelta(minutes=100)


def test_who_only_reads_does_not_wait_for_who_has_the_lock(place: Place, id_: str) -> None:
    session = place.open(id_)
    assert session["color"] == "red"
    other = place.open(id_)
    other.acquire_lock()
    save(session)
    assert session.lock_timeout is None
    other["color"] = "blue"
    save(other)
    assert stored(place, id_)["color"] == "blue"


@pytest.mark.parametrize("how", ["delete", "regenerate"])
def test_a_session_that_another_has_ended_stays_ended(place: Place, early: Any, how: str) -> None:
    other = place.open(early.id)
    other.acquire_lock()
    getattr(other, how)()
    other.release_lock()
    early["late"] = True
    with pytest.raises(SessionEndedError):
        save(early)
    assert not early.locked
    assert place.open(early.originalid).missing


def test_nor_does_who_only_read_it_revive_it(place: Place, id_: str) -> None:
    session = place.open(id_)
    assert session["color"] == "red"
    place.open(id_).delete()
    save(session)
    assert place.open(id_).missing


def test_regenerate_takes_along_what_others_saved(place: Place, early: Any) -> None:
    saved(place, early.id, count=2)
    early["user"] = 1
    early.regenerate()
    assert stored(place, early.id) == {"color": "red", "count": 2, "list": [], "user": 1}
    assert place.open(early.originalid).missing
    assert not early.locked


def test_regenerate_of_what_another_has_ended_begins_anew(place: Place, early: Any) -> None:
    place.open(early.id).delete()
    early["user"] = 1
    early.regenerate()
    save(early)
    assert place.open(early.originalid).missing
    assert stored(place, early.id) == {"user": 1}


def test_a_regenerate_that_fails_loses_nothing(
    place: Place, early: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(new: str) -> None:
        raise OSError("full")

    early["late"] = True
    with monkeypatch.context() as patch:
        patch.setattr(early, "_move_data", fail)
        with pytest.raises(OSError, match="full"):
            early.regenerate()
    assert not early.locked
    save(early)
    assert stored(place, early.originalid)["late"]


def test_what_is_written_after_delete_is_written_with_the_lock(
    place: Place, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = place.open(id_)
    locked: list[bool] = []
    write = session._save_last

    def note(expiration_time: datetime) -> None:
        locked.append(session.locked)
        write(expiration_time)

    monkeypatch.setattr(session, "_save_last", note)
    session.delete()
    session["color"] = "blue"
    save(session)
    session["color"] = "green"
    save(session)
    assert locked == [True, True]
    assert not session.locked
    assert stored(place, id_) == {"color": "green"}


def test_what_was_read_before_the_lock_was_had_is_read_again(place: Place, id_: str) -> None:
    session = place.open(id_)
    assert session["count"] == 0
    saved(place, id_, count=2)
    lock(session)
    session["count"] += 1
    save(session)
    assert stored(place, id_) == {"color": "red", "count": 3}


def test_what_was_written_before_the_lock_was_had_is_kept(place: Place, id_: str) -> None:
    session = place.open(id_)
    session["page"] = 1
    saved(place, id_, count=2)
    lock(session)
    save(session)
    assert stored(place, id_) == {"color": "red", "count": 2, "page": 1}


def test_what_was_ended_before_the_lock_was_had_begins_anew(place: Place, id_: str) -> None:
    session = place.open(id_)
    session["page"] = 1
    place.open(id_).delete()
    lock(session)
    save(session)
    assert not session.locked
    assert place.open(id_).missing
    assert stored(place, session.id) == {"page": 1}


def test_who_gets_the_lock_after_reading_leaves_what_others_saved(place: Place, id_: str) -> None:
    session = place.open(id_)
    assert session["count"] == 0
    saved(place, id_, count=2)
    session.acquire_lock()
    session["page"] = 1
    save(session)
    assert not session.locked
    assert stored(place, id_) == {"color": "red", "count": 2, "page": 1}


def test_who_gives_up_the_lock_and_gets_it_again_leaves_it_too(place: Place, id_: str) -> None:
    session = place.open(id_)
    session.acquire_lock()
    assert session["count"] == 0
    session.release_lock()
    saved(place, id_, count=2)
    session.acquire_lock()
    session["page"] = 1
    save(session)
    assert stored(place, id_) == {"color": "red", "count": 2, "page": 1}


def test_who_gets_the_lock_of_what_has_ended_does_not_revive_it(place: Place, id_: str) -> None:
    session = place.open(id_)
    session["page"] = 1
    place.open(id_).delete()
    session.acquire_lock()
    with pytest.raises(SessionEndedError):
        save(session)
    assert not session.locked
    assert place.open(id_).missing


def test_regenerate_with_a_lock_that_came_late_takes_along_what_others_saved(
    place: Place, id_: str
) -> None:
    session = place.open(id_)
    session["user"] = 1
    saved(place, id_, count=2)
    session.acquire_lock()
    session.regenerate()
    assert session.locked
    session["page"] = 1
    save(session)
    assert place.open(id_).missing
    assert stored(place, session.id) == {"color": "red", "count": 2, "user": 1, "page": 1}


def test_delete_waits_for_who_has_the_lock(place: Place, id_: str) -> None:
    first = place.open(id_)
    first.acquire_lock()
    first["count"] = 1
    second = place.open(id_, lock_timeout=0)
    with pytest.raises((LockTimeout, DeadlockError)):
        second.delete()
    save(first)
    second.delete()
    assert not second.locked
    assert place.open(id_).missing


def test_a_set_that_is_stored_in_another_order_is_not_changed(place: Place) -> None:
    if place.store.__name__ == "RedisSession":
        place.options["serializer"] = pickle
    tags = set(range(100))
    tags -= tags - {65, 2}  # still in a large table; what is read back has a small one
    first = place.open()
    first["tags"] = tags
    first.save()
    saved(place, first.id, tags={1})
    first["count"] = 1
    save(first)
    assert stored(place, first.id) == {"tags": {1}, "count": 1}
