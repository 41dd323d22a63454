"""Files that are whole at any time, for whoever reads them without a lock."""

import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from forking import Forked

from cherrypy_sessions import kernel, wholefiles

only_with_spares = pytest.mark.skipif(not kernel.EXCHANGES, reason="no spares on this system")


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "file")


def inodes(path: str) -> set[int]:
    return {os.stat(each).st_ino for each in (path, wholefiles.beside(path))}  # noqa: PTH116


@only_with_spares
def test_two_files_take_turns(path: str) -> None:
    for content in (b"first", b"second"):
        wholefiles.write(path, content)
    both = inodes(path)
    for content in (b"a third that is longer", b"4", b"", b"x" * 100_000):
        wholefiles.write(path, content)
        assert wholefiles.read(path) == content
        assert inodes(path) == both


@only_with_spares
def test_nobody_writes_into_what_somebody_still_reads(path: str) -> None:
    wholefiles.write(path, b"first")
    with open(path, "rb") as reading:  # noqa: PTH123
        kernel.lock_byte(reading.fileno(), kernel.FIRST, wait=False, shared=True)
        wholefiles.write(path, b"second")
        wholefiles.write(path, b"third")
        assert reading.read() == b"first"
    assert wholefiles.read(path) == b"third"


@only_with_spares
def test_who_finds_a_file_just_before_it_becomes_the_spare_looks_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wholefiles.write(path, b"first")
    lock_byte = kernel.lock_byte

    def later(*args: Any, **options: Any) -> None:
        monkeypatch.undo()
        wholefiles.write(path, b"second")
        wholefiles.write(path, b"third")
        wholefiles.write(path, b"fourth")
        lock_byte(*args, **options)

    monkeypatch.setattr(kernel, "lock_byte", later)
    assert wholefiles.read(path) == b"fourth"


@only_with_spares
def test_who_found_a_file_that_is_now_written_into_looks_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content in (b"first", b"second"):
        wholefiles.write(path, content)
    found = os.open(wholefiles.beside(path), os.O_RDONLY)  # when it was in its place
    steady: list[bool] = []
    write = os.write

    def look(descriptor: int, content: bytes) -> int:
        steady.append(wholefiles._is_steady(found, path))
        return write(descriptor, content)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", look)
        wholefiles.write(path, b"third")
    assert steady == [False]
    assert wholefiles._is_steady(found, path)
    assert os.read(found, 10) == b"third"
    os.close(found)


def test_what_is_removed_while_it_is_looked_for_is_not_there(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wholefiles.write(path, b"first")
    fstat = os.fstat

    def later(descriptor: int) -> os.stat_result:
        wholefiles.remove(path)
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", later)
    assert wholefiles.read(path) is None or not kernel.EXCHANGES


@pytest.mark.skipif(sys.platform == "win32", reason="modes say less there")
def test_a_file_that_others_could_read_becomes_one_for_this_user_only(path: str) -> None:
    Path(path).write_bytes(b"of old")
    os.chmod(path, 0o644)  # noqa: PTH101
    modes = []
    for content in (b"first", b"second", b"third"):
        wholefiles.write(path, content)
        assert wholefiles.read(path) == content
        modes.append(stat.filemode(os.stat(path).st_mode))  # noqa: PTH116
    assert modes == ["-rw-------"] * 3


def test_a_spare_that_leads_elsewhere_is_not_followed(path: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"mine")
    os.symlink(elsewhere, wholefiles.beside(path))  # noqa: PTH211
    wholefiles.write(path, b"first")
    assert elsewhere.read_bytes() == b"mine"
    assert wholefiles.read(path) == b"first"


@pytest.mark.skipif(sys.platform == "win32", reason="no open file is replaced there")
def test_readers_never_see_half_a_file(path: str) -> None:
    wholefiles.write(path, b"0" * 5000)
    over = threading.Event()
    torn: list[bytes] = []

    def read() -> None:
        while not over.is_set():
            content = wholefiles.read(path) or b""
            if len(content) not in {5000, 5001} or len(set(content)) != 1:
                torn.append(content)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(600):
        wholefiles.write(path, b"%d" % (number % 10) * (5000 + number % 2))
    over.set()
    for thread in threads:
        thread.join()
    assert torn == []


@pytest.mark.skipif(not kernel.EXCHANGES, reason="where nobody writes into a spare")
def test_a_process_that_is_forked_while_a_file_is_written_keeps_nobody_from_reading_it(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[Forked] = []
    write = os.write

    def fork_first(descriptor: int, content: bytes) -> int:
        children.append(Forked())
        return write(descriptor, content)

    for content in (b"one", b"two"):
        wholefiles.write(path, content)
    monkeypatch.setattr(os, "write", fork_first)
    wholefiles.write(path, b"three")
    monkeypatch.undo()
    descriptor = os.open(path, os.O_RDONLY)
    try:
        kernel.lock_byte(descriptor, kernel.FIRST, wait=False, shared=True)
        assert os.read(descriptor, 10) == b"three"
    finally:
        os.close(descriptor)
        for child in children:
            child.end()
