from __future__ import annotations

import pytest

from cherrypy_httputil import HTTPError
from cherrypy_static.paths import ODD_ON_WINDOWS, absolute_path, clean


@pytest.mark.parametrize("branch", ["", "/", "/a", "/a/b.css", "/sub/", "/a..b", "/\xe9 %41"])
def test_what_is_clean_stays(branch: str) -> None:
    assert clean(branch) == branch


@pytest.mark.parametrize(
    ("branch", "cleaned"), [("//a", "/a"), ("/./a", "/a"), ("/a//./b", "/a/b"), ("/.", "")]
)
def test_empty_segments_and_dots_go(branch: str, cleaned: str) -> None:
    assert clean(branch) == cleaned


def test_names_with_a_dot_pass_on_request() -> None:
    assert clean("/.a/b") is None
    assert clean("/a/.b") is None
    assert clean("/.a/b", dotfiles=True) == "/.a/b"


@pytest.mark.parametrize("branch", ["/..", "/a/../b", "/../.b"])
def test_climbing_is_forbidden(branch: str) -> None:
    with pytest.raises(HTTPError, match="403"):
        clean(branch)


@pytest.mark.parametrize(
    "branch",
    [
        *(
            "/a\\b",
            "/a\0",
            "/c:/a",
            "/a.txt:stream",
            "/a.txt::$DATA",
            "/a.txt.",
            "/a.txt ",
            "/a./b",
        ),
        *("/con", "/NUL", "/aux.txt", "/a/com1", "/Lpt9.css", "/prn /a", "/COM\xb9", "/a*", "/a?"),
        *('/a"', "/a|b", "/a<b", "/a\x1f"),
    ],
)
def test_windows_has_further_names_for_something_else(branch: str) -> None:
    assert clean(branch, odd=ODD_ON_WINDOWS) is None


@pytest.mark.parametrize(
    "branch", ["/a", "/console", "/com", "/a.nul", "/com10", "/a b.c", "/aux_"]
)
def test_windows_has_common_names(branch: str) -> None:
    assert clean(branch, odd=ODD_ON_WINDOWS) == branch


def test_a_relative_path_is_below_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert absolute_path("/a", None) == "/a"
    assert absolute_path("/a", "/root") == "/a"
    assert absolute_path("a", "/root") == "/root/a"
    assert absolute_path("~/a", "/root") == "/home/me/a"
    assert absolute_path("a", "~") == "/home/me/a"
    with pytest.raises(ValueError, match="'b/a' is a relative path"):
        absolute_path("a", "b")
