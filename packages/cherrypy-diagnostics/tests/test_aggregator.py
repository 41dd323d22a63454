"""The sum of many calls: exact, and written while the calls go on."""

from __future__ import annotations

import cProfile
import errno
import pstats
import shutil
import subprocess
import sys
from threading import Event, Thread, current_thread, get_ident
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_diagnostics import ProfileAggregator, Profiler, Recording
from cherrypy_diagnostics.profiledata import Profile, add

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60


def even(n: int) -> bool:
    return n == 0 or odd(n - 1)


def odd(n: int) -> bool:
    return n != 0 and even(n - 1)


def work() -> list[Any]:
    twice = [lambda: sorted([2, 1]), lambda: len("")]  # two functions of one name and line
    return [even(5), odd(3), *(each() for each in twice)]  # type: ignore[no-untyped-call]


def profiled() -> cProfile.Profile:
    profile = cProfile.Profile()
    profile.enable()
    work()
    profile.disable()
    return profile


def calls_of(whole: Profile, name: str) -> int:
    return sum(figures[1] for key, figures in whole.items() if key[2] == name)


def test_profile_is_what_pstats_makes_of_it() -> None:
    profile, whole = profiled(), Profile()
    add(profile.getstats(), whole)
    profile.create_stats()
    expected: Any = profile.stats
    lambdas = [key for key in expected if key[2] == "<lambda>"]
    for key in expected.keys() - lambdas:
        assert whole[key][:4] == expected[key][:4]
    assert whole.keys() == expected.keys()
    # Where `pstats` has one of two functions of the same name, these are added up.
    assert calls_of(whole, "<lambda>") == 2


def test_sum_of_profiles_is_what_pstats_makes_of_it() -> None:
    profiles, whole = [profiled(), profiled(), profiled()], Profile()
    for profile in profiles:
        add(profile.getstats(), whole)
    stats = pstats.Stats(profiles[0])
    for profile in profiles[1:]:
        stats.add(pstats.Stats(profile))
    expected: Any = stats.stats  # type: ignore[attr-defined] # typeshed lacks it
    (key,) = (each for each in whole if each[2] == "even")
    assert whole[key][:2] == expected[key][:2]
    assert whole[key][2:4] == pytest.approx(expected[key][2:4])
    for caller, calls in expected[key][4].items():
        assert whole[key][4][caller] == pytest.approx(calls)


class Disk:
    """Lets a writer wait, as a disk does that is busy."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_asked, self.is_ready = Event(), Event()
        self.writers: list[int] = []
        monkeypatch.setattr(ProfileAggregator, "_replace", self._waiting(ProfileAggregator))

    def _waiting(self, kind: Any) -> Any:
        replace = kind._replace

        def slow(profiler: ProfileAggregator, data: bytes) -> None:
            self.writers.append(get_ident())
            self.is_asked.set()
            assert self.is_ready.wait(PATIENCE)
            replace(profiler, data)

        return slow


def test_no_call_waits_for_the_disk_and_none_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, profiler = Disk(monkeypatch), ProfileAggregator(tmp_path)
    profiler.run(even, 0)
    assert disk.is_asked.wait(PATIENCE)
    for _ in range(50):  # while the first one is being written
        profiler.run(even, 0)
    assert get_ident() not in disk.writers
    assert list(tmp_path.iterdir()) == []
    disk.is_ready.set()
    stats: Any = profiler.load("cp_0001.prof").stats  # type: ignore[attr-defined]
    assert calls_of(stats, "even") == 51
    assert len(disk.writers) == 2


def test_other_profilers_of_the_directory_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, profiler = Disk(monkeypatch), ProfileAggregator(tmp_path)
    profiler.run(even, 0)
    assert disk.is_asked.wait(PATIENCE)
    assert Profiler(tmp_path / "other").statfiles() == []
    found: list[list[str]] = []
    reader = Thread(target=lambda: found.append(Profiler(tmp_path).statfiles()))
    reader.start()
    disk.is_ready.set()
    reader.join(PATIENCE)
    assert found == [["cp_0001.prof"]]


def test_directory_that_is_cleared_away_is_made_again(tmp_path: Path) -> None:
    profiler = ProfileAggregator(tmp_path / "profiles")
    profiler.run(even, 0)
    profiler.flush()
    shutil.rmtree(profiler.path)
    profiler.run(even, 0)
    (name,) = profiler.statfiles()
    stats: Any = profiler.load(name).stats  # type: ignore[attr-defined]
    assert calls_of(stats, "even") == 2


def test_disk_that_is_full_keeps_what_was_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    profiler = ProfileAggregator(tmp_path)
    profiler.run(even, 0)
    profiler.flush()
    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), "write_bytes", fill)
        profiler.run(even, 0)
        profiler.flush()
    assert [each.name for each in tmp_path.iterdir()] == ["cp_0001.prof"]
    stats: Any = profiler.load("cp_0001.prof").stats  # type: ignore[attr-defined]
    assert calls_of(stats, "even") == 1
    profiler.run(even, 0)
    stats = profiler.load("cp_0001.prof").stats  # type: ignore[attr-defined]
    assert calls_of(stats, "even") == 3


def test_calls_of_many_threads_are_added_up(tmp_path: Path) -> None:
    profiler = ProfileAggregator(tmp_path)
    recordings = [Recording() for _ in range(80)]
    for recording in recordings:
        recording.call(even, 0)

    def calls() -> None:
        for _ in range(20):
            profiler.keep(recordings.pop())

    threads = [Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    stats: Any = profiler.load("cp_0001.prof").stats  # type: ignore[attr-defined]
    assert calls_of(stats, "even") == 80
    assert [each.name for each in tmp_path.iterdir()] == ["cp_0001.prof"]


def test_call_writes_by_itself_where_no_thread_can_begin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    disk, profiler = Disk(monkeypatch), ProfileAggregator(tmp_path)
    disk.is_ready.set()
    monkeypatch.setattr(Thread, "start", refuse)
    profiler.run(even, 0)
    assert disk.writers == [current_thread().ident]
    assert profiler.statfiles() == ["cp_0001.prof"]


def test_writer_that_fails_lets_nobody_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(profiler: ProfileAggregator, data: bytes) -> None:
        raise MemoryError

    failed = Event()
    monkeypatch.setattr("threading.excepthook", lambda args: failed.set())
    profiler = ProfileAggregator(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(ProfileAggregator, "_replace", broken)
        profiler.run(even, 0)
        assert profiler.statfiles() == []
        assert failed.wait(PATIENCE)
    profiler.run(even, 0)
    assert profiler.statfiles() == ["cp_0001.prof"]


def test_process_ends_when_all_is_written(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from cherrypy_diagnostics import ProfileAggregator\n"
        "profiler = ProfileAggregator(sys.argv[1])\n"
        "for number in range(20): profiler.run(sorted, [])\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True)
    stats: Any = pstats.Stats(str(tmp_path / "cp_0001.prof")).stats  # type: ignore[attr-defined]
    assert calls_of(stats, "<built-in method builtins.sorted>") == 20
