"""What only the store in Redis does: its round trips, its queue, its failures."""

import json
import logging
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import session_servers as servers

from cherrypy_sessions import LockLostError, RedisSession, StoreUnavailable, lock, save
from cherrypy_sessions.leases import leases
from cherrypy_sessions.redis_store import server_at

redis: Any = pytest.importorskip("redis")

Open = Callable[..., RedisSession]


SERVERS = [pytest.param("redis", marks=pytest.mark.requires("redis-server")), "valkey"]


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(f"{request.param}_server")


@pytest.fixture
def client(server: servers.Server) -> Iterator[Any]:
    with redis.Redis(unix_socket_path=str(server.path)) as client:
        client.flushall()
        yield client


@pytest.fixture
def open_session(server: servers.Server, client: Any) -> Open:
    options = servers.redis_options(server)
    return lambda id_=None, **others: RedisSession(id_, **{**options, **others})


@pytest.fixture
def id_(open_session: Open) -> str:
    session = open_session()
    session["count"] = 0
    session.save()
    return session.id


@pytest.fixture
def trips(server: servers.Server, id_: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    client = server_at(servers.redis_options(server)["url"], 30).client
    original = client.execute_command

    def count(*args: Any, **options: Any) -> Any:
        asked.append(args[0])
        return original(*args, **options)

    monkeypatch.setattr(client, "execute_command", count)
    return asked


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
    assert trips == ["GET"]


def test_reading_and_writing_with_a_lock_costs_three(
    open_session: Open, id_: str, trips: list[str]
) -> None:
    def increment() -> None:
        session = open_session(id_)
        lock(session)
        session["count"] += 1
        save(session)
        assert not session.locked

    increment()  # the first time, the server learns the scripts
    trips.clear()
    increment()
    assert trips == ["EXISTS", "EVALSHA", "EVALSHA"]


def test_nothing_stays_that_has_no_end(open_session: Open, id_: str, client: Any) -> None:
    session = open_session(id_, timeout=5)
    session.acquire_lock()
    there = client.keys()
    assert len(there) == 2
    assert all(client.pttl(key) > 0 for key in there)
    session["count"] = 1
    session.save()
    assert client.keys() == [f"cherrypy-session:{{{id_}}}:data:".encode()]
    assert 290_000 < client.pttl(client.keys()[0]) <= 300_000


def test_what_is_saved_with_an_end_in_the_past_is_gone(
    open_session: Open, id_: str, client: Any
) -> None:
    session = open_session(id_, timeout=-1)
    session["count"] = 1
    session.save()
    assert client.keys() == []


def test_what_is_regenerated_with_an_end_in_the_past_is_gone(
    open_session: Open, id_: str, client: Any
) -> None:
    session = open_session(id_, timeout=-1)
    session.acquire_lock()
    session.regenerate()
    session.release_lock()
    assert client.keys() == []


def test_nobody_waits_longer_at_once_than_its_connection_does(
    open_session: Open, id_: str, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def wait(_: object, patience: float) -> None:
        asked.append(patience)
        client.delete(f"cherrypy-session:{{{id_}}}:lock:")

    client.set(f"cherrypy-session:{{{id_}}}:lock:", "a deployment with another expiry", px=60_000)
    session = open_session(id_, lock_expiry=10)
    monkeypatch.setattr(server_at(session.url, 10), "wait", wait)
    session.acquire_lock()
    session.release_lock()
    assert asked == [10]


def test_the_data_are_json_unless_told_otherwise(open_session: Open, id_: str, client: Any) -> None:
    _, _, text = client.get(client.keys()[0]).partition(b"\n")
    assert json.loads(text) == {"count": 0}


def test_who_asks_first_has_it_first(open_session: Open, id_: str, client: Any) -> None:
    order: list[int] = []

    def take(number: int) -> None:
        session = open_session(id_)
        session.acquire_lock()
        order.append(number)
        session.release_lock()

    held = open_session(id_)
    held.acquire_lock()
    threads = [threading.Thread(target=take, args=(number,)) for number in range(5)]
    patience = threading.Event()
    for number, thread in enumerate(threads):
        thread.start()
        for _ in range(3000):
            if client.llen(f"cherrypy-session:{{{id_}}}:queue:") > number:
                break
            patience.wait(0.01)
    held.release_lock()
    for thread in threads:
        thread.join(30)
    assert order == [0, 1, 2, 3, 4]


def test_a_turn_that_nobody_takes_passes_on(open_session: Open, id_: str, client: Any) -> None:
    held = open_session(id_)
    held.acquire_lock()
    client.rpush(f"cherrypy-session:{{{id_}}}:queue:", "killed")
    client.hset(f"cherrypy-session:{{{id_}}}:heard:", "killed", 1000 * time.time() + 60_000)
    held.release_lock()
    assert client.get(f"cherrypy-session:{{{id_}}}:lock:") == b"killed"
    session = open_session(id_, lock_timeout=60)
    session.acquire_lock()
    session.release_lock()
    assert len(client.keys()) == 1


def test_those_who_have_not_been_heard_of_get_no_turn(
    open_session: Open, id_: str, client: Any
) -> None:
    held = open_session(id_)
    held.acquire_lock()
    client.rpush(f"cherrypy-session:{{{id_}}}:queue:", "killed", "killed, too")
    client.hset(f"cherrypy-session:{{{id_}}}:heard:", "killed", 1000 * time.time() - 1)
    held.release_lock()
    assert len(client.keys()) == 1


def test_a_lock_that_this_thread_could_not_release_is_waited_for(
    open_session: Open, id_: str
) -> None:
    held = open_session(id_, lock_expiry=0.5)
    held.acquire_lock()
    held._forget_lock()  # as after a release that did not reach the server
    session = open_session(id_, lock_timeout=60)
    session.acquire_lock()
    session.release_lock()


def test_a_lock_is_extended_while_its_request_runs(
    open_session: Open, id_: str, client: Any
) -> None:
    held = open_session(id_)
    held.acquire_lock()
    assert held._token is not None
    lease = leases._held[held._token]
    assert lease.pause == 10
    key = f"cherrypy-session:{{{id_}}}:lock:"
    client.pexpire(key, 5000)
    assert lease.extend([lease.what]) == [True]
    assert client.pttl(key) > 20_000
    held["count"] = 5
    held.save()
    assert open_session(id_)["count"] == 5
    assert len(leases) == 0


def test_all_locks_of_a_server_are_extended_in_one_round_trip(
    open_session: Open, client: Any, trips: list[str]
) -> None:
    held = []
    for _ in range(3):
        session = open_session()
        session.save()
        session.acquire_lock()
        held.append(session)
    _, second, third = held
    assert second._token is not None
    client.delete(second._key("lock"))
    client.pexpire(third._key("lock"), 5000)
    trips.clear()
    ((extend, locks),) = leases._groups().items()
    assert extend(tuple(locks.values())) == [True, False, True]
    assert trips == ["EVALSHA"]
    assert client.pttl(third._key("lock")) > 20_000
    for session in held:
        session.release_lock()


def test_who_has_lost_the_lock_writes_nothing(
    open_session: Open, id_: str, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    late = open_session(id_)
    late.acquire_lock()
    late["count"] = 99
    client.delete(f"cherrypy-session:{{{id_}}}:lock:")
    other = open_session(id_)
    other.acquire_lock()
    with pytest.raises(LockLostError):
        late.save()
    assert "its lock ended while its request was running" in caplog.text
    assert not late.locked
    late.release_lock()
    other["count"] = 1
    other.save()
    assert open_session(id_)["count"] == 1


def test_a_save_whose_answer_was_lost_is_no_lock_that_was_lost(
    open_session: Open, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = open_session(id_)
    server = session._server
    save_once = server.save

    def ask_again(*args: Any) -> Any:
        save_once(*args)
        return save_once(*args)  # as the client does when its connection breaks

    monkeypatch.setattr(server, "save", ask_again)
    session.acquire_lock()
    session["count"] = 5
    session.save()
    assert open_session(id_)["count"] == 5


def test_who_has_lost_the_lock_does_not_regenerate(
    open_session: Open, id_: str, client: Any
) -> None:
    late = open_session(id_)
    late.acquire_lock()
    client.delete(f"cherrypy-session:{{{id_}}}:lock:")
    with pytest.raises(LockLostError):
        late.regenerate()
    assert late.id == id_


def test_only_the_owner_releases(open_session: Open, id_: str, client: Any) -> None:
    late = open_session(id_)
    late.acquire_lock()
    client.set(f"cherrypy-session:{{{id_}}}:lock:", "another")
    late.release_lock()
    assert client.get(f"cherrypy-session:{{{id_}}}:lock:") == b"another"


# A server that fails


@pytest.fixture(params=SERVERS)
def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[servers.Server]:
    server = getattr(servers, request.param)(tmp_path)
    yield server
    server.stop()


@pytest.mark.parametrize(
    "url",
    ["redis://user:secret@127.0.0.1:1/0", "redis://127.0.0.1:1/0?username=user&password=se@cret"],
)
def test_a_server_that_is_not_there_is_told(caplog: pytest.LogCaptureFixture, url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        RedisSession("a" * 40, url=url)
    assert caught.value.code == 503
    (line,) = caplog.messages
    assert line.startswith("The sessions in Redis at redis://127.0.0.1:1/0 cannot be reached: ")
    assert "cret" not in line


def test_a_stranger_is_served_without_a_server() -> None:
    session = RedisSession(url="redis://127.0.0.1:1/0")
    lock(session)
    assert session.get("count") is None
    save(session)


def test_a_server_that_was_started_anew_is_found_again(own_server: servers.Server) -> None:
    options = servers.redis_options(own_server)
    session = RedisSession(**options)
    session["count"] = 1
    session.save()
    own_server.stop()
    with pytest.raises(StoreUnavailable):
        RedisSession(session.id, **options)
    own_server.start()
    again = RedisSession(session.id, **options)
    again.acquire_lock()
    assert again["count"] == 1
    again.save()


def test_a_server_that_ends_ends_the_waiting(own_server: servers.Server) -> None:
    options = servers.redis_options(own_server)
    held = RedisSession(**options)
    held["count"] = 1
    held.save()
    held.acquire_lock()
    waiting = RedisSession(held.id, **options)
    errors: list[Exception] = []

    def wait() -> None:
        try:
            waiting.acquire_lock()
        except StoreUnavailable as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    own_server.stop(signal.SIGKILL)
    thread.join(60)
    assert len(errors) == 1
    held["count"] = 2
    with pytest.raises(StoreUnavailable):
        held.save()
    assert not held.locked
    held.release_lock()


def test_a_server_that_hangs_is_an_error_soon(own_server: servers.Server) -> None:
    options = servers.redis_options(own_server)
    session = RedisSession(**options)
    session["count"] = 1
    session.save()
    own_server.pause()
    with pytest.raises(StoreUnavailable):
        RedisSession(session.id, **options)


# Options


def test_pickles_that_are_not_signed_are_warned_of(
    open_session: Open, server: servers.Server, caplog: pytest.LogCaptureFixture
) -> None:
    options = servers.redis_options(server)
    RedisSession.setup(**options)
    RedisSession.setup(**options, serializer=pickle, secret="key")
    assert caplog.messages == []
    with caplog.at_level(logging.WARNING):
        RedisSession.setup(**options, serializer=pickle)
    assert "believes any pickle" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "gopher://127.0.0.1",
        "127.0.0.1:6379",
        "redis+cluster://127.0.0.1:6379",
        "redis+sentinel://127.0.0.1:26379/primary/0",
        "redis://127.0.0.1:7000,127.0.0.1:7001/0",
    ],
)
def test_a_url_that_is_not_of_one_server_is_an_error_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="one server") as caught:
        RedisSession.check_options(url=url)
    assert f"not {url!r}" in str(caught.value)
    assert "Redis Cluster and Sentinel are not supported" in str(caught.value)


@pytest.mark.parametrize("address", ["user:secret@127.0.0.1", "127.0.0.1/0?password=secret"])
def test_a_password_is_told_nobody(address: str) -> None:
    with pytest.raises(ValueError, match="gopher") as caught:
        RedisSession.check_options(url=f"gopher://{address}")
    assert "secret" not in str(caught.value)


def test_the_address_of_a_valkey_server_is_one(server: servers.Server, client: Any) -> None:
    assert server_at("valkeys://127.0.0.1:1", 1).client.connection_pool.connection_class is (
        redis.SSLConnection
    )
    kwargs = server_at("valkey://127.0.0.1:1/5", 1).client.connection_pool.connection_kwargs
    assert kwargs["db"] == 5
