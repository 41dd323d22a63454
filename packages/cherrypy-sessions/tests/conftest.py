"""A store of its own for each test; servers for the shared ones; WebOb, without its warning."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from cherrypy_sessions import RamSession

sys.path.insert(0, str(Path(__file__).parent))  # for the modules that tests share

import session_servers as servers

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
def memcached_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.Server]:
    server = servers.memcached(tmp_path_factory.mktemp("memcached"))
    yield server
    server.stop()
