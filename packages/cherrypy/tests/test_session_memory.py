"""Visitors of a site who have no session leave nothing behind.

``SESSION_REQUESTS=50000 pytest tests/test_session_memory.py`` makes as many requests as it says.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

import cherrypy
from cherrypy_sessions import FileSession, RamSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cherrypy.assembly import Assembly

REQUESTS = int(os.environ.get("SESSION_REQUESTS", "1500"))


class Root:
    @cherrypy.expose
    def index(self) -> str:
        return str(cherrypy.session.get("user"))


def census() -> Counter[str]:
    gc.collect()
    return Counter(f"{type(each).__module__}.{type(each).__name__}" for each in gc.get_objects())


def in_memory(_: Path) -> tuple[dict[str, Any], Callable[[], int]]:
    class Store(RamSession):
        cache = {}  # noqa: RUF012 - annotated where it is declared
        locks = {}  # noqa: RUF012

    return {"storage_class": Store}, lambda: len(Store.cache) + len(Store.locks)


def in_files(directory: Path) -> tuple[dict[str, Any], Callable[[], int]]:
    options = {"storage_class": FileSession, "storage_path": str(directory)}
    return options, lambda: len(list(directory.iterdir())) + len(FileSession.locks)


@pytest.mark.parametrize("make", [in_memory, in_files])
@pytest.mark.parametrize("locking", ["implicit", "early", "explicit", "readonly"])
def test_strangers_leave_no_session_no_lock_no_file_and_no_object(
    site: Assembly, make: Any, locking: str, tmp_path: Path
) -> None:
    options, left = make(tmp_path)
    entries = {f"tools.sessions.{name}": value for name, value in options.items()}
    config = {"tools.sessions.on": True, "tools.sessions.locking": locking, **entries}
    app: Any = site.tree.mount(Root(), "", {"/": config})
    for log in (app.log.access_log, app.log.error_log):  # pytest would keep what is logged
        log.propagate = False

    def ask(number: int) -> None:
        cookie = f"session_id={number:040x}" if number % 2 else ""
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": "/",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_COOKIE": cookie,
            "wsgi.url_scheme": "http",
            "wsgi.errors": None,
            "wsgi.input": None,
        }
        body = app(environ, lambda *_: None)
        assert b"".join(body) == b"None"
        body.close()

    for number in range(600):  # until caches that have a limit are full
        ask(number)
    census()
    before = census()
    for number in range(REQUESTS):
        ask(number)
    grown = {kind: count - before[kind] for kind, count in census().items()}
    assert {kind: count for kind, count in grown.items() if count > 20} == {}
    assert left() == 0
