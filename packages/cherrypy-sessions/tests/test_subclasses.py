"""Stores as people wrote them for CherryPy: on the documented methods, with what these set up."""

import contextlib
import json
import pickle
import sqlite3
import threading
import zlib
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import redis
import session_servers as servers

from cherrypy_sessions import (
    FileSession,
    MemcachedSession,
    RamSession,
    RedisSession,
    Session,
    SessionManager,
    SQLiteSession,
    close,
    lock,
    save,
)


def visit(manager: SessionManager, id_: str | None = None) -> Session:
    headers = {"Cookie": f"session_id={id_}"} if id_ else {}
    session = manager.open(SimpleNamespace(headers=headers), SimpleNamespace(headers={}))
    lock(session)
    session["count"] = session.get("count", 0) + 1
    save(session)
    close(session)
    return session


class TableSession(Session):
    """A store in a table, in the way of the one that CherryPy had for PostgreSQL."""

    locks: dict[str, Any] = {}  # noqa: RUF012 - the user's own

    def __init__(self, id: Any = None, **kwargs: Any) -> None:  # noqa: A002
        self.cursor = self.db.cursor()  # type: ignore[attr-defined]  # set by setup
        Session.__init__(self, id, **kwargs)

    @classmethod
    def setup(cls, **kwargs: Any) -> None:
        for k, v in kwargs.items():
            setattr(cls, k, v)
        cls.db = cls.get_db()  # type: ignore[attr-defined]  # a function among the options
        cls.db.execute("CREATE TABLE session (id, data, expiration_time)")  # type: ignore[attr-defined]

    def _exists(self) -> bool:
        self.cursor.execute("select data from session where id=?", (self.id,))
        return bool(self.cursor.fetchall())

    def _load(self) -> Any:
        query = "select data, expiration_time from session where id=?"
        self.cursor.execute(query, (self.id,))
        rows = self.cursor.fetchall()
        if not rows:
            return None
        pickled_data, expiration_time = rows[0]
        return pickle.loads(pickled_data), datetime.fromisoformat(expiration_time)

    def _save(self, expiration_time: datetime) -> None:
        pickled_data = pickle.dumps(self._data, self.pickle_protocol)  # type: ignore[attr-defined]
        self._delete()
        row = (self.id, pickled_data, expiration_time.isoformat())
        self.cursor.execute("insert into session values (?, ?, ?)", row)

    def _delete(self) -> None:
        self.cursor.execute("delete from session where id=?", (self.id,))

    def acquire_lock(self) -> None:
        self.locked = True
        self.locks.setdefault(self.id, threading.RLock()).acquire()

    def release_lock(self) -> None:
        self.locks[self.id].release()
        self.locked = False

    def clean_up(self) -> None:
        now = (self.now().isoformat(),)
        self.cursor.execute("delete from session where expiration_time < ?", now)


def test_a_store_in_a_table() -> None:
    class Store(TableSession):
        pass

    with contextlib.closing(sqlite3.connect(":memory:", check_same_thread=False)) as db:
        manager = SessionManager(
            storage_class=Store,
            get_db=staticmethod(lambda: db),
            pickle_protocol=2,
            scheduler=lambda task, frequency, name: task,
        )
        first = visit(manager)
        assert visit(manager, first.id)["count"] == 2
        assert not any(lock._is_owned() for lock in Store.locks.values())
        second = manager.store(first.id, **manager.options)
        second.regenerate()
        assert manager.store(first.id, **manager.options).missing
        later = manager.store(second.id, timeout=-5, pickle_protocol=2)
        later.load()
        later.save()
        assert Store.clean_thread is not None
        Store.clean_thread()
        assert db.execute("select count(*) from session").fetchone() == (0,)


def test_a_store_in_memory_with_locks_of_its_own() -> None:
    class Store(RamSession):
        cache = {}  # noqa: RUF012
        locks = {}  # noqa: RUF012

        def acquire_lock(self) -> None:
            self.locked = True
            self.locks.setdefault(self.id, threading.RLock()).acquire()

        def release_lock(self) -> None:
            self.locks[self.id].release()
            self.locked = False

    manager = SessionManager(storage_class=Store)
    assert visit(manager, visit(manager).id)["count"] == 2


def test_a_store_in_memory_with_dicts_of_its_own() -> None:
    class Store(RamSession):
        cache = {}  # noqa: RUF012
        locks = {}  # noqa: RUF012

    manager = SessionManager(storage_class=Store)
    assert visit(manager, visit(manager).id)["count"] == 2
    assert not Store.locks
    assert len(Store.cache) == 1


def test_a_store_in_files_that_are_elsewhere(tmp_path: Path) -> None:
    class Store(FileSession):
        SESSION_PREFIX = "visitor-"

        @classmethod
        def setup(cls, **kwargs: Any) -> None:
            kwargs["storage_path"] = str(Path(kwargs["storage_path"]).resolve())
            for k, v in kwargs.items():
                setattr(cls, k, v)

        def _get_file_path(self) -> str:
            return str(Path(self.storage_path) / self.id[:2] / (self.SESSION_PREFIX + self.id))

        def _save(self, expiration_time: datetime) -> None:
            Path(self._get_file_path()).parent.mkdir(exist_ok=True)
            super()._save(expiration_time)

    manager = SessionManager(storage_class=Store, storage_path=str(tmp_path), secret="key")
    id_ = visit(manager).id
    assert visit(manager, id_)["count"] == 2
    assert (tmp_path / id_[:2] / f"visitor-{id_}").exists()


class KeyValueSession(Session):
    """A store in Redis, in the way of plug-ins for CherryPy: one client and locks for the class."""

    prefix = "plug-in:"
    locks: dict[str, Any] = {}  # noqa: RUF012 - the user's own

    @classmethod
    def setup(cls, **kwargs: Any) -> None:
        for k, v in kwargs.items():
            setattr(cls, k, v)
        cls.cache = redis.Redis(unix_socket_path=cls.socket_path)  # type: ignore[attr-defined]  # set

    def _key(self) -> str:
        return self.prefix + self.id

    def _exists(self) -> bool:
        return bool(self.cache.exists(self._key()))  # type: ignore[attr-defined]

    def _load(self) -> Any:
        try:
            return pickle.loads(self.cache.get(self._key()))  # type: ignore[attr-defined]
        except TypeError:
            return None

    def _save(self, expiration_time: datetime) -> None:
        content = pickle.dumps((self._data, expiration_time), pickle.HIGHEST_PROTOCOL)
        seconds = int(self.timeout * 60)
        if not self.cache.set(self._key(), content, ex=seconds):  # type: ignore[attr-defined]
            raise AssertionError(f"Session data for id {self.id!r} not set.")

    def _delete(self) -> None:
        self.cache.delete(self._key())  # type: ignore[attr-defined]

    def acquire_lock(self) -> None:
        self.locked = True
        self.locks.setdefault(self.id, threading.RLock()).acquire()

    def release_lock(self) -> None:
        self.locks[self.id].release()
        self.locked = False


@pytest.mark.requires("redis-server")
def test_a_store_in_redis_of_a_plug_in(redis_server: servers.Server) -> None:
    class Store(KeyValueSession):
        locks = {}  # noqa: RUF012

    manager = SessionManager(storage_class=Store, socket_path=str(redis_server.path))
    first = visit(manager)
    counts = threads_visit(manager, first.id)
    assert counts == list(range(2, 22))
    session = manager.store(first.id, **manager.options)
    lock(session)
    session.regenerate()
    save(session)
    assert manager.store(first.id, **manager.options).missing
    assert visit(manager, session.id)["count"] == 22
    session.delete()
    assert manager.store(session.id, **manager.options).missing
    assert not any(each._is_owned() for each in Store.locks.values())


def threads_visit(manager: SessionManager, id_: str) -> list[int]:
    """Visit from four threads, five times each; return what they counted, in order."""
    counts: list[int] = []

    def work() -> None:
        for _ in range(5):
            session = manager.store(id_, **manager.options)
            lock(session)
            session["count"] += 1
            counts.append(session["count"])
            save(session)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return counts


SHARED = [
    pytest.param("sqlite"),
    pytest.param("redis", marks=pytest.mark.requires("redis-server")),
    pytest.param("memcached", marks=pytest.mark.requires("memcached")),
]


def shared_store(request: pytest.FixtureRequest, place: Path) -> tuple[Any, dict[str, Any]]:
    if request.param == "redis":
        server = request.getfixturevalue("redis_server")
        return RedisSession, servers.redis_options(server)
    if request.param == "memcached":
        server = request.getfixturevalue("memcached_server")
        return MemcachedSession, servers.memcached_options(server)
    return SQLiteSession, {"database": str(place / "sessions.db")}


@pytest.fixture(params=SHARED)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Any, dict[str, Any]]:
    return shared_store(request, tmp_path)


def test_methods_that_a_subclass_wraps_are_called(shared: tuple[Any, dict[str, Any]]) -> None:
    base, options = shared
    called: list[str] = []

    class Store(base):  # type: ignore[valid-type, misc]  # a class of this test
        def _load(self) -> Any:
            called.append("load")
            return super()._load()

        def _save(self, expiration_time: datetime) -> None:
            called.append("save")
            super()._save(expiration_time)

        def _delete(self) -> None:
            called.append("delete")
            super()._delete()

    manager = SessionManager(storage_class=Store, serializer=json, **options)
    id_ = visit(manager).id
    assert threads_visit(manager, id_) == list(range(2, 22))
    assert called == ["save", *20 * ["load", "save"]]
    called.clear()
    session = manager.store(id_, **manager.options)
    lock(session)
    session.regenerate()
    assert called == ["load", "save", "delete"]
    save(session)
    assert visit(manager, session.id)["count"] == 22
    assert manager.store(id_, **manager.options).missing


def test_a_release_that_a_subclass_wraps_is_called(shared: tuple[Any, dict[str, Any]]) -> None:
    base, options = shared
    released: list[str] = []

    class Store(base):  # type: ignore[valid-type, misc]  # a class of this test
        def release_lock(self) -> None:
            released.append(self.id)
            super().release_lock()

    manager = SessionManager(storage_class=Store, serializer=json, **options)
    id_ = visit(manager).id
    assert threads_visit(manager, id_) == list(range(2, 22))
    assert released == 20 * [id_]


def test_what_a_subclass_writes_otherwise_is_saved_without_the_lock_too(
    shared: tuple[Any, dict[str, Any]],
) -> None:
    base, options = shared

    class Store(base):  # type: ignore[valid-type, misc]  # a class of this test
        def _encode(self, expiration_time: datetime) -> bytes:
            return zlib.compress(super()._encode(expiration_time))

        def _decode(self, stored: bytes) -> Any:
            return super()._decode(zlib.decompress(stored))

    manager = SessionManager(storage_class=Store, serializer=json, **options)
    session = manager.store(visit(manager).id, **manager.options)
    for count in (5, 6, 7):
        session["count"] = count
        session.save()
    assert manager.store(session.id, **manager.options)["count"] == 7


def test_locks_of_ones_own_are_released(shared: tuple[Any, dict[str, Any]]) -> None:
    base, options = shared

    class Store(base):  # type: ignore[valid-type, misc]  # a class of this test
        locks: dict[str, Any] = {}  # noqa: RUF012

        def acquire_lock(self) -> None:
            self.locked = True
            self.locks.setdefault(self.id, threading.RLock()).acquire()

        def release_lock(self) -> None:
            self.locks[self.id].release()
            self.locked = False

    manager = SessionManager(storage_class=Store, serializer=json, **options)
    id_ = visit(manager).id
    assert threads_visit(manager, id_) == list(range(2, 22))
    assert not any(each._is_owned() for each in Store.locks.values())


def test_ids_and_time_of_ones_own() -> None:
    class Store(RamSession):
        cache = {}  # noqa: RUF012
        locks = {}  # noqa: RUF012
        numbers = iter(range(100))
        passed = timedelta()

        def generate_id(self) -> str:
            return f"visitor {next(self.numbers)}".replace(" ", "+")

        def now(self) -> datetime:
            return datetime(2030, 1, 1) + self.passed  # noqa: DTZ001

    manager = SessionManager(storage_class=Store)
    assert visit(manager).id == "visitor+0"
    assert visit(manager, "visitor+0")["count"] == 2
    Store.passed = timedelta(minutes=61)
    assert visit(manager, "visitor+0").missing


def test_servers_as_an_attribute_of_a_class() -> None:
    class Store(MemcachedSession):
        servers = ["127.0.0.1:1", "127.0.0.1:2"]  # noqa: RUF012

    pytest.importorskip("pymemcache")
    assert SessionManager(storage_class=Store, secret="key").store is Store


def test_files_may_be_locked_by_other_means(tmp_path: Path) -> None:
    events: list[str] = []

    class Lock:
        def __init__(self) -> None:
            events.append("locked")

        def close(self) -> None:
            events.append("closed")

    class OwnLocks(FileSession):
        def acquire_lock(self, path: str | None = None) -> None:
            self.lock = Lock()
            self.locked = True

    session = OwnLocks(storage_path=str(tmp_path))
    for _ in range(2):
        session.acquire_lock()
        session["a"] = 1
        session.release_lock()
    session.release_lock()
    assert events == ["locked", "closed"] * 2
    assert not session.locked


def test_a_store_of_somebody_else_finds_new_sessions_locked() -> None:
    saved: list[bool] = []

    class Strict(Session):
        def _exists(self) -> bool:
            return False

        def _load(self) -> None:
            return None

        def _save(self, expiration_time: datetime) -> None:
            saved.append(self.locked)

        def _delete(self) -> None:
            pass

        def acquire_lock(self) -> None:
            self.locked = True

        def release_lock(self) -> None:
            self.locked = False

    visit(SessionManager(storage_class=Strict))
    assert saved == [True]
