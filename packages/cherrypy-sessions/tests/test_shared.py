"""What all stores that several processes share have to do, each with its real server."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from forking import holds_in_child
from session_places import ALL, Place

from cherrypy_sessions import (
    DeadlockError,
    LockTimeout,
    MemcachedSession,
    RedisSession,
    SerializationError,
    close,
    save,
)

STORED_TWICE = [each for each in ALL if each.id in {"ram", "files", "memcached"}]

PROGRAM = """
import json, sys
import cherrypy_sessions

store = getattr(cherrypy_sessions, sys.argv[1])
options = json.loads(sys.argv[2])

def open_session():
    return store(sys.argv[3], **options)
"""

COUNT = (
    PROGRAM
    + """
for _ in range(30):
    session = open_session()
    session.acquire_lock()
    session["count"] += 1
    session.save()
"""
)

HOLD = (
    PROGRAM
    + """
session = open_session()
session.acquire_lock()
session["color"] = "lost"
print("held", flush=True)
sys.stdin.read()
"""
)

WAIT = (
    PROGRAM
    + """
print("waiting", flush=True)
session = open_session()
session.acquire_lock()
sys.stdin.read()
"""
)


def start(program: str, place: Place, id_: str, **options: Any) -> "subprocess.Popen[str]":
    everything = json.dumps(place.options | options)
    return subprocess.Popen(
        [sys.executable, "-c", program, place.store.__name__, everything, id_],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def holder(place: Place, id_: str) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has the lock, for a few seconds once it is killed."""
    expiry = {"lock_expiry": 3} if place.store in {RedisSession, MemcachedSession} else {}
    with start(HOLD, place, id_, **expiry) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


# One session


def test_what_was_stored_is_found_again(place: Place, id_: str) -> None:
    session = place.open(id_)
    assert not session.missing
    assert session["color"] == "red"
    session.acquire_lock()
    session["color"] = "blue"
    session.save()
    assert not session.locked
    assert place.open(id_)["color"] == "blue"


def test_an_unknown_id_is_replaced(place: Place) -> None:
    session = place.open("0" * 40)
    assert session.missing
    assert session.id != "0" * 40


def test_reading_a_session_that_nobody_has_leaves_no_trace(place: Place) -> None:
    session = place.open("0" * 40)
    assert session.get("color") is None
    save(session)
    assert place.open(session.id).missing


def test_delete_removes_it(place: Place, id_: str) -> None:
    for locked in (True, False):
        session = place.open(id_)
        if locked:
            session.acquire_lock()
        session.delete()
        session.release_lock()
        assert place.open(id_).missing


def test_what_is_written_after_delete_is_a_new_session(place: Place, id_: str) -> None:
    session = place.open(id_)
    session.acquire_lock()
    session.delete()
    session["size"] = 5
    session.save()
    assert dict(place.open(id_).items()) == {"size": 5}


@pytest.mark.parametrize("locked", [False, True])
def test_regenerate_moves_it(place: Place, id_: str, locked: bool) -> None:
    session = place.open(id_)
    if locked:
        session.acquire_lock()
    session.regenerate()
    assert session.locked == locked
    session["user"] = 1
    session.save()
    assert place.open(id_).missing
    assert dict(place.open(session.id).items()) == {"color": "red", "count": 0, "user": 1}


def test_a_session_that_goes_while_a_request_waits_for_it_is_missing(
    place: Place, id_: str
) -> None:
    session = place.open(id_)
    place.open(id_).delete()
    session.acquire_lock()
    session["mine"] = True
    session.save()
    assert session.missing
    assert place.open(id_).missing
    assert dict(place.open(session.id).items()) == {"mine": True}


def test_saving_early_and_again_is_legal(place: Place, id_: str) -> None:
    session = place.open(id_)
    session.acquire_lock()
    session["count"] = 1
    session.save()
    session.release_lock()
    session["count"] = 2
    save(session)
    assert place.open(id_)["count"] == 2


def test_an_expired_session_is_missing(place: Place) -> None:
    now = datetime.now()  # noqa: DTZ005 - as the stores have it

    class Later(place.store):  # type: ignore[name-defined, misc]  # a class of this test
        def now(self) -> datetime:
            return now + timedelta(minutes=61)

    id_ = place.put(color="red")
    session = Later(id_, **place.options)
    assert session.get("color") is None
    assert session.missing


def test_readonly_reads_without_a_lock(place: Place, id_: str) -> None:
    other = place.open(id_)
    other.acquire_lock()
    session = place.open(id_, readonly=True)
    assert session["color"] == "red"
    other.release_lock()


def test_readonly_reads_again_when_it_is_told_to(place: Place, id_: str) -> None:
    session = place.open(id_, readonly=True)
    session.load()
    other = place.open(id_)
    other["color"] = "blue"
    other.save()
    session.load()
    assert (session.id, session["color"]) == (id_, "blue")


def test_what_is_signed_is_read_by_who_has_the_key(place: Place) -> None:
    signed = place.open(secret="old")
    signed["color"] = "red"
    signed.save()
    assert place.open(signed.id, secret=["old", "new"])["color"] == "red"
    for other in ("new", None):
        session = place.open(signed.id, secret=other)
        assert session.get("color") is None
        assert session.missing


def test_what_is_not_signed_is_refused_by_who_has_a_key(place: Place, id_: str) -> None:
    session = place.open(id_, secret="key")
    session.acquire_lock()
    assert session.get("color") is None
    assert session.missing
    session.release_lock()


def test_two_serializers(place: Place) -> None:
    import pickle

    for serializer, value in ((json, [1, "a"]), (pickle, {1, (2, 3)})):
        session = place.open(serializer=serializer)
        session["value"] = value
        session.save()
        assert place.open(session.id, serializer=serializer)["value"] == value


def test_what_cannot_be_stored_is_told_by_its_key(place: Place, id_: str) -> None:
    session = place.open(id_)
    session["color"] = threading.Lock()
    with pytest.raises(SerializationError, match="'color'"):
        session.save()
    assert not session.locked
    assert place.open(id_)["color"] == "red"


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("place", STORED_TWICE, indirect=True)
def test_who_is_stopped_in_the_middle_of_regenerate_leaves_the_old_session(
    place: Place, id_: str, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    session = place.open(id_)
    if locked:
        session.acquire_lock()
    with monkeypatch.context() as patch:
        patch.setattr(session, "_delete", stop)
        with pytest.raises(KeyboardInterrupt):
            session.regenerate()
    session.release_lock()
    assert session.id == id_
    assert dict(place.open(id_).items()) == {"color": "red", "count": 0}


# Locks


def test_a_lock_that_takes_too_long_names_the_holder(
    place: Place, id_: str, holder: "subprocess.Popen[str]"
) -> None:
    session = place.open(id_, lock_timeout=0.1)
    with pytest.raises(LockTimeout, match=rf"{holder.pid}.* held it for 0.1 s"):
        session.acquire_lock()
    assert not session.locked
    session.release_lock()


def test_a_thread_that_waits_too_long_hears_of_it_too(place: Place, id_: str) -> None:
    held = place.open(id_)
    held.acquire_lock()
    errors: list[str] = []

    def wait() -> None:
        with pytest.raises(LockTimeout) as caught:
            place.open(id_, lock_timeout=timedelta(milliseconds=50)).acquire_lock()
        errors.append(str(caught.value))

    thread = threading.Thread(target=wait)
    thread.start()
    thread.join(30)
    held.release_lock()
    assert len(errors) == 1
    third = place.open(id_, lock_timeout=10)
    third.acquire_lock()
    third.release_lock()


def test_who_waits_for_a_lock_is_not_taken_for_its_holder(
    place: Place, id_: str, holder: "subprocess.Popen[str]"
) -> None:
    def wait() -> None:
        session = place.open(id_)
        session.acquire_lock()
        session.release_lock()

    thread = threading.Thread(target=wait)
    thread.start()
    patience = threading.Event()
    while not len(getattr(place.store, "locks", "those in Redis are in a queue there")):
        patience.wait(0.001)
    with pytest.raises(LockTimeout, match=rf"{holder.pid}.* held it for 0.1 s"):
        place.open(id_, lock_timeout=0.1).acquire_lock()
    holder.kill()
    thread.join(60)
    assert not thread.is_alive()


def test_waiting_for_oneself_is_an_error(place: Place, id_: str) -> None:
    held = place.open(id_)
    held.acquire_lock()
    held.acquire_lock()
    with pytest.raises(DeadlockError):
        place.open(id_).acquire_lock()
    held.release_lock()


def test_threads_take_turns(place: Place, id_: str) -> None:
    def count() -> None:
        for _ in range(10):
            session = place.open(id_)
            session.acquire_lock()
            session["count"] += 1
            session.save()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert place.open(id_)["count"] == 40


def test_processes_take_turns(place: Place, id_: str) -> None:
    processes = [start(COUNT, place, id_) for _ in range(3)]
    for process in processes:
        process.communicate(timeout=100)
        assert process.returncode == 0
    assert place.open(id_)["count"] == 90


def test_a_killed_process_does_not_keep_its_lock(
    place: Place, id_: str, holder: "subprocess.Popen[str]"
) -> None:
    session = place.open(id_, lock_timeout=60)
    holder.kill()
    session.acquire_lock()
    assert session["color"] == "red"
    session.release_lock()


def test_a_process_that_is_killed_while_it_waits_is_no_hindrance(
    place: Place, id_: str, holder: "subprocess.Popen[str]"
) -> None:
    with start(WAIT, place, id_) as waiting:
        assert waiting.stdout is not None
        waiting.stdout.readline()
        session = place.open(id_, lock_timeout=0.2)
        with pytest.raises(LockTimeout):
            session.acquire_lock()
        waiting.kill()
    session.lock_timeout = 60
    holder.kill()
    session.acquire_lock()
    session.release_lock()


@pytest.mark.parametrize("place", ALL, indirect=True)
def test_a_process_forked_in_a_request_leaves_the_lock_to_the_other(place: Place, id_: str) -> None:
    session = place.open(id_)
    session.acquire_lock()

    def leave() -> bool:
        close(session)
        return not session.locked

    assert holds_in_child(leave)
    with pytest.raises((DeadlockError, LockTimeout)):
        place.open(id_, lock_timeout=0).acquire_lock()
    session["count"] += 1
    save(session)
    assert place.open(id_)["count"] == 1


@pytest.mark.parametrize("place", ALL, indirect=True)
@pytest.mark.parametrize("what", ["save", "delete", "regenerate"])
def test_a_process_forked_in_a_request_writes_nothing_without_a_lock_of_its_own(
    place: Place, id_: str, what: str
) -> None:
    session = place.open(id_, lock_timeout=0)
    session.acquire_lock()
    session["count"] += 1

    def leave() -> bool:
        with suppress(LockTimeout):
            getattr(session, what)()
            close(session)
        return not session.locked

    assert holds_in_child(leave)
    assert place.open(id_)["count"] == 0
    with pytest.raises((DeadlockError, LockTimeout)):
        place.open(id_, lock_timeout=0).acquire_lock()
    session.save()
    assert place.open(id_)["count"] == 1


@pytest.mark.parametrize("place", ALL, indirect=True)
def test_what_cleans_up_keeps_nothing_of_a_request(place: Place, id_: str) -> None:
    session = place.open(id_)
    keepers = [session._keeper()]
    session.acquire_lock()
    keepers.append(session._keeper())
    session.load()
    keepers.append(session._keeper())
    save(session)
    names = ("originalid", "_data", "_seen", "_held", "_found", "_fetched", "_token", "_lock")
    for keeper in keepers:
        assert not any(getattr(keeper, name, None) for name in names)
