from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from cherrypy_static import directory_advice, file_advice

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "a.css").touch()
    return tmp_path


def test_what_can_be_served_needs_no_advice(place: Path) -> None:
    assert directory_advice(str(place / "public")) == []
    assert directory_advice("public", str(place)) == []
    assert file_advice(str(place / "public" / "a.css")) == []
    assert file_advice("public/a.css", str(place)) == []


@pytest.mark.parametrize("path", [None, ""])
def test_a_path_that_is_not_set(path: Any) -> None:
    assert directory_advice(path) == ["`dir` is not set: nothing says which directory to serve."]
    assert file_advice(path, "/srv") == [
        "`filename` is not set: nothing says which regular file to serve."
    ]


def test_a_relative_path_without_a_root() -> None:
    (advice,) = directory_advice("public")
    assert advice.startswith("`dir` is the relative path 'public', and there is no `root`: make it")
    (advice,) = file_advice("a.css", "")
    assert advice.startswith("`filename` is the relative path 'a.css'")


def test_a_relative_root() -> None:
    assert directory_advice("public", "srv") == [
        "`root` is the relative path 'srv': make it absolute."
    ]


def test_a_path_that_is_something_else_or_nothing(place: Path) -> None:
    assert directory_advice(str(place / "none")) == [f"There is no directory '{place}/none'."]
    file = str(place / "public" / "a.css")
    assert directory_advice(file) == [f"There is no directory {file!r}."]
    assert file_advice("public", str(place)) == [f"There is no regular file '{place}/public'."]


def test_an_absolute_path_that_was_meant_as_one_below_the_root(place: Path) -> None:
    (advice,) = directory_advice("/public", str(place))
    assert advice == (
        "There is no directory '/public'. To serve the one below `root`, write 'public'."
    )
    assert directory_advice("/none", str(place)) == ["There is no directory '/none'."]


def test_what_may_not_be_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    (advice,) = directory_advice("public", str(place))
    assert advice == f"The directory '{place}/public' may not be read by this process."
