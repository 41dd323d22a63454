"""What only the store in SQLite does."""

import gc
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forking import holds_in_child

from cherrypy_sessions import SQLiteSession, StoreUnavailable, sqlite
from cherrypy_sessions.sqlite import BATCH


@pytest.fixture
def database(tmp_path: Path) -> str:
    return str(tmp_path / "sessions.db")


def test_only_this_user_may_read_it(database: str) -> None:
    SQLiteSession.check_options(database=database)
    assert Path(database).stat().st_mode & 0o777 == 0o600


def test_clean_up_removes_what_has_expired_and_nothing_else(database: str) -> None:
    for _ in range(BATCH + 3):
        SQLiteSession(database=database, timeout=-1).save()
    session = SQLiteSession(database=database, timeout=5)
    session.save()
    assert len(session) == BATCH + 4
    session.clean_up()
    assert len(session) == 1
    assert not SQLiteSession(session.id, database=database).missing


def test_of_several_processes_one_cleans_up(database: str) -> None:
    session = SQLiteSession(database=database)
    assert session._claim_clean_up(300)
    assert not session._claim_clean_up(300)
    assert session._claim_clean_up(0)


def test_a_lock_leaves_nothing(database: str) -> None:
    session = SQLiteSession(database=database)
    session.save()
    session.acquire_lock()
    assert len(session.locks) == 1
    session.release_lock()
    session.release_lock()
    assert len(session.locks) == 0


def test_regenerate_is_one_step(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    session = SQLiteSession(database=database)
    session["a"] = 1
    session.save()
    monkeypatch.setattr("cherrypy_sessions.sqlite.REMOVE", "DELETE FROM nothing WHERE id = ?")
    with pytest.raises(StoreUnavailable):
        session.regenerate()
    assert len(session) == 1
    assert SQLiteSession(session.id, database=database)["a"] == 1


def test_a_child_process_has_connections_of_its_own(database: str) -> None:
    session = SQLiteSession(database=database)
    session["a"] = 1
    session.save()
    mine = session._connections.to(database)
    session._connections._process = -1  # as after a fork
    assert session._connections.to(database) is not mine
    assert SQLiteSession(session.id, database=database)["a"] == 1
    session._connections.to(database).close()
    session._connections._process = -1
    mine.close()


def test_a_child_process_closes_no_connection_of_its_parent(database: str) -> None:
    session = SQLiteSession(database=database)
    session["a"] = 1
    session.save()
    begun, end = threading.Event(), threading.Event()
    connections = [weakref.ref(session._connections.to(database))]

    def work() -> None:  # whose things go with it in the other process, where it is not
        connections.append(weakref.ref(session._connections.to(database)))
        begun.set()
        end.wait(60)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(60)

    def are_there() -> bool:
        found = SQLiteSession(session.id, database=database)["a"] == 1
        gc.collect()
        return found and None not in [each() for each in connections]

    assert holds_in_child(are_there)
    end.set()
    thread.join(60)


class Watched(weakref.WeakSet[Any]):
    """A set in which something happens while somebody goes through it."""

    meanwhile: Callable[[], object]
    was_cleared = False

    def __iter__(self) -> Iterator[Any]:
        for each in super().__iter__():
            self.meanwhile()
            yield each

    def clear(self) -> None:
        self.was_cleared = True
        super().clear()


def test_a_thread_may_begin_with_a_database_while_the_process_is_forked(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_all", watched := Watched())
    mine = sqlite._connect(database)
    thread = threading.Thread(target=lambda: sqlite._connect(database).close())

    def begin() -> None:
        if thread.ident is None:
            thread.start()
            thread.join(0.1)  # it gets as far as it can

    watched.meanwhile = begin
    assert holds_in_child(lambda: watched.was_cleared)  # once what was in it is kept
    thread.join(60)
    mine.close()


def test_a_database_that_is_damaged_is_told(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    Path(database).write_text("this is no database, and never has been")
    with pytest.raises(StoreUnavailable):
        SQLiteSession("a" * 40, database=database)
    assert f"The sessions in {database} cannot be reached" in caplog.text


def test_the_database_has_to_be_somewhere(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="needs database"):
        SQLiteSession.check_options()
    with pytest.raises(ValueError, match="needs database"):
        SQLiteSession()
    with pytest.raises(ValueError, match="path of a database"):
        SQLiteSession.check_options(database=str(tmp_path / "missing" / "sessions.db"))


def test_the_path_may_be_an_attribute_of_a_class(database: str) -> None:
    class Here(SQLiteSession):
        pass

    Here.database = database
    Here.check_options()
    session = Here()
    session.save()
    assert not Here(session.id).missing


def test_the_schema_is_documented(database: str) -> None:
    SQLiteSession.check_options(database=database)
    with sqlite3.connect(database) as connection:
        columns = connection.execute("PRAGMA table_info(cherrypy_sessions)").fetchall()
    connection.close()
    assert [column[1] for column in columns] == ["id", "expires", "content"]
