"""A store, and where it is, for the tests that each store has to pass."""

from typing import Any, NamedTuple

import pytest

from cherrypy_sessions import Session

SHARED = [
    pytest.param("files", id="files"),
    pytest.param("sqlite", id="sqlite"),
    pytest.param("redis", id="redis", marks=pytest.mark.requires("redis-server")),
    pytest.param("valkey", id="valkey"),
    pytest.param("memcached", id="memcached", marks=pytest.mark.requires("memcached")),
]
ALL = [pytest.param("ram", id="ram"), *SHARED]


class Place(NamedTuple):
    """A store, and where it is."""

    store: type[Session]
    options: dict[str, Any]

    def open(self, id_: str | None = None, **options: Any) -> Any:
        return self.store(id_, **self.options, **options)

    def put(self, **data: Any) -> str:
        session = self.open()
        session.update(data)
        session.save()
        return str(session.id)
