"""What only the store in memcached does: its round trips, its items, its failures."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import session_servers as servers

from cherrypy_sessions import (
    LockLostError,
    LockTimeout,
    MemcachedSession,
    SessionTooLargeError,
    StoreUnavailable,
    lock,
    save,
)
from cherrypy_sessions.leases import leases
from cherrypy_sessions.manager import named_store
from cherrypy_sessions.memcached_items import Item
from cherrypy_sessions.memcached_servers import MemcachedServers, servers_at

pytest.importorskip("pymemcache")
pytestmark = pytest.mark.requires("memcached")

Open = Callable[..., MemcachedSession]


@pytest.fixture
def kept(memcached_server: servers.Server) -> MemcachedServers:
    return servers_at((str(memcached_server.path),))


@pytest.fixture
def open_session(memcached_server: servers.Server) -> Open:
    options = servers.memcached_options(memcached_server)
    return lambda id_=None, **others: MemcachedSession(id_, **{**options, **others})


@pytest.fixture
def id_(open_session: Open) -> str:
    session = open_session()
    session["count"] = 0
    session.save()
    return session.id


def item_of(kept: MemcachedServers, id_: str) -> Item:
    found = kept.get(f"cherrypy-session:{id_}")
    assert found is not None
    item = Item.unpack(found[0])
    assert item is not None
    return item


def steal(kept: MemcachedServers, id_: str) -> None:
    """Have somebody else get the session, as when its lock ended."""
    item = Item(b"theirs", time.time() + 60, "thief", time.time() + 60)
    assert kept.put(f"cherrypy-session:{id_}", item.pack(), item.lifetime)


@pytest.fixture
def trips(kept: MemcachedServers, id_: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    original = MemcachedServers._ask

    def count(self: Any, key: str, question: Any) -> Any:
        asked.append(key)
        return original(self, key, question)

    monkeypatch.setattr(MemcachedServers, "_ask", count)
    return asked


def test_it_is_the_documented_class() -> None:
    assert named_store("memcached") is MemcachedSession
    assert MemcachedSession.servers == ["127.0.0.1:11211"]
    assert MemcachedSession.locks == {}
    with MemcachedSession.mc_lock:
        pass


def test_a_stranger_costs_no_round_trip(open_session: Open, trips: list[str]) -> None:
    session = open_session()
    lock(session)
    session.get("count")
    save(session)
    assert trips == []


def test_reading_costs_one_round_trip(open_session: Open, id_: str, trips: list[str]) -> None:
    session = open_session(id_, readonly=True)
    assert session["count"] == 0
    save(session)
    assert len(trips) == 1


def test_reading_and_writing_with_a_lock_costs_three(
    open_session: Open, id_: str, trips: list[str]
) -> None:
    session = open_session(id_)
    lock(session)
    session["count"] += 1
    save(session)
    assert len(trips) == 3
    assert not session.locked


def test_a_lock_that_was_not_needed_is_given_back(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    session = open_session(id_)
    lock(session)
    assert item_of(kept, id_).is_locked
    save(session)
    assert not item_of(kept, id_).is_locked
    assert not MemcachedSession.locks
    assert open_session(id_)["count"] == 0


def test_a_lock_is_extended_while_its_request_runs(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    held = open_session(id_)
    held.acquire_lock()
    assert held._lock is not None
    lease = leases._held[held._lock.token]
    assert lease.pause == 10
    until = item_of(kept, id_).until
    held._lock._expiry = 300
    for _ in range(2):
        assert lease.extend([lease.what]) == (True,)
        assert item_of(kept, id_).until > until + 200
    held["count"] = 5
    held.save()
    assert open_session(id_)["count"] == 5
    assert len(leases) == 0


def test_who_has_lost_the_lock_writes_nothing(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    late = open_session(id_)
    late.acquire_lock()
    late["count"] = 99
    theirs = item_of(kept, id_)._replace(holder="another", until=9e9)
    kept.put(f"cherrypy-session:{id_}", theirs.pack(), 60)
    with pytest.raises(LockLostError):
        late.save()
    assert item_of(kept, id_) == theirs
    assert not late.locked


def test_who_writes_without_a_lock_takes_none_away(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    held = open_session(id_)
    held.acquire_lock()
    other = open_session(id_)
    other["count"] = 5
    other._save(other.now() + timedelta(minutes=5))  # as a subclass with its own locks does
    assert held._lock is not None
    assert held._lock.extend()
    assert item_of(kept, id_).is_locked
    held.release_lock()
    assert not item_of(kept, id_).is_locked
    assert open_session(id_)["count"] == 5


def test_what_the_server_had_no_room_for_is_stored_again(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    session = open_session(id_)
    session.acquire_lock()
    session["count"] = 5
    kept.delete(f"cherrypy-session:{id_}")
    session.save()
    assert open_session(id_)["count"] == 5


class Elsewhere(MemcachedSession):
    """A session of another process."""

    locks = {}  # noqa: RUF012 - annotated where it is declared


def test_who_got_its_turn_while_the_item_was_gone_takes_the_lock_when_it_is_back(
    memcached_server: servers.Server, open_session: Open, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = servers.memcached_options(memcached_server)
    first, second = Elsewhere(id_, **options), open_session(id_)
    first.acquire_lock()
    with monkeypatch.context() as patch:
        patch.setattr(MemcachedServers, "get", lambda *_: None)  # the server was started anew
        second.acquire_lock()
    first["count"] = 5
    first.save()
    second["count"] += 1
    with pytest.raises(LockTimeout):
        Elsewhere(id_, lock_timeout=0, **options).acquire_lock()
    save(second)
    assert open_session(id_)["count"] == 6


def test_where_no_lock_can_be_written_others_changes_stay(
    memcached_server: servers.Server, open_session: Open, kept: MemcachedServers, id_: str
) -> None:
    options = servers.memcached_options(memcached_server)
    kept.put(f"cherrypy-session:{id_}", item_of(kept, id_).content, 60)
    first, second = Elsewhere(id_, **options), open_session(id_)
    for session in (first, second):
        session.acquire_lock()
        session["count"] = session["count"]
    first["color"] = "red"
    save(first)
    second["count"] = 7
    save(second)
    assert dict(open_session(id_).items()) == {"count": 7, "color": "red"}


def test_what_was_deleted_is_not_revived_by_a_lock(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    session = open_session(id_)
    session.acquire_lock()
    kept.delete(f"cherrypy-session:{id_}")
    assert session._lock is not None
    assert not session._lock.extend()
    session.release_lock()
    assert kept.get(f"cherrypy-session:{id_}") is None


def test_a_value_that_is_no_item_is_missing(open_session: Open, kept: MemcachedServers) -> None:
    for value in (b"", b"rubbish", b"- 0 x\n", b"\xff 0 0\n", b"- 0 9999999999\nrubbish"):
        kept.put("cherrypy-session:abc", value, 60)
        session = open_session("abc")
        session.acquire_lock()
        assert session.get("count") is None
        assert session.missing
        session.release_lock()


def test_a_session_that_is_too_large_is_told(open_session: Open, id_: str) -> None:
    session = open_session(id_)
    session.acquire_lock()
    session["large"] = "x" * 2_000_000
    with pytest.raises(SessionTooLargeError, match="in one item"):
        session.save()
    assert not session.locked
    assert open_session(id_).get("large") is None


@pytest.mark.parametrize("days", [1, 31, 400])
def test_any_end_will_do(open_session: Open, days: int) -> None:
    session = open_session(timeout=days * 24 * 60)
    session["count"] = 1
    session.save()
    assert open_session(session.id)["count"] == 1


def test_what_is_saved_with_an_end_in_the_past_is_gone(open_session: Open, id_: str) -> None:
    session = open_session(id_, timeout=-1)
    session["count"] = 1
    session.save()
    assert open_session(id_).missing


# Servers that fail


@pytest.fixture
def two(tmp_path: Path) -> Iterator[list[servers.Server]]:
    started = [servers.memcached(tmp_path, name) for name in ("a", "b")]
    yield started
    for server in started:
        server.stop()


def test_sessions_are_spread_and_one_server_takes_only_its_own_away(
    two: list[servers.Server], caplog: pytest.LogCaptureFixture
) -> None:
    options: dict[str, Any] = {"servers": [str(server.path) for server in two]}
    ids = []
    for number in range(20):
        session = MemcachedSession(**options)
        session["count"] = number
        session.save()
        ids.append(session.id)
    two[0].stop(signal.SIGKILL)
    found, failed = 0, 0
    for id_ in ids:
        try:
            found += MemcachedSession(id_, **options)["count"] is not None
        except StoreUnavailable:
            failed += 1
    assert found + failed == 20
    assert found
    assert failed
    assert f"The sessions in memcached at {two[0].path} cannot be reached" in caplog.text
    two[0].start()
    assert [MemcachedSession(id_, **options).missing for id_ in ids].count(True) == failed


def test_a_server_that_hangs_is_an_error_soon(two: list[servers.Server]) -> None:
    options: dict[str, Any] = {"servers": [str(two[0].path)]}
    session = MemcachedSession(**options)
    session["count"] = 1
    session.save()
    held = MemcachedSession(session.id, **options)
    held.acquire_lock()
    two[0].pause()
    with pytest.raises(StoreUnavailable):
        MemcachedSession(session.id, **options)
    held.release_lock()
    assert not MemcachedSession.locks


@pytest.mark.parametrize("reply", [b"ERROR\r\n", b"SERVER_ERROR out of memory\r\n"])
def test_a_server_that_refuses_is_told(
    tmp_path: Path, reply: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    import socket

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "old"))
        listening.listen()

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10000)
                connection.sendall(reply)

        thread = threading.Thread(target=answer)
        thread.start()
        session = MemcachedSession(servers=[str(tmp_path / "old")])
        with pytest.raises(StoreUnavailable):
            session.save()
        thread.join(10)
    assert ("older than memcached 1.6" in caplog.text) == (reply == b"ERROR\r\n")


# Options


def test_pickles_that_are_not_signed_are_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    MemcachedSession.setup(secret="key")
    assert caplog.messages == []
    MemcachedSession.setup()
    assert "believes any pickle" in caplog.text


@pytest.mark.parametrize(("addresses", "problem"), [([], "empty"), (["host:x"], "'x'")])
def test_a_server_without_an_address_is_an_error_at_the_start(
    addresses: list[str], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        MemcachedSession.check_options(servers=addresses)


@pytest.mark.parametrize("prefix", ["a" * 51, "my sessions:", "café:"])
def test_a_prefix_that_keys_cannot_have_is_an_error_at_the_start(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix is up to 50 visible"):
        MemcachedSession.check_options(prefix=prefix)


def test_the_longest_id_fits_into_a_key(open_session: Open) -> None:
    class Store(MemcachedSession):
        def generate_id(self) -> str:
            return "a" * 200

    options: dict[str, Any] = {"servers": open_session().servers, "prefix": "p" * 50}
    Store.check_options(**options)
    session = Store(**options)
    session["count"] = 1
    session.save()
    assert Store("a" * 200, **options)["count"] == 1
    session.delete()


def test_regenerate_after_the_lock_was_lost_moves_nothing(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    session = open_session(id_)
    session.acquire_lock()
    steal(kept, id_)
    with pytest.raises(LockLostError):
        session.regenerate()
    assert session.id == id_
    assert item_of(kept, id_).holder == "thief"


def test_what_another_has_made_of_a_deleted_session_is_not_written_over(
    open_session: Open, id_: str, kept: MemcachedServers
) -> None:
    session = open_session(id_)
    session.acquire_lock()
    session.delete()
    steal(kept, id_)
    session["count"] = 5
    with pytest.raises(LockLostError):
        session.save()
    assert item_of(kept, id_).holder == "thief"
