"""Every store against one model: visitors come and go, time passes, nothing is lost or made up."""

import secrets
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
import session_servers as servers
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from cherrypy_sessions import (
    CookieSession,
    FileSession,
    MemcachedSession,
    RamSession,
    RedisSession,
    Session,
    SQLiteSession,
    lock,
    save,
)
from cherrypy_sessions.leases import leases

KEYS = st.sampled_from(["color", "size"])
MINUTES = 10


class Clock:
    """The time of one run, which only the test moves."""

    def __init__(self) -> None:
        self.now = datetime(2030, 1, 1)  # noqa: DTZ001 - stored times have no zone


class Sessions(RuleBasedStateMachine):
    """What each visitor's session has to hold, by id, and when it ends."""

    visitors = Bundle("visitors")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.model: dict[str, tuple[dict[str, Any], datetime]] = {}
        self.store = self.make_store(self.clock)

    def make_store(self, clock: Clock) -> type[Session]:
        raise NotImplementedError

    def open(self, id_: str | None) -> Session:
        session = self.store(id_, timeout=MINUTES)
        # A store may find out only by loading that a session has expired.
        assert not (session.missing and id_ is not None and self.lives(id_))
        lock(session)
        return session

    def lives(self, id_: str) -> bool:
        return id_ in self.model and self.model[id_][1] >= self.clock.now

    def keep(self, session: Session, data: dict[str, Any]) -> str:
        self.model[session.id] = (data, self.clock.now + timedelta(minutes=MINUTES))
        save(session)
        return session.id

    def known(self, id_: str) -> dict[str, Any]:
        return dict(self.model[id_][0]) if self.lives(id_) else {}

    @rule(target=visitors, key=KEYS, value=st.integers())
    def first_visit(self, key: str, value: int) -> str:
        session = self.open(None)
        session[key] = value
        return self.keep(session, {key: value})

    @rule(id_=visitors)
    def read(self, id_: str) -> None:
        session = self.open(id_)
        expected = self.known(id_)
        assert dict(session.items()) == expected
        assert session.missing != self.lives(id_)
        if self.lives(id_):
            self.keep(session, expected)
        else:
            save(session)

    @rule(target=visitors, id_=consumes(visitors), key=KEYS, value=st.integers())
    def write(self, id_: str, key: str, value: int) -> str:
        session = self.open(id_)
        session[key] = value
        return self.keep(session, {**self.known(id_), key: value})

    @rule(id_=consumes(visitors))
    def delete(self, id_: str) -> None:
        session = self.open(id_)
        session.delete()
        save(session)
        self.model.pop(id_, None)

    @rule(target=visitors, id_=consumes(visitors))
    def log_in(self, id_: str) -> str:
        session = self.open(id_)
        expected = self.known(id_)
        session.regenerate()
        assert session.id != id_
        session["user"] = 1
        self.model.pop(id_, None)
        return self.keep(session, {**expected, "user": 1})

    @rule()
    def stranger(self) -> None:
        session = self.open("0" * 40)
        assert session.get("color") is None
        save(session)

    @rule(minutes=st.sampled_from([1, MINUTES + 1]))
    def time_passes(self, minutes: int) -> None:
        self.clock.now += timedelta(minutes=minutes)

    @rule()
    def clean_up(self) -> None:
        self.store(None, timeout=MINUTES).clean_up()
        assert self.count() == sum(map(self.lives, self.model))

    @invariant()
    def every_session_is_there_and_nothing_is_locked(self) -> None:
        assert self.count() >= sum(map(self.lives, self.model))
        assert not self.locks()

    def count(self) -> int:
        return len(self.store())  # type: ignore[arg-type]  # the stores here have a length

    def locks(self) -> int:
        return len(self.store.locks)  # type: ignore[attr-defined]  # the stores here have locks


class InMemory(Sessions):
    def make_store(self, clock: Clock) -> type[Session]:
        class Store(RamSession):
            cache = {}  # noqa: RUF012 - annotated where it is declared
            locks = {}  # noqa: RUF012

            def now(self) -> datetime:
                return clock.now

        return Store


class InFiles(Sessions):
    def make_store(self, clock: Clock) -> type[Session]:
        self.directory = tempfile.mkdtemp()

        class Store(FileSession):
            storage_path = self.directory

            def now(self) -> datetime:
                return clock.now

        return Store

    def teardown(self) -> None:
        assert not list(Path(self.directory).glob("*.lock"))
        for spare in Path(self.directory).glob(".spare-*"):
            assert spare.with_name(spare.name.removeprefix(".spare-")).exists()
        shutil.rmtree(self.directory)


class InSQLite(Sessions):
    def make_store(self, clock: Clock) -> type[Session]:
        self.directory = tempfile.mkdtemp()

        class Store(SQLiteSession):
            database = f"{self.directory}/sessions.db"

            def now(self) -> datetime:
                return clock.now

        return Store

    def teardown(self) -> None:
        self.store._connections.to(self.store.database).close()  # type: ignore[attr-defined]
        del self.store._connections._open[self.store.database]  # type: ignore[attr-defined]
        assert not list(Path(self.directory).glob("*.lock"))
        shutil.rmtree(self.directory)


class OnServer(Sessions):
    """A store that forgets by itself, and by its own clock."""

    kind: type[Session]
    options: dict[str, Any]

    def make_store(self, clock: Clock) -> type[Session]:
        class Store(self.kind):  # type: ignore[name-defined, misc]  # a class of this test
            def now(self) -> datetime:
                return clock.now

        for name, value in self.options.items():
            setattr(Store, name, value)
        Store.prefix = f"{secrets.token_hex(8)}:"
        return Store

    def count(self) -> int:
        return sum(self.is_kept(id_) for id_ in self.model)

    def is_kept(self, id_: str) -> bool:
        return self.lives(id_) and not self.store(id_, timeout=MINUTES).missing

    def locks(self) -> int:
        return len(leases)


class InCookies(Sessions):
    """What a visitor has is a cookie, so a model of it needs no more than the last one."""

    def make_store(self, clock: Clock) -> type[Session]:
        class Store(CookieSession):
            secret = "key"

            def now(self) -> datetime:
                return clock.now

        self.cookies: dict[str, str | None] = {}
        return Store

    def open(self, id_: str | None) -> Session:
        session = self.store(self.cookies.get(id_ or "") or id_, timeout=MINUTES)
        lock(session)
        return session

    def keep(self, session: Session, data: dict[str, Any]) -> str:
        id_ = super().keep(session, data)
        self.cookies[id_] = session.token
        return id_

    @rule(id_=consumes(Sessions.visitors))
    def delete(self, id_: str) -> None:
        session = self.open(id_)
        session.delete()
        save(session)
        assert session.token is None
        self.model.pop(id_, None)

    def count(self) -> int:
        return sum(map(self.lives, self.model))

    def locks(self) -> int:
        return 0


def check(machine: type[Sessions]) -> None:
    examples = settings(max_examples=20, stateful_step_count=20, deadline=None, database=None)
    run_state_machine_as_test(machine, settings=examples)


@pytest.mark.parametrize("machine", [InMemory, InFiles, InSQLite, InCookies])
def test_a_store_holds_what_it_was_given(machine: type[Sessions]) -> None:
    check(machine)


@pytest.mark.parametrize(
    "server", [pytest.param("redis", marks=pytest.mark.requires("redis-server")), "valkey"]
)
def test_redis_holds_what_it_was_given(server: str, request: pytest.FixtureRequest) -> None:
    class InRedis(OnServer):
        kind = RedisSession
        options = servers.redis_options(request.getfixturevalue(f"{server}_server"))

    check(InRedis)


@pytest.mark.requires("memcached")
def test_memcached_holds_what_it_was_given(memcached_server: servers.Server) -> None:
    class InMemcached(OnServer):
        kind = MemcachedSession
        options = servers.memcached_options(memcached_server)

    check(InMemcached)
