"""A file that is locked as long as an object lives."""

import os
from pathlib import Path

import pytest

from cherrypy_sessions import LockError, LockFile, SystemLockFile, UnlockError, kernel


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "site.lock")


def test_only_one_has_it(path: str) -> None:
    lock = LockFile(path)
    with pytest.raises(LockError, match=r"Unable to lock '.*site.lock'"):
        LockFile(path)
    lock.release()
    LockFile(path).release()


def test_it_names_its_holder(path: str) -> None:
    lock = LockFile(path)
    assert Path(path).read_text() == f"{os.getpid()}\n"
    lock.release()
    assert issubclass(LockFile, SystemLockFile)


def test_releasing_twice_is_harmless(path: str) -> None:
    lock = LockFile(path)
    lock.release()
    lock.release()


def test_the_file_may_be_removed(path: str) -> None:
    lock = LockFile(path)
    lock.release()
    lock.remove()
    assert not Path(path).exists()


def test_a_lock_that_cannot_be_given_back(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(descriptor: int) -> None:
        raise OSError("no")

    lock = LockFile(path)
    monkeypatch.setattr(kernel, "unlock", fail)
    with pytest.raises(UnlockError, match=r"Unable to unlock '.*site.lock'"):
        lock.release()
    assert issubclass(UnlockError, LockError)
