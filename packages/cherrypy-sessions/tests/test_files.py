"""Sessions in files, and the locks between processes."""

import json
import os
import pickle
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import webob

from cherrypy_sessions import FileSession, SessionManager, init, save, wholefiles

LONG_AGO = datetime(2020, 1, 1)  # noqa: DTZ001 - stored times have no zone


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path


def open_session(directory: Path, id_: str | None = None, **options: Any) -> FileSession:
    return FileSession(id_, storage_path=str(directory), **options)


@pytest.fixture
def stored(directory: Path) -> FileSession:
    session = open_session(directory)
    session["color"] = "red"
    session.save()
    return open_session(directory, session.id)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.name != ".locks")


def test_a_session_is_one_file(directory: Path, stored: FileSession) -> None:
    assert names(directory) == [f"session-{stored.id}"]
    assert stored["color"] == "red"
    assert len(stored) == 1


def test_only_this_user_may_read_it(directory: Path, stored: FileSession) -> None:
    assert (directory / names(directory)[0]).stat().st_mode & 0o777 == 0o600


def test_the_file_has_the_documented_content(directory: Path, stored: FileSession) -> None:
    data, expiration = pickle.loads((directory / f"session-{stored.id}").read_bytes())
    assert data == {"color": "red"}
    assert timedelta(minutes=59) < expiration - datetime.now() < timedelta(minutes=61)  # noqa: DTZ005


def test_an_old_file_is_read(directory: Path) -> None:
    later = datetime.now() + timedelta(minutes=5)  # noqa: DTZ005 - as it was written
    (directory / "session-abc").write_bytes(pickle.dumps(({"a": 1}, later), protocol=2))
    assert open_session(directory, "abc")["a"] == 1


def test_a_visitor_without_a_session_leaves_no_file(directory: Path) -> None:
    for id_ in (None, "unknown"):
        session = open_session(directory, id_)
        assert session.get("a") is None
        save(session)
    assert names(directory) == []


def test_delete_removes_the_file(directory: Path, stored: FileSession) -> None:
    stored.delete()
    stored.delete()
    assert names(directory) == []


def test_a_session_that_another_process_removed_is_missing(
    directory: Path,
    stored: FileSession,
) -> None:
    (directory / f"session-{stored.id}").unlink()
    assert stored.get("color") is None
    assert stored.missing


def test_regenerate_moves_the_file(directory: Path, stored: FileSession) -> None:
    stored.acquire_lock()
    stored.regenerate()
    stored.release_lock()
    assert names(directory) == [f"session-{stored.id}"]
    assert open_session(directory, stored.id)["color"] == "red"


def test_the_id_of_a_lock_file_is_no_session(directory: Path, stored: FileSession) -> None:
    stored.acquire_lock()
    assert open_session(directory, f"{stored.id}.lock").missing
    stored.release_lock()


@pytest.mark.parametrize("fsync", [False, True])
def test_a_save_that_fails_leaves_the_old_session(
    directory: Path,
    stored: FileSession,
    monkeypatch: pytest.MonkeyPatch,
    fsync: bool,
) -> None:
    stored.fsync = fsync
    stored["color"] = "blue"
    stored.save()

    def full(*arguments: object) -> int:
        raise OSError("full")

    stored["color"] = "green"
    monkeypatch.setattr(os, "write" if not fsync else "replace", full)
    with pytest.raises(OSError, match="full"):
        stored.save()
    assert names(directory) == [f"session-{stored.id}"]
    assert open_session(directory, stored.id)["color"] == "blue"


def test_what_cannot_be_pickled_leaves_the_old_session(stored: FileSession) -> None:
    stored["thread"] = threading.Lock()
    with pytest.raises(TypeError, match="pickle"):
        stored.save()
    assert open_session(Path(stored.storage_path), stored.id)["color"] == "red"


@pytest.mark.parametrize("content", [b"", b"\x80", b"rubbish", pickle.dumps(5), pickle.dumps((1,))])
def test_a_damaged_file_is_put_aside_and_missing(
    directory: Path,
    stored: FileSession,
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (directory / f"session-{stored.id}").write_bytes(content)
    session = open_session(directory, stored.id)
    assert session.get("color") is None
    assert session.missing
    assert names(directory) == [f"corrupt-session-{stored.id}"]
    assert "cannot be read" in caplog.text


def aged(path: Path, minutes: float) -> None:
    then = time.time() - 60 * minutes
    os.utime(path, (then, then))


def test_clean_up_removes_what_is_expired_or_left_over(directory: Path) -> None:
    living = open_session(directory, timeout=5)
    expired, busy, late = (open_session(directory, timeout=-1) for _ in range(3))
    for session in (living, expired, busy, late):
        session.save()
        aged(directory / f"session-{session.id}", 10)
    (directory / f"session-{late.id}").touch()
    busy.acquire_lock()
    for name in ("killed", "just-now"):
        (directory / f"session-{name}.lock").write_text("1")
    aged(directory / "session-killed.lock", 2)
    for session in (expired, living, late):
        (directory / f".spare-session-{session.id}").write_text("half")
    aged(directory / f".spare-session-{living.id}", 2)
    (directory / "other").touch()
    living.clean_up()
    kept = [
        "other",
        "session-just-now.lock",  # whoever made it may be about to lock it
        f"session-{living.id}",
        f"session-{busy.id}",
        f"session-{late.id}",  # it was saved too lately to be worth a look
        f".spare-session-{late.id}",
    ]
    assert names(directory) == sorted(kept)
    busy.release_lock()


def test_clean_up_leaves_alone_what_somebody_is_writing(directory: Path) -> None:
    session = open_session(directory)
    session.save()
    session.acquire_lock()
    (directory / f".spare-session-{session.id}").write_text("half")
    aged(directory / f".spare-session-{session.id}", 2)
    open_session(directory).clean_up()
    assert f".spare-session-{session.id}" in names(directory)
    session.release_lock()


def test_clean_up_survives_a_damaged_file(directory: Path) -> None:
    (directory / "session-abc").write_bytes(b"rubbish")
    aged(directory / "session-abc", 100)
    open_session(directory).clean_up()
    assert names(directory) == ["corrupt-session-abc"]


def test_clean_up_goes_on_after_what_it_cannot_read(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expired = [open_session(directory, timeout=-1) for _ in range(4)]
    for number, session in enumerate(expired):
        session.save()
        aged(directory / f"session-{session.id}", 100)
        (directory / f"session-{number}").mkdir()  # some are before it in the list, some behind
        aged(directory / f"session-{number}", 100)
    open_session(directory).clean_up()
    assert names(directory) == [f"session-{number}" for number in range(4)]
    assert caplog.text.count("cannot be cleaned up") == 4


def test_clean_up_looks_at_one_file_after_the_other(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    seen: list[int] = []
    for number in range(3):
        (directory / f"session-{number}").write_bytes(b"")
        aged(directory / f"session-{number}", 100)
    scan, read = os.scandir, wholefiles.read

    class Entries:
        def __init__(self, path: str) -> None:
            self._entries = scan(path)

        def __enter__(self) -> Any:
            for entry in self._entries:
                looked.append(entry.path)
                yield entry

        def __exit__(self, *exc_info: object) -> None:
            self._entries.close()

    def note(path: str, *, locked: bool = False) -> bytes | None:
        seen.append(len(looked))
        return read(path, locked=locked)

    monkeypatch.setattr(os, "scandir", Entries)
    monkeypatch.setattr(wholefiles, "read", note)
    open_session(directory).clean_up()
    assert len(seen) == 3
    assert seen[0] < seen[1] < seen[2]


@pytest.mark.parametrize("secret", [None, "key"])
def test_clean_up_reads_what_others_in_the_same_directory_have_written(
    directory: Path, secret: str | None
) -> None:
    users = [
        SessionManager(storage_class=FileSession, storage_path=str(directory), **options)
        for options in ({"secret": "key"}, {}, {"serializer": json})
    ]
    for manager in users:
        for minutes in (-1, 500):
            session = manager.store(None, **{**manager.options, "timeout": minutes})
            session["a"] = minutes
            session.save()
            aged(directory / f"session-{session.id}", 100)
    open_session(directory, secret=secret).clean_up()
    left = names(directory)
    assert len(left) == 3
    assert all(name.startswith("session-") for name in left)


def test_clean_up_leaves_the_lock_files_of_other_means(directory: Path) -> None:
    class OwnLocks(FileSession):
        def acquire_lock(self, path: str | None = None) -> None:
            raise AssertionError

    (directory / "session-abc.lock").write_text("1")
    aged(directory / "session-abc.lock", 2)
    OwnLocks(storage_path=str(directory)).clean_up()
    assert names(directory) == ["session-abc.lock"]
    open_session(directory).clean_up()
    assert names(directory) == []


@pytest.mark.parametrize("id_", ["a:b", "a.", "a*", "a.lock"])
def test_an_id_that_cannot_be_in_a_name_is_missing(
    directory: Path, monkeypatch: pytest.MonkeyPatch, id_: str
) -> None:
    class Store(FileSession):
        def generate_id(self) -> str:
            return id_

        def _exists(self) -> bool:
            raise AssertionError

    monkeypatch.setattr("cherrypy_sessions.files.WINDOWS", True)
    assert open_session(directory, id_).missing
    with pytest.raises(ValueError, match="and in files a name for one"):
        Store(storage_path=str(directory))


def test_no_id_leads_to_the_files_of_the_store_itself(directory: Path) -> None:
    class Bare(FileSession):
        SESSION_PREFIX = ""

    first = Bare(storage_path=str(directory))
    first["a"] = 1
    first.save()
    first.acquire_lock()
    first.release_lock()
    session = Bare(".locks", storage_path=str(directory))
    assert session.missing
    assert (directory / ".locks").exists()
    assert Bare(first.id, storage_path=str(directory))["a"] == 1


def test_of_several_processes_one_cleans_up(directory: Path) -> None:
    session = open_session(directory)
    assert session._claim_clean_up(300)
    assert not session._claim_clean_up(300)
    aged(directory / ".cleaned", 5)
    assert session._claim_clean_up(300)
    FileSession.locks.acquire(str(directory / ".cleaned.lock"))
    aged(directory / ".cleaned", 5)
    assert not session._claim_clean_up(300)
    FileSession.locks.release(str(directory / ".cleaned.lock"))


# Killed between two steps


def test_half_a_session_beside_a_whole_one_is_nothing(directory: Path, stored: FileSession) -> None:
    (directory / f".spare-session-{stored.id}").write_text("half")
    session = open_session(directory, stored.id)
    assert session["color"] == "red"
    session["color"] = "blue"
    session.save()
    assert open_session(directory, stored.id)["color"] == "blue"
    session.delete()
    assert names(directory) == []


@pytest.mark.parametrize("system", ["without exchange", "file system without it"])
def test_where_names_cannot_be_exchanged_files_are_replaced(
    directory: Path, stored: FileSession, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    from cherrypy_sessions import kernel

    rename = None if system == "without exchange" else lambda *_: 1
    monkeypatch.setattr(kernel, "_renameat2", lambda: rename)
    stored["color"] = "blue"
    stored.save()
    assert names(directory) == [f"session-{stored.id}"]
    assert open_session(directory, stored.id)["color"] == "blue"


KILL = """
import os, signal, sys
from cherrypy_sessions import FileSession, kernel

steps = int(sys.argv[3])
for where, name in (
    *((os, name) for name in ("open", "write", "ftruncate", "unlink", "close", "replace")),
    (kernel, "lock_byte"),
    (kernel, "is_byte_locked"),
    (kernel, "exchange"),
):
    def step(*args, original=getattr(where, name), **kwargs):
        global steps
        steps -= 1
        if steps < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **kwargs)
    setattr(where, name, step)
session = FileSession(sys.argv[2], storage_path=sys.argv[1])
session["color"] = "blue" * 5000
session.save()
"""


def test_a_process_killed_between_any_two_steps_leaves_the_old_or_the_new_session(
    directory: Path, stored: FileSession
) -> None:
    found: list[str] = []
    for steps in range(40):
        stored["color"] = "red"
        stored.save()
        process = python(KILL, str(directory), stored.id, str(steps))
        process.communicate(timeout=30)
        found.append(open_session(directory, stored.id)["color"])
        if process.returncode == 0:
            break
    else:
        pytest.fail("it never came to an end")
    assert set(found) == {"red", "blue" * 5000}
    assert found == sorted(found, reverse=True)  # once it is the new one, it stays the new one
    assert not list(directory.glob("corrupt-*"))


@pytest.mark.parametrize("locked", [False, True])
def test_a_reader_without_the_lock_sees_whole_sessions_only(
    directory: Path, stored: FileSession, locked: bool
) -> None:
    stop = threading.Event()
    if locked:
        stored.acquire_lock()

    def rewrite() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            stored["color"] = str(number) * 3000
            stored._save(stored.now() + timedelta(minutes=5))

    thread = threading.Thread(target=rewrite)
    thread.start()
    try:
        for _ in range(300):
            session = open_session(directory, stored.id, readonly=True)
            assert len(set(session["color"]) - set("0123456789red")) == 0
            assert not session.missing
    finally:
        stop.set()
        thread.join(10)
        stored.release_lock()


def test_the_directory_has_to_be_there(tmp_path: Path) -> None:
    for options in ({}, {"storage_path": str(tmp_path / "missing")}):
        with pytest.raises(ValueError, match="directory that exists"):
            FileSession.setup(**options)
    with pytest.raises(ValueError, match="needs storage_path"):
        FileSession()
    FileSession.setup(storage_path=str(tmp_path))


def test_the_directory_may_be_an_attribute_of_a_class(directory: Path) -> None:
    class Here(FileSession):
        storage_path = str(directory)

    Here.setup()
    session = Here()
    session.save()
    assert names(directory) == [f"session-{session.id}"]


def test_files_by_the_documented_option(directory: Path) -> None:
    session = init(
        webob.Request.blank("/"),
        webob.Response(),
        storage_type="file",
        storage_path=str(directory),
    )
    session["a"] = 1
    save(session)
    assert names(directory) == [f"session-{session.id}"]


# Locks


def test_a_lock_leaves_nothing(directory: Path, stored: FileSession) -> None:
    stored.acquire_lock()
    stored.acquire_lock()
    assert len(stored.locks) == 1
    stored.release_lock()
    stored.release_lock()
    assert names(directory) == [f"session-{stored.id}"]
    assert len(stored.locks) == 0


def test_the_lock_of_another_file(directory: Path, stored: FileSession) -> None:
    other = str(directory / "session-other")
    stored.acquire_lock(other)
    assert stored.locks.holder(f"{other}.lock")
    stored.release_lock(other)
    assert len(stored.locks) == 0


def test_the_lock_of_another_file_leaves_that_of_the_session(
    directory: Path, stored: FileSession
) -> None:
    other = str(directory / "session-other")
    stored.acquire_lock()
    stored.acquire_lock(other)
    stored.release_lock(other)
    assert stored.locked
    assert len(stored.locks) == 1
    stored.release_lock()
    assert len(stored.locks) == 0


def test_another_file_may_be_read(directory: Path, stored: FileSession) -> None:
    other = open_session(directory)
    other["color"] = "blue"
    other.save()
    found = stored._load(f"{directory}/session-{other.id}")
    assert found is not None
    assert found[0] == {"color": "blue"}
    assert stored._load(f"{directory}/session-of-nobody") is None
    assert stored["color"] == "red"


def test_a_damaged_file_is_put_aside_without_any_lock(directory: Path, stored: FileSession) -> None:
    class Unlocked(FileSession):
        def acquire_lock(self, path: str | None = None) -> None:
            """Do nothing."""

        def release_lock(self, path: str | None = None) -> None:
            """Do nothing."""

    (directory / f"session-{stored.id}").write_bytes(b"rubbish")
    session = Unlocked(stored.id, storage_path=str(directory))
    assert session.get("color") is None
    assert names(directory) == [f"corrupt-session-{stored.id}"]


def test_threads_of_one_session_take_turns(directory: Path, stored: FileSession) -> None:
    def count() -> None:
        for _ in range(10):
            session = open_session(directory, stored.id)
            session.acquire_lock()
            session["count"] = session.get("count", 0) + 1
            session.save()

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert open_session(directory, stored.id)["count"] == 40


COUNT = """
import sys
from cherrypy_sessions import FileSession

for _ in range(50):
    session = FileSession(sys.argv[2], storage_path=sys.argv[1])
    session.acquire_lock()
    session["count"] = session.get("count", 0) + 1
    session.save()
"""


def python(program: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_of_one_session_take_turns(directory: Path, stored: FileSession) -> None:
    processes = [python(COUNT, str(directory), stored.id) for _ in range(2)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert open_session(directory, stored.id)["count"] == 100
    assert set(names(directory)) <= {f"session-{stored.id}", f".spare-session-{stored.id}"}


def test_a_lock_is_released_under_the_id_that_it_was_had_for(
    directory: Path, stored: FileSession
) -> None:
    stored.acquire_lock()
    stored.id = "another"
    stored.release_lock()
    assert len(stored.locks) == 0


# Signed, and written otherwise


def test_a_signed_session_is_read_by_who_has_the_key(directory: Path, stored: FileSession) -> None:
    signed = open_session(directory, stored.id, secret="old")
    assert signed.get("color") is None, "it was not signed"
    signed["color"] = "blue"
    signed.save()
    content = (directory / f"session-{signed.id}").read_bytes()
    assert open_session(directory, signed.id, secret=["old", "new"])["color"] == "blue"
    other = open_session(directory, signed.id, secret="other")
    assert other.get("color") is None
    assert other.missing
    (directory / "session-abc").write_bytes(content)
    assert open_session(directory, "abc", secret="old").get("color") is None, "it is another's"


def test_json_in_files(directory: Path) -> None:
    session = open_session(directory, serializer=json)
    session["color"] = "red"
    session.save()
    _, _, text = (directory / f"session-{session.id}").read_bytes().partition(b"\n")
    assert text == b'{"color": "red"}'
    assert open_session(directory, session.id, serializer=json)["color"] == "red"


def test_each_directory_is_kept_clean(tmp_path: Path) -> None:
    class Store(FileSession):
        pass

    asked: list[Any] = []

    def schedule(task: Any, frequency: float, name: str) -> str:
        asked.append(task)
        return "scheduled"

    for name in ("a", "b", "a"):
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        session = Store(storage_path=str(directory), scheduler=schedule, timeout=-1)
        session["a"] = 1
        session.save()
    assert len(asked) == 2
    for task in asked:
        task()
    assert not list(tmp_path.glob("*/session-*"))
