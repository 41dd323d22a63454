"""Locks between processes, of both kinds: a file for each, and bytes of one file."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cherrypy_sessions import FileLocks, filelocks
from cherrypy_sessions import locks as thread_locks
from cherrypy_sessions.filelocks import RangeLocks

KINDS = [FileLocks, RangeLocks] if sys.platform == "linux" else [FileLocks]


@pytest.fixture(params=KINDS)
def locks(request: pytest.FixtureRequest) -> Iterator[FileLocks]:
    locks = request.param()
    yield locks
    assert len(locks) == 0


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "a.lock")


HOLD = """
import sys
from cherrypy_sessions.filelocks import FileLocks, RangeLocks

locks = {"FileLocks": FileLocks, "RangeLocks": RangeLocks}[sys.argv[1]]()
locks.acquire(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""

COUNT = """
import sys
from pathlib import Path
from cherrypy_sessions.filelocks import FileLocks, RangeLocks

locks = {"FileLocks": FileLocks, "RangeLocks": RangeLocks}[sys.argv[1]]()
number = Path(sys.argv[2] + ".number")
for _ in range(200):
    locks.acquire(sys.argv[2])
    number.write_text(str(int(number.read_text()) + 1))
    locks.release(sys.argv[2])
"""


def python(program: str, locks: FileLocks, path: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", program, type(locks).__name__, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def holder(locks: FileLocks, path: str) -> Iterator["subprocess.Popen[str]"]:
    with python(HOLD, locks, path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_processes_take_turns(locks: FileLocks, path: str) -> None:
    Path(f"{path}.number").write_text("0")
    processes = [python(COUNT, locks, path) for _ in range(3)]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert Path(f"{path}.number").read_text() == "600"


def test_locks_of_different_paths_do_not_wait_for_each_other(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]"
) -> None:
    for other in ("b", "c", "d"):
        assert locks.acquire(path + other, 0)
    for other in ("b", "c", "d"):
        locks.release(path + other)


def test_another_process_is_named(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]"
) -> None:
    assert not locks.acquire(path, 0)
    assert locks.holder(path) == f"process {holder.pid}"


def test_a_killed_process_loses_its_lock(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]"
) -> None:
    holder.kill()
    assert locks.acquire(path)
    locks.release(path)


def test_waiting_for_another_process_is_bounded_by_the_timeout(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]"
) -> None:
    began = time.monotonic()
    assert not locks.acquire(path, 0.2)
    assert 0.2 <= time.monotonic() - began < 20


def test_a_thread_is_named(locks: FileLocks, path: str) -> None:
    locks.acquire(path)
    assert locks.holder(path) == f"thread {threading.current_thread().name}"
    locks.release(path)


def test_nobody_is_named_where_nobody_ever_was(locks: FileLocks, path: str) -> None:
    assert locks.holder(path) is None
    assert locks.acquire(f"{path}.other")
    assert locks.holder(path) is None
    locks.release(f"{path}.other")


def test_a_file_that_was_removed_meanwhile_is_not_taken_for_the_lock(
    locks: FileLocks, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []
    original = locks._is_current

    def removed_first(descriptor: int, file: str) -> bool:
        if not seen:
            os.unlink(file)  # noqa: PTH108 - as its last holder may
        seen.append(original(descriptor, file))
        return seen[-1]

    monkeypatch.setattr(locks, "_is_current", removed_first)
    assert locks.acquire(path)
    assert seen == [False, True]
    locks.release(path)


def test_a_directory_that_is_not_there_leaves_no_queue(locks: FileLocks, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        locks.acquire(str(tmp_path / "missing" / "a.lock"))


def test_a_full_disk_makes_no_lock_less_good(
    locks: FileLocks, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> int:
        raise OSError("full")

    monkeypatch.setattr(os, "write", full)
    monkeypatch.setattr(os, "pwrite", full)
    assert locks.acquire(path)
    assert not locks.acquire(path, 0)
    locks.release(path)


def test_what_a_killed_process_left_is_removed(locks: FileLocks, path: str) -> None:
    Path(path).write_text("1")
    locks.discard(path)
    assert not Path(path).exists()
    locks.discard(path)


def test_a_process_that_was_forked_has_no_locks(locks: FileLocks, path: str) -> None:
    locks.acquire(path)
    if (child := os.fork()) == 0:
        os._exit(int(len(locks) > 0 or locks.acquire(path, 0)))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    locks.release(path)


def test_which_files_there_are(tmp_path: Path) -> None:
    for kind, during, after in (
        (FileLocks, ["a.lock"], []),
        (RangeLocks, [".locks"], [".locks"]),
    ):
        locks = kind()
        locks.acquire(str(tmp_path / "a.lock"))
        assert sorted(os.listdir(tmp_path)) == during  # noqa: PTH208
        locks.release(str(tmp_path / "a.lock"))
        assert sorted(os.listdir(tmp_path)) == after  # noqa: PTH208


def test_other_systems_have_a_file_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert type(filelocks.file_locks()) is FileLocks


def test_threads_hand_a_lock_on_as_often_as_other_processes_can_bear(
    locks: FileLocks, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    original = locks._locked

    def open_it(path: str, deadline: float | None) -> int | None:
        opened.append(path)
        return original(path, deadline)

    monkeypatch.setattr(locks, "_locked", open_it)
    turns = 2 * filelocks.IN_A_ROW + 1

    def take() -> None:
        locks.acquire(path)
        locks.release(path)

    locks.acquire(path)
    threads = [threading.Thread(target=take) for _ in range(turns - 1)]
    patience = threading.Event()
    for number, thread in enumerate(threads, 2):
        thread.start()
        while len(locks._queues[path]) < number:
            patience.wait(0.001)
    locks.release(path)
    for thread in threads:
        thread.join(30)
    assert len(opened) == 3
    assert not locks._held


def test_a_lock_that_was_handed_to_somebody_who_is_interrupted_is_released(
    locks: FileLocks, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire = thread_locks.acquire

    def interrupted(*_: object) -> bool:
        monkeypatch.undo()
        del locks._queues[path]  # it was handed on, to nobody
        raise KeyboardInterrupt

    locks.acquire(path)
    monkeypatch.setattr(thread_locks, "acquire", interrupted)
    with pytest.raises(KeyboardInterrupt):
        locks.acquire(path)
    assert thread_locks.acquire is acquire
    assert not locks._held
