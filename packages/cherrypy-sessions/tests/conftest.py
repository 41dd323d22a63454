"""A store of its own for each test; servers for the shared ones; WebOb, without its warning."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from cherrypy_sessions import (
    FileSession,
    MemcachedSession,
    RamSession,
    RedisSession,
    SQLiteSession,
)

sys.path.insert(0, str(Path(__file__).parent))  # for the modules that tests share

import session_servers as servers
from session_places import SHARED, Place

with warnings.catch_warnings():
    # WebOb's release for Python 3.11 still imports cgi.
    warnings.simplefilter("ignore", DeprecationWarning)
    import webob  # noqa: F401 - the tests find it imported


@pytest.fixture
def store() -> type[RamSession]:
    class Store(RamSession):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012

    return Store


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    server = servers.redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    server = servers.valkey(tmp_path_factory.mktemp("valkey"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def memcached_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    server = servers.memcached(tmp_path_factory.mktemp("memcached"))
    yield server
    server.stop()


@pytest.fixture(params=SHARED)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    if request.param == "ram":
        return Place(request.getfixturevalue("store"), {})
    if request.param in {"redis", "valkey"}:
        server = request.getfixturevalue(f"{request.param}_server")
        return Place(RedisSession, servers.redis_options(server))
    if request.param == "memcached":
        server = request.getfixturevalue("memcached_server")
        return Place(MemcachedSession, servers.memcached_options(server))
    if request.param == "sqlite":
        return Place(SQLiteSession, {"database": str(tmp_path / "sessions.db")})
    return Place(FileSession, {"storage_path": str(tmp_path)})


@pytest.fixture
def id_(place: Place) -> str:
    """The id of a session that is stored."""
    return place.put(color="red", count=0)
