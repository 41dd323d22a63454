"""The next thread of a session in a file goes on while the one before still writes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cherrypy_sessions import FileSession, StoreUnavailable, wholefiles
from cherrypy_sessions.pending import PendingWrite

PATIENCE = 60
"""Seconds, in which anything happens that ever will."""


class Slow:
    """A disk that is waited for: what is written first begins only when it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_begun, self.may_go_on = threading.Event(), threading.Event()
        self.error: OSError | None = None
        self._write = wholefiles.write
        monkeypatch.setattr(wholefiles, "write", self)

    def __call__(self, path: str, content: bytes, *, durable: bool = False) -> None:
        if not self.has_begun.is_set():
            self.has_begun.set()
            assert self.may_go_on.wait(PATIENCE)
            if self.error is not None:
                raise self.error
        self._write(path, content, durable=durable)


@pytest.fixture
def id_(tmp_path: Path) -> str:
    session = FileSession(storage_path=str(tmp_path))
    session["count"] = 1
    session.save()
    return session.id


@pytest.fixture
def slow(id_: str, monkeypatch: pytest.MonkeyPatch) -> Slow:
    return Slow(monkeypatch)


@contextmanager
def running(work: Callable[[], object]) -> Iterator[None]:
    """Have another thread do something; wait for its end."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


class Two:
    """Two requests of one session, of which the second begins while the first is being written.

    Args:
        place: The directory.
        id_: The session.
        store: The class of the second one.
    """

    def __init__(self, place: Path, id_: str, store: type[FileSession] = FileSession) -> None:
        self.first = FileSession(id_, storage_path=str(place))
        self.second = store(id_, storage_path=str(place))
        self.error: BaseException | None = None

    def save_first(self) -> None:
        """Save the first one, when the second one waits for the lock."""
        self.first.acquire_lock()
        self.first["count"] += 1
        lock, patience = self.first._lock_path(None), threading.Event()
        queues: dict[str, Any] = FileSession.locks._queues
        while len(queues[lock]) < 2:
            patience.wait(0.001)
        try:
            self.first.save()
        except OSError as error:
            self.error = error


@pytest.fixture
def two(tmp_path: Path, id_: str) -> Two:
    return Two(tmp_path, id_)


def in_turn(two: Two, second: Callable[[], object]) -> None:
    """Save the first, and do something with the second when it has the lock."""
    has_lock = threading.Event()

    def first() -> None:
        two.first.acquire_lock()
        has_lock.set()
        two.save_first()

    with running(first):
        assert has_lock.wait(PATIENCE)
        two.second.acquire_lock()
        second()
        two.second.release_lock()


def stored_count(place: Path, id_: str) -> Any:
    return FileSession(id_, storage_path=str(place)).get("count")


def test_it_reads_what_is_being_written(tmp_path: Path, id_: str, two: Two, slow: Slow) -> None:
    def second() -> None:
        assert two.second["count"] == 2
        assert stored_count(tmp_path, id_) == 1
        slow.may_go_on.set()
        two.second["count"] += 1
        two.second.save()

    in_turn(two, second)
    assert two.error is None
    assert stored_count(tmp_path, id_) == 3
    assert not FileSession.locks._held


def test_it_saves_nothing_that_follows_from_what_could_not_be_written(
    tmp_path: Path, id_: str, two: Two, slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    def second() -> None:
        assert two.second["count"] == 2
        slow.error = OSError("the disk is full")
        slow.may_go_on.set()
        two.second["count"] += 1
        with pytest.raises(StoreUnavailable, match="could not be saved"):
            two.second.save()

    in_turn(two, second)
    assert two.error is slow.error
    assert "that of the request before it could not be" in caplog.text
    assert stored_count(tmp_path, id_) == 1
    assert not FileSession.locks._held


def test_it_goes_on_with_the_file_when_it_looks_after_the_failure(
    tmp_path: Path, id_: str, two: Two, slow: Slow
) -> None:
    slow.error = OSError("the disk is full")

    def second() -> None:
        slow.may_go_on.set()
        two.second._wait_for_writer()
        assert two.second["count"] == 1
        two.second["count"] = 5
        two.second.save()

    in_turn(two, second)
    assert stored_count(tmp_path, id_) == 5


def test_what_it_deletes_is_not_written_again(
    tmp_path: Path, id_: str, two: Two, slow: Slow
) -> None:
    def second() -> None:
        assert slow.has_begun.wait(PATIENCE)
        slow.may_go_on.set()
        two.second.delete()

    in_turn(two, second)
    assert FileSession(id_, storage_path=str(tmp_path)).missing


def test_what_it_moves_is_not_written_again(tmp_path: Path, id_: str, two: Two, slow: Slow) -> None:
    def second() -> None:
        assert two.second["count"] == 2
        slow.may_go_on.set()
        two.second.regenerate()

    in_turn(two, second)
    assert FileSession(id_, storage_path=str(tmp_path)).missing
    assert stored_count(tmp_path, two.second.id) == 2


def test_a_class_that_reads_otherwise_waits_for_the_file(
    tmp_path: Path, id_: str, slow: Slow
) -> None:
    class Store(FileSession):
        def _load(self, path: str | None = None) -> Any:
            stored = Path(self._get_file_path()).read_bytes()
            return self._codec.decode(self.id, stored)

    two = Two(tmp_path, id_, Store)
    slow.may_go_on.set()
    in_turn(two, lambda: two.second["count"])
    assert two.second["count"] == 2


def test_a_class_that_writes_otherwise_is_not_overwritten_by_the_thread_before(
    tmp_path: Path, id_: str, slow: Slow
) -> None:
    class Store(FileSession):
        def _save(self, expiration_time: datetime) -> None:
            Path(self._get_file_path()).write_bytes(self._encode(expiration_time))

    two = Two(tmp_path, id_, Store)
    slow.may_go_on.set()

    def second() -> None:
        assert not FileSession.locks.pending
        two.second["count"] += 1
        two.second.save()

    in_turn(two, second)
    assert stored_count(tmp_path, id_) == 3


def test_the_file_of_a_session_is_read_as_soon_as_it_is_written(
    tmp_path: Path, id_: str, two: Two, slow: Slow
) -> None:
    counts: list[int] = []

    def second() -> None:
        slow.may_go_on.set()
        found = two.second._load(two.second._get_file_path())
        assert found is not None
        counts.append(found[0]["count"])

    in_turn(two, second)
    assert counts == [2]


def test_a_wait_ends_with_the_write() -> None:
    pending = PendingWrite(b"content")
    done: list[str] = []

    def wait() -> None:
        assert pending.wait()
        done.append("waited")

    with pending:
        thread = threading.Thread(target=wait)
        thread.start()
        done.append("written")
    thread.join(PATIENCE)
    assert done == ["written", "waited"]


def test_a_wait_tells_of_a_failure() -> None:
    pending = PendingWrite(b"content")
    with pytest.raises(KeyboardInterrupt), pending:
        raise KeyboardInterrupt
    assert not pending.wait()
