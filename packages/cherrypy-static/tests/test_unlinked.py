"""The call of the kernel that opens no links, and systems that lack it."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

import pytest

from cherrypy_static import unlinked
from cherrypy_static.unlinked import open_unlinked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_openat2 = unlinked._openat2


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Let each test find out anew what the kernel can do."""
    _openat2.cache_clear()
    yield
    _openat2.cache_clear()


def answering(monkeypatch: pytest.MonkeyPatch, result: int) -> None:
    """Let the kernel answer every call with this."""
    monkeypatch.setattr(unlinked, "_openat2", lambda: lambda _path: result)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_text("a")
    (tmp_path / "link").symlink_to("sub")
    (tmp_path / "sub" / "to-a").symlink_to("a")
    return tmp_path


@pytest.mark.skipif(_openat2() is None, reason="the kernel has no openat2, or allows none")
def test_a_path_without_links_is_opened(place: Path) -> None:
    descriptor = open_unlinked(str(place / "sub" / "a"))
    assert descriptor is not None
    assert os.read(descriptor, 5) == b"a"
    assert not os.get_inheritable(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize("path", ["link/a", "sub/to-a", "link"])
def test_a_path_with_a_link_is_left_to_the_other_way(place: Path, path: str) -> None:
    assert open_unlinked(str(place / path)) is None


@pytest.mark.skipif(_openat2() is None, reason="the kernel has no openat2, or allows none")
def test_what_is_not_there_is_an_error(place: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"No such file or directory: '.*/none'"):
        open_unlinked(str(place / "none"))
    with pytest.raises(ValueError, match="holds a NUL"):
        open_unlinked(str(place / "sub" / "a\0b"))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.ENOSYS, errno.EAGAIN])
def test_what_may_be_another_fault_is_left_to_the_other_way(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    answering(monkeypatch, -number)
    assert open_unlinked("/") is None


def test_a_kernel_without_the_call_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unlinked, "OPENAT2", 9999)
    assert _openat2() is None
    assert open_unlinked("/") is None


def test_other_systems_have_no_such_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert open_unlinked("/") is None
