"""Visitors who have no session leave nothing behind, whatever they read and whatever they send.

``SESSION_REQUESTS=50000 pytest tests/test_memory.py`` makes as many requests as it says.
"""

import gc
import os
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cherrypy_sessions import (
    FileSession,
    RamSession,
    Session,
    SessionMiddleware,
    SQLiteSession,
)
from cherrypy_sessions.locks import Queues

REQUESTS = int(os.environ.get("SESSION_REQUESTS", "2000"))

COOKIES = [
    "",
    "theme=dark; visited=1",
    "session_id={:040x}",
    "session_id=../../etc/{}",
    "session_id=" + "a" * 201,
    'session_id="{}"; session_id=b',
]


def page(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    session = environ["cherrypy.session"]
    found = session.get("user"), "user" in session, list(session.items())
    start_response("200 OK", [])
    return [repr(found).encode()]


def ask(site: SessionMiddleware, number: int) -> None:
    cookie = COOKIES[number % len(COOKIES)].format(number)
    environ = {"REQUEST_METHOD": "GET", "HTTP_COOKIE": cookie}
    assert list(site(environ, lambda *_: None)) == [b"(None, False, [])"]


def census() -> Counter[str]:
    gc.collect()
    return Counter(f"{type(each).__module__}.{type(each).__name__}" for each in gc.get_objects())


@pytest.fixture(params=["memory", "files", "sqlite"])
def place(request: pytest.FixtureRequest, store: type[RamSession], tmp_path: Path) -> Any:
    def nobody(task: object, frequency: float, name: str) -> object:
        return object()

    def locks(of: type[Session]) -> Queues:
        return of.locks._queues  # type: ignore[attr-defined, no-any-return]  # those of files

    if request.param == "memory":
        options: dict[str, Any] = {"storage_class": store}
        left = lambda: (len(store.cache), len(store.locks))  # noqa: E731
    elif request.param == "files":
        options = {"storage_class": FileSession, "storage_path": str(tmp_path)}
        left = lambda: (len(list(tmp_path.iterdir())), len(locks(FileSession)))  # noqa: E731
    else:
        options = {"storage_class": SQLiteSession, "database": str(tmp_path / "sessions.db")}
        kept = SQLiteSession(database=options["database"])
        left = lambda: (len(kept), len(locks(SQLiteSession)))  # noqa: E731
    return SimpleNamespace(site=SessionMiddleware(page, scheduler=nobody, **options), left=left)


def test_strangers_leave_no_session_no_lock_no_file_and_no_object(place: Any) -> None:
    for number in range(600):  # until caches that have a limit are full
        ask(place.site, number)
    census()
    before = census()
    for number in range(REQUESTS):
        ask(place.site, number)
    grown = {kind: count - before[kind] for kind, count in census().items()}
    # The module sqlite3 forgets its cursors some 200 at a time.
    assert {kind: count for kind, count in grown.items() if count > 250} == {}
    assert place.left() == (0, 0)
