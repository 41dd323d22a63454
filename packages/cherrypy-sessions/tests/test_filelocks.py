"""Locks between processes, of both kinds: a file for each, and bytes of one file."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from forking import Forked, holds_in_child

from cherrypy_sessions import FileLocks, LockFile, filelocks, rangelocks
from cherrypy_sessions import locks as thread_locks
from cherrypy_sessions.rangelocks import RangeLocks

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
from cherrypy_sessions.filelocks import FileLocks
from cherrypy_sessions.rangelocks import RangeLocks

locks = {"FileLocks": FileLocks, "RangeLocks": RangeLocks}[sys.argv[1]]()
locks.acquire(sys.argv[2])
print("held", flush=True)
sys.stdin.read()
"""

FORK = HOLD.replace(
    "sys.stdin.read()",
    """
import os, signal
begin, done = os.pipe()
if (child := os.fork()) == 0:
    os.write(done, b"1")
    signal.pause()
os.read(begin, 1)
print(child, flush=True)
signal.pause()
""",
).replace('print("held", flush=True)', "")

COUNT = """
import sys
from pathlib import Path
from cherrypy_sessions.filelocks import FileLocks
from cherrypy_sessions.rangelocks import RangeLocks

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
    module = sys.modules[type(locks).__module__]
    seen: list[bool] = []
    original = filelocks.is_at

    def removed_first(descriptor: int, file: str) -> bool:
        if not seen:
            os.unlink(file)  # noqa: PTH108 - as its last holder may
        seen.append(original(descriptor, file))
        return seen[-1]

    monkeypatch.setattr(rangelocks, "CHECKED", -1.0)
    monkeypatch.setattr(module, "is_at", removed_first)
    assert locks.acquire(path)
    assert seen == [False, True]
    locks.release(path)


def test_a_directory_that_was_moved_away_has_no_locks_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rangelocks, "CHECKED", -1.0)
    locks, here = RangeLocks(), tmp_path / "here"
    here.mkdir()
    locks.acquire(str(here / "a"))
    here.rename(tmp_path / "there")
    here.mkdir()
    locks.acquire(str(here / "b"))
    assert (here / ".locks").exists()
    another = RangeLocks()
    assert not another.acquire(str(here / "b"), 0)
    assert not another.acquire(str(tmp_path / "there" / "a"), 0)
    for name in ("a", "b"):
        locks.release(str(here / name))
    assert another.acquire(str(tmp_path / "there" / "a"), 0)
    another.release(str(tmp_path / "there" / "a"))


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_files_of_few_directories_stay_open(tmp_path: Path) -> None:
    locks, before = RangeLocks(), descriptors()
    held = tmp_path / "held"
    held.mkdir()
    locks.acquire(str(held / "a"))
    for number in range(4 * rangelocks.TABLES):
        directory = tmp_path / str(number)
        directory.mkdir()
        locks.acquire(str(directory / "a"))
        locks.release(str(directory / "a"))
    assert descriptors() - before < 2 * rangelocks.TABLES  # other threads may open some, too
    assert not RangeLocks().acquire(str(held / "a"), 0)
    locks.release(str(held / "a"))


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
    assert holds_in_child(lambda: len(locks) == 0 and not locks.acquire(path, 0))
    locks.release(path)


def test_a_process_that_was_forked_may_release_what_it_has_no_more(
    locks: FileLocks, path: str
) -> None:
    def release() -> bool:
        locks.release(path)
        return not locks.acquire(path, 0)

    locks.acquire(path)
    assert holds_in_child(release)
    locks.release(path)
    with pytest.raises(KeyError):
        locks.release(path)


def test_a_lock_is_released_though_a_process_that_was_forked_has_its_file_open(
    locks: FileLocks, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave_open() -> set[int]:
        return set()  # what a thread just opens is not known, either

    monkeypatch.setattr(locks, "_descriptors", leave_open)
    locks.acquire(path)
    child = Forked()
    try:
        locks.release(path)
        another = type(locks)()
        assert another.acquire(path, 0)
        another.release(path)
    finally:
        child.end()


def test_a_killed_process_loses_its_lock_though_one_that_it_forked_lives(
    locks: FileLocks, path: str
) -> None:
    with python(FORK, locks, path) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        process.kill()
        process.wait(60)
        try:
            assert locks.acquire(path, 60)
            locks.release(path)
        finally:
            os.kill(child, signal.SIGKILL)


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
    assert type(rangelocks.file_locks()) is FileLocks


@pytest.mark.skipif(sys.platform != "linux", reason="only there one knows who waits")
@pytest.mark.parametrize("timeout", [None, 600])
def test_who_waits_for_another_process_is_not_overtaken_by_its_threads(
    path: str, timeout: float | None
) -> None:
    ours, another = RangeLocks(), RangeLocks()  # as in two processes: the files are opened twice
    had: list[str] = []

    def take(locks: RangeLocks, timeout: float | None = None) -> None:
        locks.acquire(path, timeout)
        had.append("another" if locks is another else "ours")
        locks.release(path)

    ours.acquire(path)
    threads = [threading.Thread(target=take, args=(another, timeout))]
    threads += [threading.Thread(target=take, args=(ours,)) for _ in range(3 * filelocks.IN_A_ROW)]
    patience = threading.Event()
    for number, thread in enumerate(threads, 1):
        thread.start()
        while not ours._is_awaited(path, ours._held[path].lock):
            patience.wait(0.001)
        while len(ours._queues[path]) < number:
            patience.wait(0.001)
    ours.release(path)
    for thread in threads:
        thread.join(60)
    assert len(had) == len(threads)
    assert had.index("another") < filelocks.IN_A_ROW


def test_threads_hand_a_lock_on_as_often_as_other_processes_can_bear(
    locks: FileLocks, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    original = locks._take

    def open_it(path: str, deadline: float | None) -> Any:
        opened.append(path)
        return original(path, deadline)

    monkeypatch.setattr(locks, "_take", open_it)
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
    assert len(opened) == (1 if type(locks) is RangeLocks else 3)  # which knows that none waits
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


def test_a_thread_that_waits_for_another_process_is_no_holder(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]"
) -> None:
    def take() -> None:
        locks.acquire(path)
        locks.release(path)

    thread = threading.Thread(target=take)
    thread.start()
    patience = threading.Event()
    while not locks._queues:
        patience.wait(0.001)
    assert locks.holder(path) == f"process {holder.pid}"
    holder.kill()
    thread.join(60)
    assert not thread.is_alive()


def test_who_has_released_a_lock_is_not_named(locks: FileLocks, path: str) -> None:
    with python(COUNT, locks, path) as process:
        Path(f"{path}.number").write_text("0")
        process.communicate(timeout=60)
    assert locks.holder(path) is None


def test_who_was_killed_with_a_lock_is_not_named(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]"
) -> None:
    holder.kill()
    holder.wait(60)
    assert locks.holder(path) is None


def test_a_process_of_somebody_else_is_named(
    locks: FileLocks, path: str, holder: "subprocess.Popen[str]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbid(process: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", forbid)
    assert locks.holder(path) == f"process {holder.pid}"


def test_a_name_of_ours_is_an_old_one_while_another_has_the_lock(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, another = RangeLocks(), RangeLocks()
    ours.acquire(path)
    ours.release(path)
    monkeypatch.setattr(rangelocks, "_sign", lambda *_: None)
    another.acquire(path)
    assert ours.holder(path) is None
    another.release(path)


def test_a_lock_of_another_kind_is_not_removed(locks: FileLocks, path: str) -> None:
    other = LockFile(path)
    locks.discard(path)
    assert Path(path).exists()
    other.release()
    locks.discard(path)
    assert not Path(path).exists()


def test_an_interrupted_thread_keeps_no_byte(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    locks = RangeLocks()
    with monkeypatch.context() as patch:
        patch.setattr(rangelocks, "_sign", interrupt)
        with pytest.raises(KeyboardInterrupt):
            locks.acquire(path)
    another = RangeLocks()
    assert another.acquire(path, 0)
    another.release(path)
